import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../support/own-service.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';

describe('a worker process', () => {
  let worker: Replicas;
  let metricsPort: number;
  before(async () => {
    metricsPort = await freePort();
    const env = () => ({ ROLE: 'worker', METRICS_PORT: String(metricsPort) });
    worker = await startReplicas({ count: 1, env });
  });
  after(() => worker.close());

  it('says how it is, and serves nothing else', async () => {
    const of = async (path: string) => {
      const reply = await fetch(`${worker.urls[0]}${path}`);
      return [reply.status, reply.headers.get('content-type')?.split(';')[0]];
    };
    assert.deepEqual(await of('/livez'), [200, 'application/json']);
    assert.deepEqual(await of('/readyz'), [200, 'application/json']);
    for (const path of ['/metrics', '/v1/tenants', '/docs', '/openapi.yaml', '/webhooks/vobiz/whk_1']) {
      assert.deepEqual(await of(path), [404, 'application/problem+json']);
    }
  });

  it('tells on a port of its own what the queue holds, what waits, and what it did itself', async () => {
    await worker.sql(`select graphile_worker.add_job('deliver', '{}', run_at => now() + interval '1 hour')`);
    const reply = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    assert.equal(reply.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const lines = (await reply.text()).split('\n');
    const value = (name: string) =>
      Number(
        lines
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')
          .pop(),
      );
    assert.equal(value('maskplane_queue_jobs{task="deliver",state="scheduled"}'), 1);
    assert.equal(value('maskplane_queue_jobs{task="deliver",state="dead"}'), 0);
    assert.equal(value('maskplane_events_oldest_unpublished_seconds'), 0);
    assert.equal(value('maskplane_pair_locks_total{outcome="locked"}'), 0);
    assert.ok(value('process_resident_memory_bytes') > 0);
    const types = lines.filter((line) => line.startsWith('# TYPE maskplane_'));
    assert.equal(types.length, 17);
  });
});
