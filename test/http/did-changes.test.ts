import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apiOf, freshNumbers, newSession, newTenant, type Reply, type Tenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('what a DID is chosen by', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world);
    for (const name of ['mumbai', 'pune']) await tenant.api.post('/v1/pools', { name });
  });
  after(() => world.close());

  const register = async (more: object = {}): Promise<any> => {
    const body = { e164: freshNumbers(1)[0], provider_account: tenant.account.id, pool: 'mumbai', ...more };
    const reply = await tenant.api.post('/v1/dids', body);
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };
  const change = (did: any, body: object): Promise<Reply> => tenant.api.patch(`/v1/dids/${did.id}`, body);
  const versionOf = async (pool: string): Promise<number> => {
    const [row] = await world.sql<{ version: string }>(
      'select version from pools where tenant_id = $1 and livemode and name = $2',
      [tenant.id, pool],
    );
    return Number(row?.version);
  };

  it('201: is said when it is registered, by the tenant or by the operator', async () => {
    const traits = { region: 'navi mumbai', carrier: 'airtel', reserved: true };
    const did = await register(traits);
    const body = { e164: freshNumbers(1)[0], provider_account: tenant.account.id, ...traits };
    const assigned = await apiOf(world, world.operatorToken).post(`/v1/tenants/${tenant.id}/dids`, body);
    assert.equal(assigned.status, 201, assigned.text);
    for (const each of [did, assigned.body]) {
      const { region, carrier, reserved } = each;
      assert.deepEqual({ region, carrier, reserved }, traits);
      assert.deepEqual((await tenant.api.get(`/v1/dids/${each.id}`)).body, each);
    }
  });

  it('200: is changed one by one, and cleared by null', async () => {
    const did = await register({ region: 'mumbai' });
    const steps = [{ carrier: 'jio' }, { reserved: true }, { region: 'pune' }, { region: null }];
    let expected = did;
    for (const step of [...steps, { carrier: null, reserved: false }]) {
      expected = { ...expected, ...step };
      const reply = await change(did, step);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.body, expected);
    }
  });

  it('each change that a choice may depend on moves the version of its pool, and the same again does not', async () => {
    const did = await register();
    for (const step of [{ region: 'x' }, { carrier: 'y' }, { reserved: true }]) {
      const before = await versionOf('mumbai');
      await change(did, step);
      const after = await versionOf('mumbai');
      assert.ok(after > before, JSON.stringify(step));
      await change(did, step);
      assert.equal(await versionOf('mumbai'), after);
    }
    const before = [await versionOf('mumbai'), await versionOf('pune')];
    await change(did, { pool: 'pune' });
    assert.ok((await versionOf('mumbai')) > (before[0] ?? 0) && (await versionOf('pune')) > (before[1] ?? 0));
  });

  it('200: moves to another pool, by name or id, while its sessions go on', async () => {
    const own = await newTenant(world, { dids: freshNumbers(3) });
    const { id: pune } = (await own.api.post('/v1/pools', { name: 'pune' })).body;
    const session = await newSession(own, A, B);
    const m1: string = session.parties.a.masking_number;
    const { data } = (await own.api.get('/v1/dids')).body;
    const did = data.find((each: any) => each.e164 === m1);
    const moved = await own.api.patch(`/v1/dids/${did.id}`, { pool: pune });
    assert.equal(moved.status, 200, moved.text);
    assert.deepEqual(moved.body, { ...did, pool: 'pune' });
    assert.deepEqual((await own.api.get('/v1/dids?pool=pune')).body.data, [moved.body]);

    const call = await postForm(world, own.account.webhookPath, answerEvent(m1, A));
    assert.equal(call.dial?.number, B);
    const back = await postForm(
      world,
      own.account.webhookPath,
      answerEvent(session.parties.b.masking_number, B),
    );
    assert.equal(back.dial?.callerId, m1);
    const [held] = await world.sql('select count(*)::integer as n from bindings where did_id = $1', [did.id]);
    assert.deepEqual(held, { n: 1 });
    const next = await newSession(own, '+919800000003', '+919800000004');
    assert.ok(!JSON.stringify(next.parties).includes(m1), 'the other pool has it now');
    assert.equal((await own.api.patch(`/v1/dids/${did.id}`, { pool: 'default' })).body.pool, 'default');
  });

  it('404: an unknown DID, whatever else is wrong', async () => {
    for (const body of [{ region: 'x' }, { pool: 'nowhere' }]) {
      assert.equal((await change({ id: 'did_0' }, body)).status, 404);
    }
  });

  it('422: a label or a pool that is none', async () => {
    const did = await register();
    const wrong: [body: object, pointer: string, code?: string][] = [
      [{}, ''],
      [{ region: '*' }, '/region'],
      [{ region: '' }, '/region'],
      [{ region: ' x' }, '/region'],
      [{ carrier: 'x'.repeat(41) }, '/carrier'],
      [{ carrier: 'a\u0000b' }, '/carrier'],
      [{ reserved: null }, '/reserved'],
      [{ e164: '+917900000000' }, '/e164'],
      [{ pool: null }, '/pool'],
      [{ pool: 'nowhere', region: 'x' }, '/pool', 'unknown_reference'],
    ];
    for (const [body, pointer, code = 'invalid_request'] of wrong) {
      const reply = await change(did, body);
      assert.equal(reply.status, 422, JSON.stringify(body));
      assert.equal(reply.body.code, code);
      assert.equal(reply.body.errors[0].pointer, pointer);
    }
    assert.deepEqual((await tenant.api.get(`/v1/dids/${did.id}`)).body, did);
  });
});
