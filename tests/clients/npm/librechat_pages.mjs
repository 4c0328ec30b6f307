// What LibreChat's pages ask a server for, through the very code they ask with, in their order.

import assert from 'node:assert/strict';
import axios from 'axios';
import { dataService, setTokenHeader } from 'librechat-data-provider';
import { KEY, PERSONAL_KEY, PERSONAL_URL, QUESTION, tell } from './journey.mjs';

const HOUR_MS = 3_600_000;
const conversationId = crypto.randomUUID();

axios.defaults.baseURL = PERSONAL_URL;
setTokenHeader(PERSONAL_KEY);

const row = (what, model, text) =>
  tell({ client: 'librechat-data-provider', wire: '', model: '', what, text });

async function findModel() {
  const endpoints = await dataService.getAIEndpoints();
  const [name] = Object.keys(endpoints).filter((each) => endpoints[each].userProvide);
  assert.equal(endpoints[name].type, 'custom');
  assert.equal(endpoints[name].userProvideURL, false);
  row('endpoints', '', name);
  const [model] = (await dataService.getModels())[name];
  const { context } = (await dataService.getTokenConfig())[name][model];
  assert.equal(typeof context, 'number');
  row('models', model, `${model} holds ${context} tokens`);
  return [name, model];
}

async function storeKey(name) {
  assert.deepEqual(await dataService.userKeyQuery(name), { expiresAt: null });
  const expiresAt = new Date(Date.now() + 12 * HOUR_MS).toISOString();
  const value = JSON.stringify({ apiKey: KEY, baseURL: '' });
  await dataService.updateUserKey({ name, value, expiresAt });
  const told = await dataService.userKeyQuery(name);
  assert.equal(Date.parse(told.expiresAt), Date.parse(expiresAt));
  row('key stored', '', `ends ${told.expiresAt}`);
}

async function converse(model) {
  const before = await dataService.getUserBalance();
  const answer = await fetch(`${PERSONAL_URL}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${PERSONAL_KEY}`,
      'content-type': 'application/json',
      'x-conversation-id': conversationId,
    },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: QUESTION }] }),
  });
  assert.match(await answer.text(), /data: \[DONE\]/);
  const { title } = await dataService.genTitle({ conversationId });
  row('title', model, title);
  const after = await dataService.getUserBalance();
  assert(after.tokenCredits < before.tokenCredits, 'nothing was charged');
  row('balance', '', `${before.tokenCredits}, then ${after.tokenCredits}`);
}

async function forgetKey(name) {
  await dataService.revokeUserKey(name);
  assert.deepEqual(await dataService.userKeyQuery(name), { expiresAt: null });
  await dataService.revokeAllUserKeys();
  row('key forgotten', '', name);
}

const [name, model] = await findModel();
await storeKey(name);
await converse(model);
await forgetKey(name);
