import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadSpec, type Operation } from '../../src/api/spec.ts';
import {
  type Api,
  apiOf,
  contentOf,
  freshNumbers,
  newKey,
  newTenant,
  type Reply,
  withoutRequestId,
} from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

/** Fits the operation, so that only the id decides. */
const bodies: Record<string, object> = {
  rotateApiKey: { overlap_seconds: 0 },
  updateProviderAccount: { default_country: 'US', auth_token: 'another_token' },
  updatePool: { cooling_seconds: 1 },
  updateDid: { region: 'pune', reserved: true },
  updateSession: { metadata: { changed: 'yes' }, expires_in_seconds: 1 },
  endSession: {},
  createSessionCall: { from: 'a' },
  updateWebhookEndpoint: { max_concurrency: 2, status: 'disabled' },
  rotateOutOfSessionSecret: { overlap_seconds: 0 },
  replayWebhooks: { since: new Date(Date.now() - 60_000).toISOString() },
};
const ofTenants = loadSpec().operations.filter((operation) => operation.access?.actors.includes('tenant'));
const withPathId = ofTenants.filter((operation) => operation.path.includes('{'));
const lists = ofTenants.filter((operation) => 'starting_after' in (operation.query.properties as object));

/** One object of every kind that a tenant can have, in one mode. */
type Belongings = {
  api: Api;
  tenantId: string;
  /** By the name of the path parameter. */
  ids: Record<string, string>;
  poolName: string;
  dids: string[];
  transactionRef: string;
};

async function newBelongings(
  world: World,
  tenantId: string,
  livemode: boolean,
  name: string,
): Promise<Belongings> {
  const token = (await newKey(world, tenantId, { livemode })).token;
  const api = apiOf(world, token);
  const made = async (reply: Promise<Reply>): Promise<any> => {
    const { status, body, text } = await reply;
    assert.equal(status, 201, text);
    return body;
  };
  const key = await made(api.post('/v1/api_keys', { name }));
  const account = await made(
    api.post('/v1/provider_accounts', { provider: 'vobiz', auth_id: `MA_${name}`, auth_token: 'test_token' }),
  );
  const pool = await made(api.post('/v1/pools', { name, cooling_seconds: 600 }));
  const dids = freshNumbers(2);
  let did: any;
  for (const e164 of dids) {
    did = await made(api.post('/v1/dids', { e164, provider_account: account.id, pool: name }));
  }
  const session = await made(
    api.post('/v1/sessions', {
      pool: name,
      transaction_ref: `ride-${name}`,
      parties: { a: { phone: A }, b: { phone: B } },
    }),
  );
  const listing = await made(
    api.post('/v1/listings', { pool: name, seller: { phone: A }, expires_in_seconds: 3600 }),
  );
  await api.post(`/v1/listings/${listing.id}/end`);
  const webhook = account.webhook_url.slice(world.publicUrl.length);
  await postForm(world, webhook, answerEvent(session.parties.a.masking_number, A));
  const call = (await api.get('/v1/calls')).body.data[0];
  assert.equal(call?.session, session.id);
  const endpoint = await made(api.post('/v1/webhook_endpoints', { url: 'http://127.0.0.1:1/' }));
  const hook = `/v1/webhook_endpoints/${endpoint.id}`;
  await api.post(`${hook}/test`);
  // Reading gives events their places; from here on nothing is written by a read.
  const [event] = (await api.get(`/v1/events?session=${session.id}`)).body.data;
  assert.equal(event?.type, 'session.created');
  const [delivery] = (await api.get(`${hook}/deliveries`)).body.data;
  const block = await made(api.post('/v1/blocks', { phone: '+919800000009', pool: name }));
  const policy = (
    await api.put('/v1/out_of_session_policies', {
      pool: name,
      action: 'ask',
      url: 'http://127.0.0.1:1/',
      on_failure: 'reject',
    })
  ).body;
  const replay = (await api.post(`${hook}/replay`, bodies.replayWebhooks)).body;
  const operation = call.id.replace('call_', 'op_');
  await world.sql(
    `insert into operations (tenant_id, id, livemode, type, input) values ($1, $2, $3, 'import_numbers', '{}')`,
    [tenantId, operation, livemode],
  );
  await world.sql(
    `insert into usage_records (tenant_id, month, id, livemode, kind, entry, provider_account_id, subject_id, revision,
                                occurred_at, billable, quantity, seconds, billed_seconds, source)
     values ($1, to_char(now(), 'YYYY-MM'), 'use_' || md5($2), $3, 'call', 'charge', '', $2, 1, now(), true, 1, 1, 60, 'event')`,
    [tenantId, call.id, livemode],
  );
  return {
    api,
    tenantId,
    ids: {
      key_id: key.id,
      provider_account_id: account.id,
      pool_id: pool.id,
      did_id: did.id,
      session_id: session.id,
      listing_id: listing.id,
      call_id: call.id,
      event_id: event.id,
      webhook_endpoint_id: endpoint.id,
      webhook_delivery_id: delivery.id,
      webhook_replay_id: replay.id,
      block_id: block.id,
      policy_id: policy.id,
      operation_id: operation,
    },
    poolName: name,
    dids,
    transactionRef: `ride-${name}`,
  };
}

