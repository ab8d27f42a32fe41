import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

describe('a party with several phones', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(4) });
  });
  after(() => world.close());

  const fresh = (count: number) => freshNumbers(count, '+9197');
  const create = (a: object, b: object) => tenant.api.post('/v1/sessions', { parties: { a, b } });
  const call = (to: string, from: string) =>
    postForm(world, tenant.account.webhookPath, answerEvent(to, from.slice(1)));
  const bindingsOf = (id: string) =>
    world.sql<{ did_id: string; released_at: Date | null }>(
      'select did_id, released_at from bindings where session_id = $1',
      [id],
    );

  it('dials one masking number from each of them, and is tried at its first', async () => {
    const team = fresh(3);
    const [rider = ''] = fresh(1);
    const { status, body } = await create({ phones: team }, { phone: rider });
    assert.equal(status, 201);
    assert.deepEqual(
      body.parties.a.phones_last4,
      team.map((phone) => phone.slice(-4)),
    );
    assert.equal(body.parties.a.phone_last4, team[0]?.slice(-4));
    for (const phone of team) {
      const { dial } = await call(body.parties.a.masking_number, phone);
      assert.equal(dial?.number, rider);
      assert.equal(dial?.callerId, body.parties.b.masking_number);
    }
    assert.equal((await call(body.parties.b.masking_number, rider)).dial?.number, team[0]);
    assert.equal((await bindingsOf(body.id)).length, 4);
  });

  it('gets a DID that none of its phones holds, or a clean refusal that leaves nothing behind', async () => {
    const [shared = '', x = '', y = ''] = fresh(3);
    const others = fresh(5);
    const used = new Set<string>();
    for (const other of others.slice(0, 3)) {
      const { body } = await create({ phone: shared }, { phone: other });
      used.add(body.parties.a.masking_number);
    }
    const both = await create({ phones: [x, shared] }, { phone: others[3] });
    assert.equal(both.status, 201);
    assert.ok(!used.has(both.body.parties.a.masking_number));
    const refused = await create({ phones: [y, shared] }, { phone: others[4] });
    assert.equal(refused.status, 409);
    assert.equal(refused.body.saturation.party, 'a');
    const [left] = await world.sql<{ n: string }>(
      'select count(*) as n from bindings b where session_id not in (select id from sessions)',
    );
    assert.equal(Number(left?.n), 0);
  });

  it('gains and loses phones on a live session, in one step', async () => {
    const [one = '', two = '', three = '', rider = ''] = fresh(4);
    const { body } = await create({ phones: [one, two] }, { phone: rider });
    const m1 = body.parties.a.masking_number;
    const changed = await tenant.api.patch(`/v1/sessions/${body.id}`, {
      parties: { a: { phones: [three, one] } },
    });
    assert.equal(changed.status, 200, changed.text);
    assert.deepEqual(changed.body.parties.a.phones_last4, [three.slice(-4), one.slice(-4)]);
    assert.equal(changed.body.parties.a.masking_number, m1);
    assert.equal((await call(m1, three)).dial?.number, rider);
    assert.equal((await call(m1, one)).dial?.number, rider);
    assert.equal((await call(m1, two)).dial, null);
    assert.equal((await call(body.parties.b.masking_number, rider)).dial?.number, three);
    const bindings = await bindingsOf(body.id);
    assert.equal(bindings.filter((binding) => binding.released_at === null).length, 3);
    assert.equal(bindings.filter((binding) => binding.released_at !== null).length, 1);
  });

  it('changes no phone at all when one of the new ones is refused', async () => {
    const [one = '', two = '', busy = '', rider = ''] = fresh(4);
    const { body } = await create({ phone: one }, { phone: rider });
    // busy holds every DID of the pool, this party's one included
    for (const other of fresh(4)) await create({ phone: busy }, { phone: other });
    const before = JSON.stringify(await bindingsOf(body.id));
    const refused = await tenant.api.patch(`/v1/sessions/${body.id}`, {
      parties: { a: { phones: [two, busy] } },
    });
    assert.equal(refused.status, 409);
    assert.equal(refused.body.code, 'phone_busy_on_did');
    assert.equal(JSON.stringify(await bindingsOf(body.id)), before);
    assert.deepEqual((await tenant.api.get(`/v1/sessions/${body.id}`)).body.parties, body.parties);
  });

  it('is refused with a pointer when its phones are wrong', async () => {
    const [one = '', two = ''] = fresh(2);
    for (const [a, b, code, pointer] of [
      [{ phones: [one, one] }, { phone: two }, 'same_phone', '/parties/a/phones/1'],
      [{ phones: [one, two] }, { phone: two }, 'same_phone', '/parties/b/phone'],
      [{ phone: one, phones: [two] }, { phone: two }, 'invalid_request', '/parties/a/phones'],
      [{ role: 'x' }, { phone: two }, 'invalid_request', '/parties/a/phone'],
      [{ phones: [] }, { phone: two }, 'invalid_request', '/parties/a/phones'],
      [{ phones: fresh(11) }, { phone: two }, 'invalid_request', '/parties/a/phones'],
      [{ phones: [one, '12'] }, { phone: two }, 'invalid_phone', '/parties/a/phones/1'],
    ] as const) {
      const reply = await create(a, b);
      assert.equal(reply.status, 422, reply.text);
      assert.equal(reply.body.code, code);
      assert.equal(reply.body.errors[0].pointer, pointer);
    }
  });
});
