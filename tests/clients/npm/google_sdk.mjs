// The Google Gen AI SDK: a streamed tool loop that thinks.

import { QUESTION, WEATHER, make, settings } from './journey.mjs';

const { name, description, schema: parametersJsonSchema } = WEATHER;
const config = {
  tools: [{ functionDeclarations: [{ name, description, parametersJsonSchema }] }],
  thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 },
};

async function loop(model, weather) {
  const { client } = await settings('google', 'google_generative', model);
  const contents = [{ role: 'user', parts: [{ text: QUESTION }] }];
  for (;;) {
    const parts = [];
    for await (const chunk of await client.models.generateContentStream({ model, contents, config }))
      parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
    const calls = parts.flatMap((part) => part.functionCall ?? []);
    if (!calls.length) {
      const texts = parts.filter((part) => part.text && !part.thought).map((part) => part.text);
      return { text: texts.join(''), pieces: texts.length };
    }
    contents.push({ role: 'model', parts });
    const answers = calls.map(({ id, name: called, args }) => ({
      functionResponse: { id, name: called, response: { output: weather(args) } },
    }));
    contents.push({ role: 'user', parts: answers });
  }
}

await make('@google/genai', 'google_generative', loop);
