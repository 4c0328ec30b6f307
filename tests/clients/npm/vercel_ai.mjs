// Vercel's AI SDK: a streamed tool loop on each wire, at a model of each wire.

import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { KEY, MODELS, QUESTION, URL, WEATHER, tell, weather } from './journey.mjs';

const options = { name: 'ours', baseURL: `${URL}/v1`, apiKey: KEY };
const onWire = {
  chat: createOpenAI(options).chat,
  'chat, compatible': createOpenAICompatible(options),
  messages: createAnthropic(options),
};

async function loop(wire, model) {
  const cities = [];
  const failures = [];
  const { description, schema } = WEATHER;
  const run = (asked) => weather(cities, asked);
  const answer = streamText({
    model: onWire[wire](model),
    prompt: QUESTION,
    tools: { weather: tool({ description, inputSchema: jsonSchema(schema), execute: run }) },
    stopWhen: stepCountIs(3),
    maxRetries: 0,
    onError: ({ error }) => failures.push(error),
  });
  const pieces = [];
  for await (const piece of answer.textStream) pieces.push(piece);
  if (failures.length) throw failures[0];
  const text = await answer.text;
  tell({ client: 'ai', wire, model, what: 'tool loop', cities, pieces: pieces.length, text });
}

for (const wire of Object.keys(onWire)) {
  for (const model of MODELS) await loop(wire, model);
}
