// What every client is asked to do, and how it tells what came of it. KEY opens URL, the
// demo; PERSONAL_KEY opens PERSONAL_URL, where there are balances, and people store KEY to be served.

export const URL = process.env.CLIENTS_URL;
export const KEY = process.env.CLIENTS_KEY;
export const PERSONAL_URL = process.env.CLIENTS_PERSONAL_URL;
export const PERSONAL_KEY = process.env.CLIENTS_PERSONAL_KEY;
export const MODELS = process.env.CLIENTS_MODELS.split(',');
export const QUESTION = 'How is the weather in Oslo?';
const REPLY = 'Snow, four below';

export const WEATHER = {
  name: 'weather',
  description: 'Tells the weather of a city.',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

// The tool, as the client runs it; `cities` keeps what it was asked for.
export function weather(cities, { city }) {
  cities.push(city);
  return REPLY;
}

// Prints a line for the driver. A tool loop has finished when the tool ran once and the text that
// came after it, in more than one piece, holds what the tool said; everything else must say something.
export function tell({ cities, pieces, ...told }) {
  const isFinished = cities
    ? cities.length === 1 && Boolean(cities[0]) && pieces > 1 && told.text.includes(REPLY)
    : Boolean(told.text);
  console.log(`told ${JSON.stringify({ ...told, is_finished: isFinished })}`);
}
