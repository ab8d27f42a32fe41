import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { loadSpec, type Operation } from '../../src/api/spec.ts';
import {
  type Api,
  apiOf,
  contentOf,
  freshNumbers,
  newSession,
  newTenant,
  type Reply,
  type Tenant,
} from '../support/api.ts';
import { sessionLikes } from '../support/session-like.ts';
import { newEndpoint } from '../support/webhooks.ts';
import { openWorld, type World } from '../support/world.ts';
import { policyBodies, providerBodies, resolved, wrongBodies } from '../support/wrong-bodies.ts';

type Json = Record<string, any>;
const keyed = loadSpec().operations.filter((operation) => operation.access !== null);
const withBody = keyed.filter((operation) => operation.body !== null);
const [A, B] = ['+919800000001', '+919800000002'];
const long = 'x'.repeat(100_000);
const deep = `${'['.repeat(1_000)}${']'.repeat(1_000)}`;
const [did1 = '', did2 = '', did3 = ''] = freshNumbers(3);

describe('bad input', () => {
  let world: World;
  let tenant: Tenant;
  let operator: Api;
  let ids: Record<string, string>;
  let valid: Record<string, Json>;

  before(async () => {
    world = await openWorld();
    operator = apiOf(world, world.operatorToken);
    tenant = await newTenant(world, { dids: [did1, did2] });
    const first = async (path: string) => (await tenant.api.get(path)).body.data[0].id;
    ids = {
      tenant_id: tenant.id,
      key_id: await first('/v1/api_keys'),
      provider_account_id: tenant.account.id,
      pool_id: 'default',
      did_id: await first('/v1/dids'),
      session_id: (await newSession(tenant, '+919800000011', '+919800000012')).id,
      listing_id: 'lst_0',
      call_id: 'call_0',
      event_id: 'evt_0',
      webhook_endpoint_id: (await newEndpoint(tenant, { url: 'http://127.0.0.1:1/' })).id,
      webhook_delivery_id: 'whd_0',
    };
    const after_end = [{ seconds: 60, allow: 'both', forward_to: B }];
    const newSessionBody = { parties: { a: { phone: A }, b: { phone: B } }, after_end };
    const newDid = { e164: did3, provider_account: tenant.account.id };
    valid = {
      ...{ ...policyBodies, ...providerBodies },
      createTenant: { name: 'Acme' },
      updateTenant: { name: 'Acme' },
      createTenantApiKey: { name: 'backend' },
      assignTenantDid: newDid,
      createApiKey: { name: 'backend' },
      rotateApiKey: { overlap_seconds: 5 },
      createProviderAccount: { provider: 'vobiz', auth_id: 'MA_X', auth_token: 'test_token' },
      updateProviderAccount: { signature_mode: 'off' },
      createPool: { name: 'mumbai', exhaustion: [{ step: 'other_region' }] },
      updatePool: { cooling_seconds: 5, exhaustion: [{ step: 'other_region' }] },
      planCapacity: {
        party_classes: [{ name: 'courier', sessions_per_hour: 4, duration_seconds: 2_700 }],
        calls: { per_day: 1_000 },
      },
      createDid: newDid,
      updateDid: { region: 'pune' },
      createSessions: { sessions: [newSessionBody] },
      createSession: newSessionBody,
      createListing: { seller: { phone: A }, expires_in_seconds: 60 },
      updateSession: { direction: 'both', after_end },
      endSession: { hangup_live_calls: false },
      createSessionCall: { from: 'a' },
      createWebhookEndpoint: { url: 'https://acme.example/', types: ['call.failed'] },
      updateWebhookEndpoint: { url: 'https://acme.example/', ordering: 'session' },
      rotateWebhookSecret: { overlap_seconds: 60 },
      replayWebhooks: { since: new Date().toISOString(), only_failed: true },
      setAnnouncements: { announcements: [{ key: 'over', language: 'en-IN', text: 'Over.' }] },
      rehomeSession: { allocation: { preferred_dids: { a: [did1] } } },
      reopenSession: { expires_in_seconds: 60 },
      explainRoute: { to: did1, from: A },
    };
  });
  after(() => world.close());

  const ask = (
    operation: Operation,
    body: unknown,
    options: { headers?: Record<string, string>; query?: string; idempotencyKey?: string } = {},
  ): Promise<Reply> => {
    const api = operation.access?.actors.includes('tenant') ? tenant.api : operator;
    const path =
      operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? 'x') + (options.query ?? '');
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const more = { ...options, headers: { 'Content-Type': 'application/json', ...options.headers } };
    if (operation.method === 'post') return api.post(path, text, more);
    if (operation.method === 'patch') return api.patch(path, text, more);
    if (operation.method === 'put') return api.put(path, text, more);
    return operation.method === 'delete' ? api.delete(path) : api.get(path);
  };
  const refused = (reply: Reply, status: number, code: string, pointer: string, what: string) => {
    assert.equal(reply.status, status, `${what}: ${reply.text}`);
    assert.equal(reply.body.code, code, what);
    const pointers: string[] = (reply.body.errors ?? []).map((fault: any) => fault.pointer);
    assert.ok(
      pointers.some((found) => found.startsWith(pointer)),
      `${what}: ${reply.text}`,
    );
  };
  const nothingWritten = async (work: () => Promise<void>) => {
    const content = await contentOf(world);
    await work();
    assert.deepEqual(await contentOf(world), content);
  };

  for (const operation of withBody) {
    describe(`${operation.method.toUpperCase()} ${operation.path}`, () => {
      it('refuses every wrong field and says which, and writes nothing', async () => {
        const body = valid[operation.id];
        assert.ok(body, `this test has no body for ${operation.id}`);
        const all = [...wrongBodies(operation.body ?? {}, body)];
        assert.ok(all.length > 5);
        await nothingWritten(async () => {
          for (const wrong of all) {
            const what = JSON.stringify(wrong.body).slice(0, 200);
            refused(await ask(operation, wrong.body), 422, 'invalid_request', wrong.pointer, what);
          }
        });
      });

      it('refuses what is no object, no JSON, too large or of another media type', async () => {
        await nothingWritten(async () => {
          for (const body of ['null', '[]', '[{}]', '"text"', '5', 'true', deep]) {
            refused(await ask(operation, body), 422, 'invalid_request', '', body.slice(0, 50));
          }
          for (const body of ['{', '{"name":', "{'name':'x'}", '{"name":"x"}{}', 'undefined', '\u0000']) {
            refused(await ask(operation, body), 400, 'malformed_json', '', body);
          }
          const large = { ...valid[operation.id], [long]: 'x'.repeat(1_000_000) };
          const tooLarge = await ask(operation, large);
          assert.equal(tooLarge.status, 413);
          assert.equal(tooLarge.body.code, 'payload_too_large');
          const body = JSON.stringify(valid[operation.id]);
          for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'x']) {
            const reply = await ask(operation, body, { headers: { 'Content-Type': type } });
            assert.equal(reply.status, 415, type);
            assert.equal(reply.body.code, 'unsupported_media_type');
          }
          const latin = { 'Content-Type': 'application/json; charset=iso-8859-1' };
          assert.equal((await ask(operation, body, { headers: latin })).status, 415);
          assert.equal((await ask(operation, body, { headers: { 'Content-Encoding': 'x' } })).status, 415);
        });
      });
    });
  }

  for (const operation of keyed) {
    it(`${operation.id} refuses unknown query parameters, and writes nothing`, async () => {
      await nothingWritten(async () => {
        const reply = await ask(operation, valid[operation.id] ?? {}, { query: '?surprise=1' });
        refused(reply, 422, 'invalid_request', '/query/surprise', operation.id);
      });
    });
  }

  for (const operation of keyed.filter((each) => each.idempotency !== 'none')) {
    it(`${operation.id} refuses an Idempotency-Key that is none, and writes nothing`, async () => {
      await nothingWritten(async () => {
        for (const idempotencyKey of ['two words', 'x'.repeat(256), 'é', '"two words"', 'tab\there']) {
          const reply = await ask(operation, valid[operation.id], { idempotencyKey });
          refused(reply, 422, 'invalid_request', '/headers/idempotency-key', idempotencyKey);
        }
      });
    });
  }

  for (const operation of keyed.filter((each) => 'starting_after' in (each.query.properties as object))) {
    it(`${operation.id} refuses a page of an impossible size`, async () => {
      for (const limit of ['0', '101', '-1', 'abc', '1.5', '', '1e9', '5&limit=6', 'null', '%00']) {
        const reply = await ask(operation, undefined, { query: `?limit=${limit}` });
        refused(reply, 422, 'invalid_request', '/query/limit', limit);
      }
      const long = await ask(operation, undefined, { query: `?starting_after=${'x'.repeat(65)}` });
      refused(long, 422, 'invalid_request', '/query/starting_after', 'a long cursor');
    });
  }

  it('a filter by a status that does not exist is refused', async () => {
    for (const path of [
      '/v1/sessions?status=over',
      '/v1/dids?status=gone',
      '/v1/sessions?status=active&status=x',
    ]) {
      const reply = await tenant.api.get(path);
      assert.equal(reply.status, 422);
      assert.equal(reply.body.errors[0].pointer, '/query/status');
    }
  });

  const noPhones = [
    ['letters', 'call me'],
    ['three digits', '112'],
    ['forty digits', '9'.repeat(40)],
    ['a country code that does not exist', '+999123456789'],
    ['an extension', '+919800000001x5'],
    ['an extension in words', '+919800000001 ext. 5'],
    ['Devanagari digits', '+९१९८००००००००१'],
    ['full-width digits', '＋９１９８００００００００１'],
    ['two numbers', '+919800000001,+919800000002'],
    ['a URI', 'tel:+919800000001'],
    ['a plus alone', '+'],
    ['two pluses', '++919800000001'],
    ['one digit too many', '+9198000000011'],
    ['one digit too few', '+91980000000'],
    ['blanks', '   '],
  ] as const;
  for (const [what, phone] of noPhones) {
    it(`a phone that is ${what} is refused everywhere, and is not repeated in the answer`, async () => {
      const parties = (a: string, b: string) => ({ parties: { a: { phone: a }, b: { phone: b } } });
      const { session_id } = ids;
      const check = (reply: Reply, pointer: string) => {
        const codes = phone.length > 32 ? ['invalid_request'] : ['invalid_phone'];
        assert.ok(codes.includes(reply.body.code), reply.text);
        refused(reply, 422, reply.body.code, pointer, phone);
        assert.ok(phone.trim().length < 4 || !reply.text.includes(phone), reply.text);
      };
      await nothingWritten(async () => {
        check(await tenant.api.post('/v1/sessions', parties(phone, B)), '/parties/a/phone');
        check(await tenant.api.post('/v1/sessions', parties(A, phone)), '/parties/b/phone');
        const change = { parties: { b: { phone } } };
        check(await tenant.api.patch(`/v1/sessions/${session_id}`, change), '/parties/b/phone');
        const after_end = [{ seconds: 60, allow: 'none', forward_to: phone }];
        const forwarding = { ...parties(A, B), after_end };
        check(await tenant.api.post('/v1/sessions', forwarding), '/after_end/0/forward_to');
        check(await tenant.api.patch(`/v1/sessions/${session_id}`, { after_end }), '/after_end/0/forward_to');
        const did = { e164: phone, provider_account: tenant.account.id };
        check(await tenant.api.post('/v1/dids', did), '/e164');
        check(await operator.post(`/v1/tenants/${tenant.id}/dids`, did), '/e164');
        check(await tenant.api.post('/v1/routes/explain', { to: phone, from: A }), '/to');
      });
    });
  }

  it('both phones are named when both are wrong', async () => {
    const reply = await tenant.api.post('/v1/sessions', {
      parties: { a: { phone: 'nobody' }, b: { phone: '12345' } },
    });
    assert.deepEqual(
      reply.body.errors.map((fault: any) => fault.pointer),
      ['/parties/a/phone', '/parties/b/phone'],
    );
  });

  it('values out of their range, unknown pools and dangerous metadata are refused with their pointer', async () => {
    const { parties } = valid.createSession ?? {};
    const metadata = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
    const wrong: [string, object][] = [
      ['/expires_in_seconds', { expires_in_seconds: 0 }],
      ['/expires_in_seconds', { expires_in_seconds: 15_552_001 }],
      ['/cooling_seconds', { cooling_seconds: 7_776_001 }],
      ['/ring_timeout_seconds', { ring_timeout_seconds: 4 }],
      ['/max_call_seconds', { max_call_seconds: 86_400 }],
      ['/metadata', { metadata: metadata(51) }],
      ['/metadata/k', { metadata: { k: 'x'.repeat(501) } }],
      ['/metadata/k', { metadata: { k: 5 } }],
      ['/metadata/k', { metadata: { k: { nested: 'x' } } }],
      ['/metadata', { metadata: { ['x'.repeat(41)]: 'v' } }],
      ['/metadata', { metadata: { '': 'v' } }],
      ['/transaction_ref', { transaction_ref: 'x'.repeat(256) }],
      ['/pool', { pool: 'nowhere' }],
      ['/pool', { pool: 'pool_0' }],
      ['/pool', { pool: 'DEFAULT' }],
      ['/direction', { direction: 'none' }],
    ];
    await nothingWritten(async () => {
      for (const [pointer, more] of wrong) {
        const reply = await tenant.api.post('/v1/sessions', { parties, ...more });
        const code = reply.body.code === 'unknown_reference' ? 'unknown_reference' : 'invalid_request';
        refused(reply, 422, code, pointer, JSON.stringify(more).slice(0, 100));
      }
    });
  });

  it('a phone number in the name of a field does not come back', async () => {
    const reply = await tenant.api.post('/v1/sessions', { ...valid.createSession, '+919800000001': 1 });
    assert.equal(reply.status, 422);
    assert.ok(!reply.text.includes('919800000001'), reply.text);
  });

  // Postgres keeps no NUL in a text, and no half of a surrogate pair in JSON.
  it('a NUL in a text, or half a character in metadata, is refused as invalid', async () => {
    await nothingWritten(async () => {
      for (const operation of withBody) {
        for (const [pointer, schema] of Object.entries(
          (resolved(operation.body ?? {}).properties ?? {}) as Json,
        )) {
          if (resolved(schema).type !== 'string') continue;
          const body = { ...valid[operation.id], [pointer]: 'a\u0000b' };
          const reply = await ask(operation, body);
          refused(reply, 422, reply.body.code, `/${pointer}`, `${operation.id} ${pointer}`);
        }
      }
      for (const metadata of [
        { k: 'a\u0000b' },
        { k: '\ud800' },
        { k: '\udc00\ud800' },
        { 'a\u0000b': 'v' },
      ]) {
        const body = { ...valid.createSession, metadata };
        const reply = await tenant.api.post('/v1/sessions', body);
        refused(reply, 422, 'invalid_request', '/metadata', JSON.stringify(metadata));
      }
      const role = { a: { phone: A, role: 'a\u0000b' }, b: { phone: B } };
      const reply = await tenant.api.post('/v1/sessions', { parties: role });
      refused(reply, 422, 'invalid_request', '/parties/a/role', 'role');
    });
  });

  it('a NUL in a path or a query is for what nobody has', async () => {
    for (const operation of keyed) {
      for (const name of Object.keys(operation.query.properties as object)) {
        const reply = await ask(operation, undefined, { query: `?${name}=a%00b` });
        assert.ok(reply.status < 500, `${operation.id} ${name}: ${reply.text}`);
      }
      if (!operation.path.includes('{')) continue;
      const path = operation.path.replaceAll(/\{\w+\}/g, 'a%00b');
      const reply = await ask({ ...operation, path }, valid[operation.id] ?? {});
      assert.equal(reply.status, 404, `${operation.id}: ${reply.text}`);
    }
  });

  it('a body nested so deeply that no recursion survives it is refused', async () => {
    for (const id of ['createSession', 'updateSession', 'createPool']) {
      const operation = keyed.find((each) => each.id === id);
      assert.ok(operation);
      const depth = 60_000;
      for (const body of [
        '['.repeat(depth) + ']'.repeat(depth),
        `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
      ]) {
        const reply = await ask(operation, body);
        assert.equal(reply.status, 422, reply.text);
      }
    }
  });

  it('a body that says it is compressed and is not is refused', async () => {
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const reply = await tenant.api.post('/v1/sessions', '{}', {
        headers: { 'Content-Type': 'application/json', 'Content-Encoding': encoding },
      });
      assert.ok([400, 415].includes(reply.status), `${encoding}: ${reply.text}`);
    }
  });

  const { sessionLike, anything } = sessionLikes([A, B, did1]);
  for (const id of ['createSession', 'updateSession']) {
    it(`${id} never fails by itself, whatever JSON it is sent`, async () => {
      const operation = keyed.find((each) => each.id === id);
      assert.ok(operation);
      const property = fc.asyncProperty(fc.oneof(sessionLike, sessionLike, anything), async (body) => {
        const reply = await ask(operation, JSON.stringify(body));
        assert.ok(reply.status < 500, reply.text);
      });
      await fc.assert(property, { numRuns: 300 });
    });
  }
});
