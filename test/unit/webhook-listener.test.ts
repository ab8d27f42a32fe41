import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { createWebhookListener } from '../../src/api/webhook-listener.ts';
import { createLogger } from '../../src/kernel/logger.ts';

it('a fault while a fault is answered closes that connection, and ends nothing else', async (context) => {
  const lines: string[] = [];
  const logger = createLogger('error', { write: (line) => void lines.push(line) });
  let faulty = true;
  const listener = createWebhookListener({
    async handle() {
      if (faulty) throw new Error('no decision');
      return { status: 200, xml: '<Response/>' };
    },
    isAnswerEvent() {
      throw new Error('not readable either');
    },
    documents: { rejected: '<Response/>', failed: '<Response/>', empty: '<Response/>' },
    logger,
    note: () => {},
    newRequestId: () => 'req_1',
    trustedProxies: 0,
  });
  const server = createServer(listener).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/vobiz/secret`;
  const post = () => fetch(url, { method: 'POST', body: new URLSearchParams({ Event: 'StartApp' }) });
  await assert.rejects(post());
  faulty = false;
  assert.equal((await post()).status, 200);
  assert.equal(lines.filter((line) => line.includes('webhook failed')).length, 2);
  assert.ok(!lines.join().includes('secret'));
});
