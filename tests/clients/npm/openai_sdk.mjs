// The OpenAI SDK: a streamed tool loop on Chat Completions and on Responses.

import { QUESTION, WEATHER, make, settings } from './journey.mjs';

const { name, description, schema: parameters } = WEATHER;

async function chat(model, weather) {
  const { client } = await settings('openai', 'openai_chat', model);
  const runner = client.chat.completions.runTools({
    model,
    stream: true,
    messages: [{ role: 'user', content: QUESTION }],
    tools: [
      {
        type: 'function',
        function: { name, description, parameters, function: weather, parse: JSON.parse },
      },
    ],
  });
  let pieces = 0;
  runner.on('content', () => (pieces += 1));
  return { text: await runner.finalContent(), pieces };
}

async function responses(model, weather) {
  const { client } = await settings('openai', 'openai_responses', model);
  const tools = [{ type: 'function', name, description, parameters, strict: false }];
  const input = [{ role: 'user', content: QUESTION }];
  for (;;) {
    const stream = client.responses.stream({ model, input, tools, store: false });
    let pieces = 0;
    stream.on('response.output_text.delta', () => (pieces += 1));
    const response = await stream.finalResponse();
    const calls = response.output.filter((item) => item.type === 'function_call');
    if (!calls.length) return { text: response.output_text, pieces };
    input.push(...response.output.map(({ parsed_arguments: _, ...item }) => item));
    for (const { call_id, arguments: asked } of calls) {
      const output = weather(JSON.parse(asked));
      input.push({ type: 'function_call_output', call_id, output });
    }
  }
}

await make('openai', 'openai_chat', chat);
await make('openai', 'openai_responses', responses);
