// Vercel's AI SDK: a streamed tool loop on each wire.

import { jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { QUESTION, WEATHER, make, settings } from './journey.mjs';

const { description, schema } = WEATHER;

const loopOn = (wire) => async (name, weather) => {
  const failures = [];
  const { model } = await settings('vercel-ai', wire, name);
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
  await make('ai', wire, loopOn(wire));
