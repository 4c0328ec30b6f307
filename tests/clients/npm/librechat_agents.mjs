// LibreChat's agents: a streamed tool loop and a title, on each wire.

import { HumanMessage } from '@librechat/agents/langchain/messages';
import { tool } from '@librechat/agents/langchain/tools';
import { Providers, Run } from '@librechat/agents';
import { KEY, QUESTION, URL, WEATHER, make, tell } from './journey.mjs';

const CLIENT = '@librechat/agents';

const onWire = {
  openai_chat: (model) => ({
    provider: Providers.OPENAI,
    model,
    apiKey: KEY,
    configuration: { baseURL: `${URL}/v1` },
  }),
  openai_responses: (model) => ({
    provider: Providers.OPENAI,
    model,
    apiKey: KEY,
    useResponsesApi: true,
    configuration: { baseURL: `${URL}/v1` },
  }),
  google_generative: (model) => ({
    provider: Providers.GOOGLE,
    model,
    apiKey: KEY,
    baseUrl: URL,
  }),
  anthropic_messages: (model) => ({
    provider: Providers.ANTHROPIC,
    model,
    apiKey: KEY,
    clientOptions: { baseURL: URL },
  }),
};

const loopOn = (wire) => async (model, weather) => {
  const pieces = [];
  const run = await Run.create({
    runId: crypto.randomUUID(),
    graphConfig: {
      type: 'standard',
      instructions: 'Answer briefly.',
      llmConfig: { ...onWire[wire](model), streaming: true },
      tools: [tool(weather, WEATHER)],
    },
    returnContent: true,
    customHandlers: { on_message_delta: { handle: (_, piece) => pieces.push(piece) } },
  });
  const content = await run.processStream(
    { messages: [new HumanMessage(QUESTION)] },
    { runId: crypto.randomUUID(), streamMode: 'values', version: 'v2' },
  );
  await title(run, wire, model);
  return { text: content.at(-1).text, pieces: pieces.length };
};

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

for (const wire of Object.keys(onWire)) await make(CLIENT, wire, loopOn(wire));
