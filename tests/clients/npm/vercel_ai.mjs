// Vercel's AI SDK: a streamed tool loop on each wire.

import { jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { QUESTION, WEATHER, make, settings } from './journey.mjs';

const { description, schema } = WEATHER;

// `choose` takes the model of the settings, or one of their provider with other options.
const loopOn = (wire, choose) => async (name, weather) => {
  const failures = [];
  const model = choose(await settings('vercel-ai', wire, name), name);
  const answer = streamText({
    model,
    prompt: QUESTION,
    tools: { weather: tool({ description, inputSchema: jsonSchema(schema), execute: weather }) },
    stopWhen: stepCountIs(3),
    maxRetries: 0,
    onError: ({ error }) => failures.push(error),
  });
  const pieces = [];
  for await (const piece of answer.textStream) pieces.push(piece);
  if (failures.length) throw failures[0];
  return { text: await answer.text, pieces: pieces.length };
};

for (const wire of ['openai_chat', 'openai_responses', 'anthropic_messages', 'google_generative'])
  await make('ai', wire, loopOn(wire, ({ model }) => model));
const kept = loopOn('openai_responses', ({ provider }, name) => provider(name));
await make('ai', 'openai_responses', kept, 'tool loop, kept');
