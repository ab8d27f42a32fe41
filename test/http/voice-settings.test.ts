import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apiOf, freshNumbers, newKey, newSession, newTenant, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

const everything = {
  language: 'hi-IN',
  greeting: { a: { text: 'नमस्ते & <welcome>' }, b: { audio_url: 'https://cdn.example.com/b.mp3?x=1&y=2' } },
  whisper: { a: { text: 'Your {{role}} for {{transaction_ref}} at {{metadata.gate}}.' }, b: null },
  prelude: 'none',
  record: { enabled: true, channels: 'dual', format: 'wav', announce_consent: true },
  ring: { mode: 'parallel', timeout_seconds: 20 },
  end_calls_with_session: true,
  voicemail: { enabled: true, max_seconds: 90 },
  rating: { enabled: true, prompt: { text: 'One to five?' } },
};

describe('voice settings', () => {
  let world: World;
  let tenant: Tenant;
  let open: any;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(4) });
  });
  after(() => world.close());

  const operator = () => apiOf(world, world.operatorToken);

  it('of a session are kept as they were given, shown, and replaced as a whole', async () => {
    const session = await newSession(tenant, A, B, { voice: everything });
    assert.deepEqual(session.voice, everything);
    const path = `/v1/sessions/${session.id}`;
    assert.deepEqual((await tenant.api.get(path)).body.voice, everything);
    const changed = await tenant.api.patch(path, { voice: { language: 'en-US' } });
    assert.deepEqual(changed.body.voice, { language: 'en-US' });
    const other = await tenant.api.patch(path, { max_call_seconds: 600 });
    assert.deepEqual(other.body.voice, { language: 'en-US' }, 'another change leaves them');
    assert.deepEqual((await tenant.api.patch(path, { voice: {} })).body.voice, {});
    const { data } = (await tenant.api.get(`/v1/events?session=${session.id}`)).body;
    assert.deepEqual(data[1].data.changed, ['voice']);
  });

  it('of a pool are its own in each mode, and do not move its other rules', async () => {
    const made = await tenant.api.post('/v1/pools', { name: 'pune', cooling_seconds: 60, voice: everything });
    assert.deepEqual(made.body.voice, everything);
    const changed = await tenant.api.patch('/v1/pools/pune', {
      voice: { prelude: 'none' },
      cooling_seconds: 90,
    });
    assert.deepEqual(changed.body.voice, { prelude: 'none' });
    assert.equal(changed.body.cooling_seconds, 90);
    assert.deepEqual((await tenant.api.patch('/v1/pools/pune', { cooling_seconds: 30 })).body.voice, {
      prelude: 'none',
    });
    const alone = await tenant.api.patch('/v1/pools/pune', { voice: {} });
    assert.equal(alone.body.cooling_seconds, 30);
    assert.deepEqual((await tenant.api.get('/v1/pools/default')).body.voice, {});
  });

  it("of a tenant are the operator's to set", async () => {
    const made = await operator().post('/v1/tenants', { name: 'Acme', voice: everything });
    assert.deepEqual(made.body.voice, everything);
    const path = `/v1/tenants/${made.body.id}`;
    assert.deepEqual((await operator().patch(path, { name: 'Acme 2' })).body.voice, everything);
    assert.deepEqual((await operator().patch(path, { voice: {} })).body.voice, {});
  });

  const wrong: [pointer: string, voice: object][] = [
    ['/voice/language', { language: 'xx-XX' }],
    ['/voice/surprise', { surprise: 1 }],
    ['/voice/greeting/c', { greeting: { c: { text: 'x' } } }],
    ['/voice/greeting/a', { greeting: { a: {} } }],
    ['/voice/greeting/a', { greeting: { a: { text: 'x', audio_url: 'https://cdn.example.com/a.mp3' } } }],
    ['/voice/greeting/a/text', { greeting: { a: { text: ' ' } } }],
    ['/voice/greeting/a/text', { greeting: { a: { text: '🚕'.repeat(501) } } }],
    ['/voice/greeting/a/audio_url', { greeting: { a: { audio_url: 'http://cdn.example.com/a.mp3' } } }],
    ['/voice/greeting/a/audio_url', { greeting: { a: { audio_url: 'https://cdn.example.com/a b.mp3' } } }],
    ['/voice/greeting/a/audio_url', { greeting: { a: { audio_url: 'https://u:p@cdn.example.com/a.mp3' } } }],
    ['/voice/greeting/a/audio_url', { greeting: { a: { audio_url: 'https://localhost/a.mp3' } } }],
    ['/voice/whisper/b/text', { whisper: { b: { text: 'Your {{phone}}.' } } }],
    ['/voice/whisper/b/text', { whisper: { b: { text: 'Your {{role.' } } }],
    ['/voice/record/channels', { record: { enabled: true, channels: 'mono' } }],
    ['/voice/record/format', { record: { format: 'ogg' } }],
    ['/voice/ring/mode', { ring: { mode: 'random' } }],
    ['/voice/ring/timeout_seconds', { ring: { timeout_seconds: 4 } }],
    ['/voice/voicemail/max_seconds', { voicemail: { max_seconds: 301 } }],
    [
      '/voice/rating/prompt',
      { rating: { prompt: { text: 'x', audio_url: 'https://cdn.example.com/a.mp3' } } },
    ],
    ['/voice/prelude', { prelude: 'music' }],
  ];
  for (const [pointer, voice] of wrong) {
    it(`are refused at ${pointer}: ${JSON.stringify(voice).slice(0, 90)}`, async () => {
      const parties = { a: { phone: A }, b: { phone: B } };
      open ??= await newSession(tenant, '+919800000003', '+919800000004');
      for (const reply of [
        await tenant.api.post('/v1/sessions', { parties, voice }),
        await tenant.api.patch(`/v1/sessions/${open.id}`, { voice }),
        await tenant.api.post('/v1/pools', { name: 'wrong', voice }),
        await tenant.api.patch('/v1/pools/default', { voice }),
        await operator().post('/v1/tenants', { name: 'Acme', voice }),
        await operator().patch(`/v1/tenants/${tenant.id}`, { voice }),
      ]) {
        assert.equal(reply.status, 422, reply.text);
        assert.equal(reply.body.code, 'invalid_request');
        assert.ok(
          reply.body.errors.some((fault: any) => fault.pointer.startsWith(pointer)),
          reply.text,
        );
      }
    });
  }

  it('may all be as long as they can be', async () => {
    const text = { text: '🚕'.repeat(500) };
    const audio = { audio_url: `https://cdn.example.com/${'a'.repeat(2023)}` };
    const voice = {
      greeting: { a: text, b: audio },
      whisper: { a: text, b: { text: '"'.repeat(500) } },
      rating: { enabled: true, prompt: text },
    };
    const session = await newSession(tenant, '+919800000005', '+919800000006', { voice });
    assert.deepEqual(session.voice, voice);
  });
});

