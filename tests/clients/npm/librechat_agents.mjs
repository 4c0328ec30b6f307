// LibreChat's agents: a streamed tool loop and a title, on each wire, at a model of each wire.

import { HumanMessage } from '@librechat/agents/langchain/messages';
import { tool } from '@librechat/agents/langchain/tools';
import { Providers, Run } from '@librechat/agents';
import { KEY, MODELS, QUESTION, URL, WEATHER, tell, weather } from './journey.mjs';

const CLIENT = '@librechat/agents';

const onWire = {
  chat: (model) => ({
    provider: Providers.OPENAI,
    model,
    apiKey: KEY,
    configuration: { baseURL: `${URL}/v1` },
  }),
  messages: (model) => ({
    provider: Providers.ANTHROPIC,
    model,
    apiKey: KEY,
    clientOptions: { baseURL: URL },
  }),
};

async function loop(wire, model) {
  const cities = [];
  const pieces = [];
  const run = await Run.create({
    runId: crypto.randomUUID(),
    graphConfig: {
      type: 'standard',
      instructions: 'Answer briefly.',
      llmConfig: { ...onWire[wire](model), streaming: true },
      tools: [tool((asked) => weather(cities, asked), WEATHER)],
    },
    returnContent: true,
    customHandlers: { on_message_delta: { handle: (_, piece) => pieces.push(piece) } },
  });
  const content = await run.processStream(
    { messages: [new HumanMessage(QUESTION)] },
    { runId: crypto.randomUUID(), streamMode: 'values', version: 'v2' },
  );
  const text = content.at(-1).text;
  tell({ client: CLIENT, wire, model, what: 'tool loop', cities, pieces: pieces.length, text });
  return run;
}

// Whole, because of a streamed title this client counts the tokens, with a table it downloads.
async function title(run, wire, model) {
  const { provider, ...options } = onWire[wire](model);
  const told = await run.generateTitle({
    provider,
    clientOptions: { ...options, streaming: false },
    inputText: QUESTION,
    contentParts: [{ type: 'text', text: 'Snow.' }],
    titleMethod: 'functions',
    chainOptions: {},
  });
  tell({ client: CLIENT, wire, model, what: 'title', text: told.title ?? '' });
}

for (const wire of Object.keys(onWire)) {
  for (const model of MODELS) {
    await title(await loop(wire, model), wire, model);
  }
}
