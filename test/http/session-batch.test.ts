import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

describe('a batch of sessions', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(3) });
  });
  after(() => world.close());

  const item = (a: string, b: string, more: object = {}) => ({
    parties: { a: { phone: a }, b: { phone: b } },
    ...more,
  });
  const items = (count: number) => {
    const phones = freshNumbers(count * 2, '+9192');
    return Array.from({ length: count }, (_, i) =>
      item(phones[2 * i] ?? '', phones[2 * i + 1] ?? '', { transaction_ref: `r${i}` }),
    );
  };
  const send = (sessions: unknown, idempotencyKey?: string) =>
    tenant.api.post(
      '/v1/sessions/batch',
      { sessions },
      idempotencyKey === undefined ? {} : { idempotencyKey },
    );
  const count = async () =>
    Number((await world.sql<{ n: string }>('select count(*) as n from sessions'))[0]?.n);

  it('gives each item its result in its place, and 500 at once', async () => {
    const { status, body } = await send(items(500));
    assert.equal(status, 200);
    assert.equal(body.data.length, 500);
    body.data.forEach((result: any, place: number) => {
      assert.equal(result.error, null);
      assert.equal(result.session.transaction_ref, `r${place}`);
    });
  });

  it('refuses what is wrong with one item without touching the others', async () => {
    const [busy = '', x = '', y = ''] = freshNumbers(3, '+9191');
    for (const other of freshNumbers(3, '+9191')) await tenant.api.post('/v1/sessions', item(busy, other));
    const { body } = await send([item(x, y), item(x, '12'), item(busy, y), item(x, x), ...items(1)]);
    const codes = body.data.map((result: any) => result.error?.code ?? 'created');
    assert.deepEqual(codes, ['created', 'invalid_phone', 'pool_exhausted', 'same_phone', 'created']);
    assert.equal(body.data[1].error.errors[0].pointer, '/parties/b/phone');
    assert.equal(body.data[2].error.saturation.party, 'a');
    assert.ok(body.data.every((result: any) => (result.session === null) !== (result.error === null)));
  });

  it('sent again with its key creates nothing twice and tries what was refused again', async () => {
    const [busy = '', y = ''] = freshNumbers(2, '+9189');
    const held = [];
    for (const other of freshNumbers(3, '+9189')) {
      held.push((await tenant.api.post('/v1/sessions', item(busy, other, { cooling_seconds: 0 }))).body.id);
    }
    const batch = [...items(3), item(busy, y)];
    const first = await send(batch, 'batch-1');
    assert.equal(first.body.data[3].error.code, 'pool_exhausted');
    const before = await count();
    await tenant.api.post(`/v1/sessions/${held[0]}/end`, {});
    const second = await send(batch, 'batch-1');
    assert.deepEqual(second.body.data.slice(0, 3), first.body.data.slice(0, 3));
    assert.equal(second.body.data[3].error, null);
    assert.equal(await count(), before + 1);
  });

  it('refuses an item that was another one under the same key', async () => {
    const [one, two] = items(2);
    await send([one], 'batch-2');
    const { body } = await send([two], 'batch-2');
    assert.equal(body.data[0].error.code, 'idempotency_key_reused');
  });

  it('is refused as a whole when its shape is wrong, and then nothing is written', async () => {
    const before = await count();
    for (const sessions of [[], items(501), 'x', [{}], [...items(1), { parties: 1 }]]) {
      assert.equal((await send(sessions)).status, 422);
    }
    assert.equal(
      (await tenant.api.post('/v1/sessions/batch', { sessions: items(1) }, { idempotencyKey: null })).status,
      400,
    );
    assert.equal(await count(), before);
  });
});
