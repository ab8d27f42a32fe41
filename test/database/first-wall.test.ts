import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadSpec, type Operation } from '../../src/api/spec.ts';
import {
  contentOf,
  freshNumbers,
  newKey,
  newSession,
  newTenant,
  type Reply,
  type Tenant,
  withoutRequestId,
} from '../support/api.ts';
import { furnishUsage } from '../support/plans.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { deliveriesOf, newEndpoint } from '../support/webhooks.ts';
import { openWorld, type World } from '../support/world.ts';

/** Fits the operation, so that only the id decides. */
const bodies: Record<string, object> = {
  rotateApiKey: { overlap_seconds: 0 },
  updateProviderAccount: { default_country: 'US' },
  updatePool: { cooling_seconds: 1 },
  updateDid: { region: 'pune', reserved: true },
  updateSession: { metadata: { changed: 'yes' } },
  updateWebhookEndpoint: { status: 'disabled' },
  createSessionCall: { from: 'a' },
  rotateOutOfSessionSecret: { overlap_seconds: 0 },
  replayWebhooks: { since: new Date(Date.now() - 60_000).toISOString() },
};
const ofTenants = loadSpec().operations.filter((operation) => operation.access?.actors.includes('tenant'));
const withPathId = ofTenants.filter((operation) => operation.path.includes('{'));
/** What the provider has is not in our rows. */
const elsewhere = ['listAccountNumbers'];
const lists = ofTenants.filter(
  ({ id, query }) => 'limit' in (query.properties as object) && !elsewhere.includes(id),
);

/** What was used is of the running month, unless somebody asks for more. */
const sinceFor = ({ query }: Operation) =>
  'start' in (query.properties as object) ? '&start=2026-06-01T00:00:00Z' : '';

type Owner = Tenant & { ids: Record<string, string>; numbers: string[] };

/** The queries' own tenant, alone: what is left when somebody forgets a policy, or a role is given too much. */
describe('with row-level security switched off, a tenant', () => {
  let world: World;
  let owner: Owner;
  let stranger: Owner;
  before(async () => {
    world = await openWorld();
    await world.sql(`do $$ declare name regclass; begin
      for name in select oid from pg_class where relrowsecurity loop
        execute format('alter table %s disable row level security', name);
      end loop; end $$`);
    owner = await newOwner();
    stranger = await newOwner();
  });
  after(() => world.close());

  async function newOwner(): Promise<Owner> {
    const numbers = freshNumbers(3);
    const tenant = await newTenant(world, { dids: numbers });
    const phone = '+919800000001';
    const session = await newSession(tenant, phone, '+919800000002', { transaction_ref: `of ${tenant.id}` });
    const event = answerEvent(session.parties.a.masking_number, phone.slice(1));
    await postForm(world, tenant.account.webhookPath, event);
    const hook = await newEndpoint(tenant, { url: 'http://127.0.0.1:1/' });
    await tenant.api.post(`/v1/webhook_endpoints/${hook.id}/test`);
    const own = { provider: 'vobiz', auth_id: 'MA_OWN', auth_token: 'test_token' };
    const at = `/v1/webhook_endpoints/${hook.id}/replay`;
    const ids: Record<string, string> = {
      webhook_endpoint_id: hook.id,
      webhook_replay_id: (await tenant.api.post(at, bodies.replayWebhooks)).body.id,
      key_id: (await newKey(world, tenant.id, { name: 'another', livemode: true })).id,
      provider_account_id: (await tenant.api.post('/v1/provider_accounts', own)).body.id,
      pool_id: (await tenant.api.get('/v1/pools')).body.data[0].id,
      did_id: (await tenant.api.get('/v1/dids')).body.data[0].id,
      session_id: session.id,
      call_id: (await tenant.api.get('/v1/calls')).body.data[0].id,
      event_id: (await tenant.api.get('/v1/events')).body.data[0].id,
    };
    ids.webhook_delivery_id = (await deliveriesOf(tenant, hook))[0].id;
    const listing = { seller: { phone: '+919800000005' }, expires_in_seconds: 3600 };
    ids.listing_id = (await tenant.api.post('/v1/listings', listing)).body.id;
    ids.block_id = (await tenant.api.post('/v1/blocks', { phone: '+919800000009' })).body.id;
    const policy = { action: 'ask', url: 'http://127.0.0.1:1/', on_failure: 'reject' };
    ids.policy_id = (await tenant.api.put('/v1/out_of_session_policies', policy)).body.id;
    ids.operation_id = ids.call_id?.replace('call_', 'op_') ?? '';
    await world.sql(
      `insert into operations (tenant_id, id, livemode, type, input) values ($1, $2, true, 'import_numbers', '{}')`,
      [tenant.id, ids.operation_id],
    );
    await furnishUsage(world, tenant);
    return { ...tenant, ids, numbers };
  }

  const ask = (operation: Operation, idOf: (name: string) => string): Promise<Reply> => {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idOf(name));
    const body = bodies[operation.id] ?? {};
    const { api } = stranger;
    if (operation.method === 'post') return api.post(path, body);
    if (operation.method === 'patch') return api.patch(path, body);
    return operation.method === 'delete' ? api.delete(path) : api.get(path);
  };
  const idOf = (name: string) => owner.ids[name] ?? assert.fail(`this test has no object for {${name}}`);

  for (const operation of withPathId) {
    it(`gets the 404 of an unknown id from ${operation.id}, and changes nothing`, async () => {
      const content = await contentOf(world);
      const theirs = await ask(operation, idOf);
      assert.equal(theirs.status, 404, theirs.text);
      const unknown = await ask(operation, (name) => `${idOf(name).slice(0, -4)}0000`);
      assert.equal(withoutRequestId(theirs), withoutRequestId(unknown));
      assert.deepEqual(await contentOf(world), content);
    });
  }

  for (const operation of lists) {
    it(`sees its own rows and no others in ${operation.id}`, async () => {
      const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => stranger.ids[name] ?? '');
      const { status, text, body } = await stranger.api.get(`${path}?limit=100${sinceFor(operation)}`);
      assert.equal(status, 200);
      assert.ok(body.data.length > 0, 'an empty list proves nothing');
      for (const theirs of [...Object.values(owner.ids), ...owner.numbers, owner.id]) {
        assert.ok(!text.includes(theirs), theirs);
      }
    });
  }

  it('gets numbers of its own pool only, and hears nothing about the DIDs of another', async () => {
    const question = { to: owner.numbers[0], from: '+919800000001' };
    assert.equal((await stranger.api.post('/v1/routes/explain', question)).body.reason, 'unknown_did');
    const parties = { a: { phone: '+919800000003' }, b: { phone: '+919800000004' } };
    const reply = await stranger.api.post('/v1/sessions', { parties, pool: owner.ids.pool_id });
    assert.equal(reply.body.code, 'unknown_reference');
    const own = await newSession(stranger, '+919800000003', '+919800000004');
    for (const party of [own.parties.a, own.parties.b]) {
      assert.ok(stranger.numbers.includes(party.masking_number));
    }
  });
});
