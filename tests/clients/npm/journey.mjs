// What every library is asked to do, and how it tells what came of it. Settings are those that
// `connect` prints. KEY opens URL; PERSONAL_KEY opens PERSONAL_URL, where there are balances, and
// people store KEY to be served.

export const URL = process.env.CLIENTS_URL;
export const KEY = process.env.CLIENTS_KEY;
export const PERSONAL_URL = process.env.CLIENTS_PERSONAL_URL;
export const PERSONAL_KEY = process.env.CLIENTS_PERSONAL_KEY;
export const MODELS = process.env.CLIENTS_MODELS.split(',');
export const QUESTION = 'How is the weather in Oslo?';
const WIRES = process.env.CLIENTS_WIRES.split(',');
const REPLY = 'Snow, four below';

export const WEATHER = {
  name: 'weather',
  description: 'Tells the weather of a city.',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

// Gives what the settings of a client for a wire and a model export.
export const settings = (guide, wire, model) =>
  import(`${process.env.CLIENTS_SETTINGS}/${guide}-${wire}-${model}.mjs`);

// Makes a journey at each model; one that fails does not keep others from being made. A loop is
// given the model and the tool, and gives its last text and the pieces it came in. It has finished
// when the tool ran once, and that text, in more than one piece, holds what the tool said.
export async function make(client, wire, loop, what = 'tool loop') {
  for (const model of WIRES.includes(wire) ? MODELS : []) {
    const cities = [];
    const weather = ({ city }) => {
      cities.push(city);
      return REPLY;
    };
    const row = { client, wire, model, what };
    try {
      const { text, pieces } = await loop(model, weather);
      const isFinished = cities.length === 1 && Boolean(cities[0]) && pieces > 1;
      tell({ ...row, text, is_finished: isFinished && text.includes(REPLY) });
    } catch (error) {
      tell({ ...row, text: String(error?.stack ?? error), is_finished: false });
    }
  }
}

// Prints a line for the driver; what is no loop has finished when it says something.
export function tell({ is_finished, ...told }) {
  const isFinished = is_finished ?? Boolean(told.text);
  console.log(`told ${JSON.stringify({ ...told, is_finished: isFinished })}`);
}
