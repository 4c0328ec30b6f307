// The Anthropic SDK: a streamed tool loop that thinks.

import { QUESTION, WEATHER, make, settings } from './journey.mjs';

const { name, description, schema: input_schema } = WEATHER;

async function loop(model, weather) {
  const { client } = await settings('anthropic', 'anthropic_messages', model);
  const messages = [{ role: 'user', content: QUESTION }];
  for (;;) {
    const stream = client.messages.stream({
      model,
      messages,
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      tools: [{ name, description, input_schema }],
    });
    let pieces = 0;
    stream.on('text', () => (pieces += 1));
    const { content, stop_reason } = await stream.finalMessage();
    if (stop_reason !== 'tool_use') return { text: content.at(-1).text, pieces };
    messages.push({ role: 'assistant', content });
    const uses = content.filter((block) => block.type === 'tool_use');
    const results = uses.map(({ id, input }) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: weather(input),
    }));
    messages.push({ role: 'user', content: results });
  }
}

await make('@anthropic-ai/sdk', 'anthropic_messages', loop);