describe('announcements', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world);
  });
  after(() => world.close());

  const ours = { key: 'over', language: 'en-IN', text: 'The ride is over.' };
  const tamil = { key: 'over', language: 'ta-IN', audio_url: 'https://cdn.example.com/over.mp3' };
  const listed = async (api = tenant.api): Promise<any[]> => (await api.get('/v1/announcements')).body.data;

  it('are ours in English and Hindi under every key', async () => {
    const all = await listed();
    const keys = new Set(all.map(({ key }) => key));
    assert.ok(keys.size >= 11);
    for (const key of keys) {
      const mine = all.filter((one) => one.key === key);
      assert.deepEqual(
        mine.map(({ language }) => language),
        ['en-IN', 'hi-IN'],
      );
      assert.ok(mine.every(({ own, text }) => own === false && text.length > 0));
    }
  });

  it('are replaced by the own words of a tenant, in its mode only, as a whole', async () => {
    const reply = await tenant.api.put('/v1/announcements', { announcements: [ours, tamil] });
    assert.equal(reply.status, 200, reply.text);
    const own = (all: any[]) => all.filter((one) => one.own).map(({ own: _own, ...rest }) => rest);
    assert.deepEqual(own(reply.body.data), [ours, tamil]);
    assert.deepEqual(own(await listed()), [ours, tamil]);
    const test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
    assert.deepEqual(own(await listed(test)), []);
    const other = await newTenant(world);
    assert.deepEqual(own(await listed(other.api)), []);
    assert.deepEqual(own((await tenant.api.put('/v1/announcements', { announcements: [tamil] })).body.data), [
      tamil,
    ]);
    assert.deepEqual(own((await tenant.api.put('/v1/announcements', { announcements: [] })).body.data), []);
  });

  it('are those of one request when several come at once', async () => {
    const kinds = ['en-US', 'en-GB', 'en-AU', 'de-DE'].map((language) =>
      ['over', 'busy', 'failed'].map((key) => ({ key, language, text: `${key} in ${language}` })),
    );
    await Promise.all(kinds.map((announcements) => tenant.api.put('/v1/announcements', { announcements })));
    const own = (await listed()).filter((one) => one.own);
    assert.equal(own.length, 3);
    assert.equal(new Set(own.map(({ language }) => language)).size, 1);
  });

  it('are refused, and nothing is changed, when one of them cannot be used', async () => {
    await tenant.api.put('/v1/announcements', { announcements: [ours] });
    for (const [pointer, one] of [
      ['/announcements/1', { key: 'over', language: 'en-US' }],
      ['/announcements/1', { ...ours, language: 'en-US', audio_url: tamil.audio_url }],
      ['/announcements/1', ours],
      ['/announcements/1/key', { ...ours, key: 'unknown' }],
      ['/announcements/1/language', { ...ours, language: 'xx' }],
      ['/announcements/1/audio_url', { ...tamil, audio_url: 'ftp://cdn.example.com/a' }],
      ['/announcements/1/text', { ...ours, language: 'en-US', text: 'x'.repeat(501) }],
    ] as const) {
      const reply = await tenant.api.put('/v1/announcements', { announcements: [ours, one] });
      assert.equal(reply.status, 422, reply.text);
      assert.ok(
        reply.body.errors.some((fault: any) => fault.pointer.startsWith(pointer)),
        reply.text,
      );
      assert.equal((await listed()).filter(({ own }) => own).length, 1);
    }
  });
});
