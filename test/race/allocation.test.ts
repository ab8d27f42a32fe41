import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant, type Reply, type Tenant } from '../support/api.ts';
import { startOwnRedis } from '../support/own-redis.ts';
import { openWorld, type World } from '../support/world.ts';

const DIDS = 6;
const PHONES = 40;

/** Every pair of phones in turn, so that each phone is wanted far more often than it has DIDs. */
function pairsOf(phones: readonly string[], count: number): [string, string][] {
  return Array.from({ length: count }, (_, i) => {
    const a = phones[i % PHONES] ?? '';
    const b = phones[(i * 7 + 1 + Math.floor(i / PHONES)) % PHONES] ?? '';
    return a === b ? [a, phones[(i + 3) % PHONES] ?? ''] : [a, b];
  });
}

function create(tenant: Tenant, [a, b]: [string, string], more: object = {}): Promise<Reply> {
  return tenant.api.post('/v1/sessions', { parties: { a: { phone: a }, b: { phone: b } }, ...more });
}

/** What must hold whatever happened: no pair of the acknowledged ones is missing, half or given twice. */
async function checkTruth(world: World, tenant: Tenant, replies: readonly Reply[]): Promise<number> {
  const acknowledged = replies.filter((reply) => reply.status === 201).map((reply) => reply.body);
  for (const reply of replies) {
    if (reply.status === 201) continue;
    assert.equal(reply.status, 409, reply.text);
    assert.equal(reply.body.code, 'pool_exhausted');
    assert.equal(reply.body.saturation.dids_in_pool, DIDS);
    assert.ok(reply.body.saturation.dids_needed > DIDS);
  }
  const sessions = await world.sql<{ id: string; bindings: string }>(
    `select s.id, (select count(*) from bindings b where b.session_id = s.id) as bindings
       from sessions s where s.tenant_id = $1`,
    [tenant.id],
  );
  assert.deepEqual(new Set(sessions.map((row) => row.id)), new Set(acknowledged.map((body) => body.id)));
  assert.ok(sessions.every((row) => Number(row.bindings) === 2));
  const twice = await world.sql(
    `select did_id, caller_index from bindings where tenant_id = $1 group by 1, 2 having count(*) > 1`,
    [tenant.id],
  );
  assert.equal(twice.length, 0);
  for (const body of acknowledged) {
    assert.notEqual(body.parties.a.masking_number, body.parties.b.masking_number);
  }
  return acknowledged.length;
}

describe('a thousand sessions at once over 6 DIDs and 40 phones', () => {
  let world: World;
  let phones: string[];
  before(async () => {
    world = await openWorld();
    phones = freshNumbers(PHONES, '+9198');
  });
  after(() => world.close());

  it('give no (DID, caller) twice; each is in Postgres or a clean refusal', async () => {
    const tenant = await newTenant(world, { dids: freshNumbers(DIDS) });
    const replies = await Promise.all(pairsOf(phones, 1000).map((pair) => create(tenant, pair)));
    const made = await checkTruth(world, tenant, replies);
    // Every phone can hold 6: at most 120 sessions; a greedy order leaves few places empty.
    assert.ok(made > 90 && made <= (DIDS * PHONES) / 2, `${made} sessions`);
  });

  it('do the same with no Redis at all', async () => {
    const without = await openWorld({ redisUrl: '/nowhere/redis.sock' });
    try {
      const tenant = await newTenant(without, { dids: freshNumbers(DIDS) });
      const replies = await Promise.all(pairsOf(phones, 1000).map((pair) => create(tenant, pair)));
      const made = await checkTruth(without, tenant, replies);
      assert.ok(made > 90, `${made} sessions`);
    } finally {
      await without.close();
    }
  });

  it('do the same when Redis is killed half way: no request fails for it', async () => {
    const redis = await startOwnRedis();
    const fragile = await openWorld({ redisUrl: redis.url });
    try {
      const tenant = await newTenant(fragile, { dids: freshNumbers(DIDS) });
      let answered = 0;
      let killed: Promise<void> | null = null;
      const replies = await Promise.all(
        pairsOf(phones, 1000).map(async (pair) => {
          const reply = await create(tenant, pair);
          answered += 1;
          if (answered === 50) killed = redis.kill();
          return reply;
        }),
      );
      assert.notEqual(killed, null);
      await killed;
      await checkTruth(fragile, tenant, replies);
    } finally {
      await fragile.close();
      await redis.remove();
    }
  });

  it('give everything back: after all have ended with no cooling, the pool serves as many again', async () => {
    const tenant = await newTenant(world, { dids: freshNumbers(DIDS) });
    const wave = () =>
      Promise.all(pairsOf(phones, 300).map((pair) => create(tenant, pair, { cooling_seconds: 0 })));
    const first = (await wave()).filter((reply) => reply.status === 201);
    await Promise.all(first.map((reply) => tenant.api.post(`/v1/sessions/${reply.body.id}/end`, {})));
    const second = (await wave()).filter((reply) => reply.status === 201);
    assert.ok(second.length > 90, `${second.length} sessions in the second wave`);
    const live = await world.sql<{ n: string }>(
      `select count(*) as n from bindings where tenant_id = $1 and free_at > now()`,
      [tenant.id],
    );
    assert.equal(Number(live[0]?.n), second.length * 2);
  });

  it('never allocate a DID that is being retired at the same time without its session knowing', async () => {
    const tenant = await newTenant(world, { dids: freshNumbers(DIDS) });
    const dids = (await tenant.api.get('/v1/dids?limit=100')).body.data;
    const work: Promise<unknown>[] = pairsOf(phones, 60).map((pair) => create(tenant, pair));
    for (const did of dids.slice(0, 3)) work.push(tenant.api.delete(`/v1/dids/${did.id}`));
    await Promise.all(work);
    const orphans = await world.sql(
      `select 1 from bindings b join dids d on d.tenant_id = b.tenant_id and d.id = b.did_id
        where b.tenant_id = $1 and d.status = 'retired'`,
      [tenant.id],
    );
    assert.equal(orphans.length, 0);
  });
});