/** An id of the same kind and nearly the same time that nobody has. */
function unknownLike(id: string): string {
  return id.slice(0, -12) + [...id.slice(-12)].map((c) => (c === 'f' ? '0' : 'f')).join('');
}

describe('the walls between tenants, and between live and test mode', () => {
  let world: World;
  let owner: Belongings;
  let ownerInTest: Belongings;
  let other: Belongings;
  let strangers: Record<string, { stranger: Belongings; owner: Belongings }>;

  before(async () => {
    world = await openWorld();
    // In this order, so that a cursor of the owner's lies between two of the other's objects.
    const otherId = (await newTenant(world)).id;
    other = await newBelongings(world, otherId, true, 'delhi');
    const ownerId = (await newTenant(world)).id;
    owner = await newBelongings(world, ownerId, true, 'mumbai');
    ownerInTest = await newBelongings(world, ownerId, false, 'pune');
    strangers = {
      'another tenant': { stranger: other, owner },
      'the same tenant in test mode': { stranger: ownerInTest, owner },
      'the same tenant in live mode': { stranger: owner, owner: ownerInTest },
    };
  });
  after(() => world.close());

  const ask = (api: Api, operation: Operation, path: string): Promise<Reply> => {
    if (operation.method === 'post') return api.post(path, bodies[operation.id] ?? {});
    if (operation.method === 'patch') return api.patch(path, bodies[operation.id] ?? {});
    if (operation.method === 'put') return api.put(path, bodies[operation.id] ?? {});
    return operation.method === 'delete' ? api.delete(path) : api.get(path);
  };

  /** All that a stranger could tell two answers apart by. */
  const seen = (reply: Reply): unknown => {
    const { date: _date, 'x-request-id': _id, ratelimit: _rate, ...headers } = reply.headers;
    return { status: reply.status, headers, text: withoutRequestId(reply) };
  };
  const path = (operation: Operation, ids: Record<string, string>) =>
    operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => {
      const id = ids[name];
      assert.ok(id, `this test has no object for {${name}}`);
      return id;
    });
  const unchanged = async (work: () => Promise<void>) => {
    const content = await contentOf(world);
    await work();
    assert.deepEqual(await contentOf(world), content);
  };
  const forEachStranger = (
    title: string,
    check: (stranger: Belongings, owner: Belongings) => Promise<void>,
  ) => {
    for (const who of ['another tenant', 'the same tenant in test mode', 'the same tenant in live mode']) {
      it(`${title}: ${who}`, async () => {
        const pair = strangers[who];
        assert.ok(pair);
        await unchanged(() => check(pair.stranger, pair.owner));
      });
    }
  };

  for (const operation of withPathId) {
    forEachStranger(
      `${operation.method.toUpperCase()} ${operation.path} gives a stranger the 404 of an unknown id`,
      async (stranger, owner) => {
        const unknown = Object.fromEntries(
          Object.entries(owner.ids).map(([name, id]) => [name, unknownLike(id)]),
        );
        const forStranger = await ask(stranger.api, operation, path(operation, owner.ids));
        assert.equal(forStranger.status, 404, forStranger.text);
        assert.deepEqual(
          seen(forStranger),
          seen(await ask(stranger.api, operation, path(operation, unknown))),
        );
      },
    );
  }

  forEachStranger("a pool's name is a stranger's 404 as well", async (stranger, owner) => {
    const byName = await stranger.api.get(`/v1/pools/${owner.poolName}`);
    assert.equal(byName.status, 404);
    assert.deepEqual(seen(byName), seen(await stranger.api.get('/v1/pools/nowhere')));
  });

  for (const operation of lists) {
    forEachStranger(`${operation.id} never shows a stranger's rows`, async (stranger, owner) => {
      const mine = await stranger.api.get(`${path(operation, stranger.ids)}?limit=100`);
      assert.equal(mine.status, 200);
      assert.ok(mine.body.data.length > 0, 'an empty list proves nothing');
      for (const theirs of [...Object.values(owner.ids), ...owner.dids, owner.transactionRef]) {
        assert.ok(!mine.text.includes(theirs), theirs);
      }
    });

    forEachStranger(
      `${operation.id} pages from a stranger's id as from an unknown one`,
      async (stranger, owner) => {
        for (const id of Object.values(owner.ids)) {
          const [theirs, unknown] = await Promise.all(
            [id, unknownLike(id)].map((cursor) =>
              stranger.api.get(`${path(operation, stranger.ids)}?starting_after=${cursor}&limit=100`),
            ),
          );
          assert.equal(theirs?.status, unknown?.status);
          assert.equal(theirs?.text, unknown?.text);
        }
      },
    );
  }

  const filters: [string, (owner: Belongings) => string, string][] = [
    ['/v1/dids?pool=', (owner) => owner.ids.pool_id ?? '', 'nowhere'],
    ['/v1/dids?pool=', (owner) => owner.poolName, 'nowhere'],
    ['/v1/calls?session=', (owner) => owner.ids.session_id ?? '', 'ses_0'],
    ['/v1/events?session=', (owner) => owner.ids.session_id ?? '', 'ses_0'],
    ['/v1/sessions?transaction_ref=', (owner) => owner.transactionRef, 'nothing'],
  ];
  for (const [url, filterOf, unknown] of filters) {
    forEachStranger(`${url} finds nothing of a stranger's`, async (stranger, owner) => {
      const theirs = await stranger.api.get(url + filterOf(owner));
      assert.deepEqual([theirs.body.data, theirs.body.has_more], [[], false]);
      assert.equal(theirs.text, (await stranger.api.get(url + unknown)).text);
      const ownersView = await owner.api.get(url + filterOf(owner));
      assert.ok(ownersView.body.data.length > 0, 'the filter finds what is the own');
    });
  }

  forEachStranger("a stranger's event is no place to read on from", async (stranger, owner) => {
    const { event_id = '' } = owner.ids;
    const theirs = await stranger.api.get(`/v1/events?after=${event_id}`);
    assert.equal(theirs.status, 422, theirs.text);
    assert.deepEqual(seen(theirs), seen(await stranger.api.get(`/v1/events?after=${unknownLike(event_id)}`)));
    const all = await stranger.api.get('/v1/events?limit=100');
    assert.ok(all.body.data.length > 0, 'an empty list proves nothing');
    for (const id of Object.values(owner.ids)) assert.ok(!all.text.includes(id), id);
  });

  const [e164] = freshNumbers(1);
  const references: [string, string, (id: string, stranger: Belongings) => object, string][] = [
    ["a session in a stranger's pool", '/v1/sessions', (id) => ({ ...phones(), pool: id }), 'pool_id'],
    [
      "a DID in a stranger's pool",
      '/v1/dids',
      (id, stranger) => ({ e164, provider_account: stranger.ids.provider_account_id, pool: id }),
      'pool_id',
    ],
    [
      "a pool that goes on in a stranger's",
      '/v1/pools',
      (id) => ({ name: 'leaning', exhaustion: [{ step: 'other_pool', pool: id }] }),
      'pool_id',
    ],
    [
      "a DID on a stranger's provider account",
      '/v1/dids',
      (id) => ({ e164, provider_account: id }),
      'provider_account_id',
    ],
  ];
  for (const [title, url, bodyOf, kind] of references) {
    forEachStranger(`${title} is refused as on an unknown one`, async (stranger, owner) => {
      const id = owner.ids[kind] ?? '';
      const theirs = await stranger.api.post(url, bodyOf(id, stranger));
      assert.equal(theirs.status, 422, theirs.text);
      assert.equal(theirs.body.code, 'unknown_reference');
      assert.deepEqual(seen(theirs), seen(await stranger.api.post(url, bodyOf(unknownLike(id), stranger))));
      if (kind !== 'pool_id') return;
      const byName = await stranger.api.post(url, bodyOf(owner.poolName, stranger));
      assert.deepEqual(seen(byName), seen(theirs));
    });
  }

  forEachStranger(
    "a stranger's DID explains itself like a number that is no DID",
    async (stranger, owner) => {
      const [theirs, unknown] = await Promise.all(
        [owner.dids[0], e164].map((to) =>
          stranger.api.post('/v1/routes/explain', { to, from: A }, { idempotencyKey: null }),
        ),
      );
      assert.equal(theirs?.body.reason, 'unknown_did');
      assert.equal(theirs?.text, unknown?.text);
    },
  );

  it("the operator cannot reach a tenant's own provider account", async () => {
    const operator = apiOf(world, world.operatorToken);
    const url = `/v1/provider_accounts/${owner.ids.provider_account_id}`;
    const unknown = await operator.get('/v1/provider_accounts/pac_0');
    await unchanged(async () => {
      for (const reply of [await operator.get(url), await operator.patch(url, { default_country: 'US' })]) {
        assert.equal(reply.status, 404);
        assert.deepEqual(seen(reply), seen(unknown));
      }
      const list = await operator.get('/v1/provider_accounts?limit=100');
      assert.ok(!list.text.includes(owner.ids.provider_account_id ?? ''));
    });
  });

  it("a tenant cannot change the operator's shared account", async () => {
    const shared = (await newTenant(world)).account.id;
    await unchanged(async () => {
      const reply = await owner.api.patch(`/v1/provider_accounts/${shared}`, { signature_mode: 'off' });
      assert.equal(reply.status, 404);
      assert.deepEqual(
        seen(reply),
        seen(await owner.api.patch('/v1/provider_accounts/pac_0', { signature_mode: 'off' })),
      );
    });
  });

  it("the operator cannot reach one tenant's key through another tenant", async () => {
    const operator = apiOf(world, world.operatorToken);
    await unchanged(async () => {
      const reply = await operator.delete(`/v1/tenants/${other.tenantId}/api_keys/${owner.ids.key_id}`);
      assert.equal(reply.status, 404);
    });
    const list = await operator.get(`/v1/tenants/${other.tenantId}/api_keys?limit=100`);
    assert.ok(!list.text.includes(owner.ids.key_id ?? ''));
  });

  it('an Idempotency-Key of one owner never replays for another', async () => {
    const ids = new Set<string>();
    for (const belongings of [owner, ownerInTest, other]) {
      for (const name of ['shared-key', 'shared-key']) {
        const reply = await belongings.api.post('/v1/pools', { name }, { idempotencyKey: 'shared-key' });
        assert.equal(reply.status, 201, reply.text);
        ids.add(reply.body.id);
      }
    }
    assert.equal(ids.size, 3);
  });

  it('every owner still has what it had', async () => {
    for (const { api, ids } of [owner, ownerInTest, other]) {
      const { data: keys } = (await api.get('/v1/api_keys?limit=100')).body;
      assert.ok(keys.some((key: any) => key.id === ids.key_id && key.status === 'active'));
      assert.equal((await api.get(`/v1/sessions/${ids.session_id}`)).body.status, 'active');
      assert.equal((await api.get(`/v1/dids/${ids.did_id}`)).body.status, 'active');
      assert.equal((await api.get(`/v1/pools/${ids.pool_id}`)).body.cooling_seconds, 600);
      assert.equal(
        (await api.get(`/v1/provider_accounts/${ids.provider_account_id}`)).body.default_country,
        'IN',
      );
      assert.equal((await api.get(`/v1/calls/${ids.call_id}`)).status, 200);
    }
  });
});

function phones(): object {
  return { parties: { a: { phone: '+919800000003' }, b: { phone: '+919800000004' } } };
}
