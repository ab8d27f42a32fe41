import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

/** National digits of numbers that nothing else uses: a hit is a leak and not a coincidence. */
const canaries = [1, 2, 3, 4, 5].map((i) => `9${i}${randomInt(10_000_000, 99_999_999)}`);
const [a = '', b = '', swapped = '', stranger = '', desk = ''] = canaries;

/** Each canary as text, and as the hex that a bytea is shown in. */
const needles = canaries.flatMap((digits) => [digits, Buffer.from(digits).toString('hex')]);

function leaksIn(text: string): string[] {
  return needles.filter((needle) => text.includes(needle));
}

/** Empty for a file that is gone meanwhile: other tests drop databases beside this one. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

describe('a real phone number', () => {
  let world: World;
  let tenant: Tenant;
  const replies: string[] = [];

  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(4) });
    await useEverything();
  });
  after(() => world.close());

  /** Every way in that a number has, right and wrong ones. */
  async function useEverything(): Promise<void> {
    const { api } = tenant;
    const parties = (x: string, y: string) => ({ a: { phone: x, role: 'driver' }, b: { phone: y } });
    const note = async (reply: Promise<{ text: string; headers: object }>) => {
      const { text, headers } = await reply;
      replies.push(text, JSON.stringify(headers));
    };
    const after_end = [{ seconds: 600, allow: 'none', forward_to: `0${desk}` }];
    const session = await newSession(tenant, `+91${a}`, `0${b}`, { transaction_ref: 'canary', after_end });
    const create = (body: object, idempotencyKey = 'canary-key') =>
      note(api.post('/v1/sessions', body, { idempotencyKey }));
    await create({ parties: parties(`+91${a}`, `+91${b}`) });
    await create({ parties: parties(`+91${a}`, `+91${b}`) });
    await create({ parties: parties(`+91${a}`, `+91${stranger}`) });
    await create({ parties: parties(`+91${a}`, `091${a}`) }, 'same');
    await create({ parties: parties(`+91${a}9999`, `+91${b}`) }, 'invalid');
    await create({ parties: parties(`+91${a}`, `+91${b}`) }, `for-${a}`);
    const wrong = [{ seconds: 600, allow: 'none', forward_to: `+91${desk}9999` }];
    await create({ parties: parties(`+91${a}`, `+91${b}`), after_end: wrong }, 'forward');
    await create({ parties: parties(`+91${a}`, `+91${b}`), [`+91${a}`]: 1 }, 'unknown-field');
    await create({ parties: parties(`+91${a}`, `+91${b}`), expires_in_seconds: `+91${a}` }, 'wrong-type');
    await note(api.get(`/v1/sessions/+91${a}`));
    await note(api.get(`/v1/sessions?transaction_ref=%2B91${a}&starting_after=91${a}`));
    await note(api.get(`/v1/unknown/${a}?phone=${a}`));
    await note(api.patch(`/v1/sessions/${session.id}`, { parties: { a: { phone: `+91${swapped}` } } }));
    await note(api.patch(`/v1/sessions/${session.id}`, { after_end }));
    await note(api.get(`/v1/sessions/${session.id}`));
    const { masking_number: m1 } = session.parties.a;
    const { masking_number: m2 } = session.parties.b;
    for (const from of [`+91${a}`, `+91${swapped}`, `+91${stranger}`, `${a}x`]) {
      await note(api.post('/v1/routes/explain', { to: m1, from }));
    }
    await note(api.post('/v1/routes/explain', { to: `+91${a}`, from: `+91${b}` }));
    for (const [to, from] of [
      [m1, `91${swapped}`],
      [m1, `91${a}`],
      [m2, `91${b}`],
      [m1, `0${stranger}`],
      [`91${stranger}`, `91${a}`],
    ] as const) {
      const event = answerEvent(to, from);
      const { dial } = await postForm(world, tenant.account.webhookPath, event);
      const ending = { ...event, Event: 'Hangup', CallStatus: 'completed', Duration: '3' };
      await postForm(world, tenant.account.webhookPath, ending);
      const leg = {
        Event: 'DialAnswer',
        CallUUID: event.CallUUID ?? '',
        DialBLegTo: `91${b}`,
        DialBLegUUID: 'x',
      };
      if (dial !== null) await postForm(world, String(dial.callbackUrl).slice(world.publicUrl.length), leg);
    }
    await note(api.get('/v1/calls?limit=100'));
    await note(api.post(`/v1/sessions/${session.id}/end`, {}));
    const forwarded = await postForm(world, tenant.account.webhookPath, answerEvent(m2, `91${b}`));
    assert.equal(forwarded.dial?.number, `+91${desk}`);
    await note(api.get(`/v1/sessions/${session.id}`));
    await note(api.get('/v1/calls?limit=100'));
    await note(api.post(`/v1/sessions/${session.id}/reopen`, { expires_in_seconds: 60 }));
    await note(api.post(`/v1/sessions/${session.id}/rehome`, {}));
    const events = await api.get('/v1/events?limit=100');
    assert.ok(events.body.data.length > 10);
    await note(Promise.resolve(events));
    await note(api.post('/v1/dids', { e164: `+91${a}7`, provider_account: tenant.account.id }));
  }

  it('is in no row of Postgres, whoever looks', async () => {
    const tables = await world.sql<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname = 'public'`,
    );
    assert.ok(tables.length > 15);
    let rows = 0;
    for (const { name } of tables) {
      for (const row of await world.sql<{ row: string }>(
        `select row_to_json(t)::text as row from ${name} t`,
      )) {
        rows += 1;
        assert.deepEqual(leaksIn(row.row), [], name);
      }
    }
    assert.ok(rows > 40, `${rows} rows were looked at`);
  });

  it('is in no file of Postgres or Redis: tables, write-ahead log, server logs', async () => {
    await world.sql('checkpoint');
    const [setting] = await world.sql<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    );
    const folder = dirname(setting?.folder ?? '');
    let bytes = 0;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = contentOf(join(entry.parentPath, entry.name));
      bytes += content.length;
      for (const needle of canaries) assert.equal(content.indexOf(needle), -1, entry.name);
    }
    assert.ok(bytes > 20_000_000, `${bytes} bytes were looked at`);
  });

  it('is in no key and no value of Redis', async () => {
    const redis = new Redis(process.env.TEST_REDIS_URL ?? '');
    const keys = await redis.keys('*');
    assert.ok(keys.some((key) => key.startsWith(world.redisPrefix)));
    for (const key of keys) {
      const value = await redis.dumpBuffer(key);
      assert.deepEqual(leaksIn(`${key} ${value?.toString('latin1') ?? ''}`), []);
    }
    redis.disconnect();
  });

  it('is in no line of the log, at the most talkative level', () => {
    assert.ok(world.logLines.length > 30);
    for (const line of world.logLines) assert.deepEqual(leaksIn(line), [], line);
  });

  it('is in no reply of the API, refusals included', () => {
    assert.ok(replies.length > 30);
    for (const reply of replies) assert.deepEqual(leaksIn(reply), [], reply);
  });
});
