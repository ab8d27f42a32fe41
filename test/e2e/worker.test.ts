import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Replicas, startReplicas } from '../support/replicas.ts';

describe('a worker process', () => {
  let worker: Replicas;
  before(async () => {
    worker = await startReplicas({ count: 1, env: () => ({ ROLE: 'worker' }) });
  });
  after(() => worker.close());

  it('says how it is, and serves nothing else', async () => {
    const of = async (path: string) => {
      const reply = await fetch(`${worker.urls[0]}${path}`);
      return [reply.status, reply.headers.get('content-type')?.split(';')[0]];
    };
    assert.deepEqual(await of('/livez'), [200, 'application/json']);
    assert.deepEqual(await of('/readyz'), [200, 'application/json']);
    for (const path of ['/v1/tenants', '/docs', '/openapi.yaml', '/webhooks/vobiz/whk_1']) {
      assert.deepEqual(await of(path), [404, 'application/problem+json']);
    }
  });
});
