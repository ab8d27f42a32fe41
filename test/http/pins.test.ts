import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answers, presses, type Reaction } from '../../src/features/sandbox/phones.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { openTown } from '../support/town.ts';
import { callFrom } from '../support/voice.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';
const OTHER = '+919800000003';

describe('PINs', () => {
  let world: World;
  let tenant: Tenant;
  let town: ReturnType<typeof openTown>;
  let session: any;
  let m1: string;
  let m2: string;
  let pin: string;
  before(async () => {
    world = await openWorld();
    await fresh();
  });
  after(() => world.close());

  /** A tenant with a session of its own, so that no test meets another's wrong PINs. */
  const fresh = async (more: object = {}) => {
    const dids = freshNumbers(2);
    tenant = await newTenant(world, { dids, signatureMode: 'if_present' });
    session = await newSession(tenant, A, B, { pin: { enabled: true }, ...more });
    m1 = session.parties.a.masking_number;
    m2 = session.parties.b.masking_number;
    pin = session.parties.a.pin;
    town = openTown(world, tenant, dids);
    for (const phone of [A, B, OTHER]) town.network.phones.set(phone, []);
    town.network.phones.set(B, answers(2, 5));
  };
  const wrong = (offset = 1) => String((Number(pin) + offset) % 10 ** pin.length).padStart(pin.length, '0');
  const dial = async (from: string, to: string, keys: readonly string[]) => {
    const reactions: Reaction[] = keys.map((digits) => presses(digits));
    const call = town.network.dial({ from, to, reactions });
    await town.clock.play();
    const listed = await tenant.api.get('/v1/calls?limit=1');
    return {
      uuid: call?.uuid ?? '',
      shown: (await tenant.api.get(`/v1/calls/${listed.body.data[0].id}`)).body,
    };
  };
  const talks = () => town.network.journal.conversations();
  const attempts = async () =>
    Number(
      (await world.sql<any>('select count(*) from pin_attempts where tenant_id = $1', [tenant.id]))[0].count,
    );

  it('each party is told its PIN once, and again only with the same Idempotency-Key', async () => {
    assert.match(session.parties.a.pin, /^\d{5}$/);
    assert.match(session.parties.b.pin, /^\d{5}$/);
    const got = (await tenant.api.get(`/v1/sessions/${session.id}`)).body;
    assert.deepEqual(got.pin, { enabled: true });
    assert.equal(got.parties.a.pin, undefined);
    const body = { parties: { a: { phone: OTHER }, b: { phone: '+919800000004' } }, pin: { enabled: true } };
    const first = await tenant.api.post('/v1/sessions', body, { idempotencyKey: 'pins-1' });
    const again = await tenant.api.post('/v1/sessions', body, { idempotencyKey: 'pins-1' });
    assert.equal(again.body.parties.a.pin, first.body.parties.a.pin);
    const without = await newSession(tenant, '+919800000005', '+919800000006');
    assert.equal(without.pin, undefined);
    assert.equal(without.parties.a.pin, undefined);
  });

  it('connects an unknown phone with the PIN of a to b, who sees the number that it knows', async () => {
    await fresh();
    const { uuid, shown } = await dial(OTHER, m1, [pin]);
    const [talk] = talks();
    assert.deepEqual([talk?.from, talk?.to, talk?.shown, talk?.seconds], [OTHER, B, m2, 5]);
    assert.deepEqual(
      [shown.decision, shown.reason, shown.session, shown.caller_party, shown.status],
      ['bridge', 'pin_accepted', session.id, 'a', 'completed'],
    );
    assert.equal((await tenant.api.get(`/v1/sessions/${session.id}`)).body.calls_made, 1);
    const traps = town.network.journal.of(uuid).filter((entry) => entry.what === 'trap');
    assert.deepEqual(traps, [], 'nothing in it would hurt on the real platform');
  });

  it('connects a withheld caller, and asks again after a wrong PIN', async () => {
    await fresh();
    const call = await callFrom(world, tenant, m1, 'anonymous');
    assert.deepEqual(
      call.answer.elements.map(({ name }) => name),
      ['Gather', 'Speak', 'Hangup'],
    );
    assert.equal(call.answer.elements[0]?.attributes.log, 'false');
    assert.equal(call.answer.elements[0]?.attributes.numDigits, '5');
    const second = await call.post('pin-1', { InputType: 'dtmf', Digits: wrong() });
    assert.match(second.said.join(), /not right/);
    const third = await call.post('pin-2', { InputType: 'dtmf', Digits: '' });
    assert.equal(third.elements[0]?.name, 'Gather');
    const done = await call.post('pin-3', { InputType: 'dtmf', Digits: pin });
    assert.equal(done.elements.at(-1)?.name, 'Dial');
    assert.equal(done.elements.at(-1)?.children[0]?.text, B);
    assert.equal(done.elements.at(-1)?.attributes.callerId, m2);
    const again = await call.post('pin-3', { InputType: 'dtmf', Digits: pin });
    assert.equal(again.elements.at(-1)?.name, 'Dial', 'the same answer when it is posted again');
    assert.equal((await tenant.api.get(`/v1/sessions/${session.id}`)).body.calls_made, 1);
    assert.equal(await attempts(), 1);
  });

  it('hears the end after three wrong PINs, and a wrong try stays wrong whatever is posted for it later', async () => {
    await fresh();
    const { shown } = await dial(OTHER, m1, [wrong(1), wrong(2), wrong(3)]);
    assert.deepEqual([shown.decision, shown.reason], ['announce', 'pin_failed']);
    assert.deepEqual(talks(), []);
    assert.equal(await attempts(), 3);
    const call = await callFrom(world, tenant, m1, OTHER);
    await call.post('pin-1', { Digits: wrong() });
    const changed = await call.post('pin-1', { Digits: pin });
    assert.notEqual(changed.elements.at(-1)?.name, 'Dial');
    assert.equal(await attempts(), 4);
  });

  it('takes no PIN from a caller any more who had too many wrong ones, on any call, until an hour is over', async () => {
    await fresh();
    for (let times = 0; times < 3; times += 1) await dial(OTHER, m1, [wrong(1), wrong(2), wrong(3)]);
    const { shown } = await dial(OTHER, m1, [pin]);
    assert.deepEqual([shown.decision, shown.reason], ['announce', 'pin_locked']);
    const explained = await tenant.api.post('/v1/routes/explain', { to: m1, from: OTHER });
    assert.equal(explained.body.reason, 'pin_locked');
    const another = await tenant.api.post('/v1/routes/explain', { to: m1, from: '+919800000077' });
    assert.equal(another.body.decision, 'ask_pin');
    await world.sql(
      "update pin_attempts set tried_at = tried_at - interval '61 minutes' where tenant_id = $1",
      [tenant.id],
    );
    const later = await dial(OTHER, m1, [pin]);
    assert.equal(later.shown.reason, 'pin_accepted');
  });

  it('takes no PIN on a DID any more where too many were wrong, whoever calls, also when all try at once', async () => {
    await fresh();
    await world.sql(
      `insert into pin_attempts (tenant_id, call_id, attempt, did_id)
       select d.tenant_id, 'call_' || n, 1, d.id from dids d, generate_series(1, 55) n
        where d.tenant_id = $1 and d.e164 = $2`,
      [tenant.id, m1],
    );
    const callers = Array.from({ length: 10 }, (_, place) => `+91980000100${place}`);
    const calls = await Promise.all(callers.map((caller) => callFrom(world, tenant, m1, caller)));
    const replies = await Promise.all(calls.map((call) => call.post('pin-1', { Digits: wrong() })));
    assert.equal(replies.filter(({ said }) => /too many/.test(said.join())).length, 5);
    assert.equal(await attempts(), 60);
    const asked = await tenant.api.post('/v1/routes/explain', { to: m1, from: null });
    assert.deepEqual([asked.body.decision, asked.body.reason], ['announce', 'pin_locked']);
  });

  it('a PIN connects nobody when its session is over, against its direction, or on the other DID', async () => {
    await fresh({ direction: 'b_to_a' });
    const refused = await dial(OTHER, m1, [pin]);
    assert.deepEqual([refused.shown.decision, refused.shown.reason], ['announce', 'direction_not_allowed']);
    const elsewhere = await dial(OTHER, m2, [pin === session.parties.b.pin ? wrong() : pin]);
    assert.equal(elsewhere.shown.decision, 'ask_pin');
    await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
    const over = await dial(OTHER, m2, [session.parties.b.pin]);
    assert.deepEqual([over.shown.decision, over.shown.reason], ['announce', 'session_ended']);
    assert.deepEqual(talks(), []);
  });

  it('asks nobody on a DID without PINs, nor a phone that is a party, nor one whose own session is over', async () => {
    await fresh();
    const bound = await tenant.api.post('/v1/routes/explain', { to: m1, from: A });
    assert.equal(bound.body.reason, 'live_binding');
    const unknown = await tenant.api.post('/v1/routes/explain', { to: m1, from: OTHER });
    assert.deepEqual(
      [unknown.body.decision, unknown.body.reason, unknown.body.session],
      ['ask_pin', 'pin_required', null],
    );
    assert.equal(unknown.body.trace.at(-1).rule, 'pin');
    await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
    const late = await tenant.api.post('/v1/routes/explain', { to: m1, from: A });
    assert.equal(late.body.reason, 'session_ended');
    const plain = await newTenant(world, { dids: freshNumbers(2) });
    const one = await newSession(plain, A, B);
    const reply = await plain.api.post('/v1/routes/explain', {
      to: one.parties.a.masking_number,
      from: OTHER,
    });
    assert.equal(reply.body.reason, 'caller_not_allowed');
  });

  it('is of one party only on its DID until the session has cooled, and goes with its party to a new DID', async () => {
    await fresh({ cooling_seconds: 100 });
    const pins = () => world.sql<any>('select * from party_pins where tenant_id = $1', [tenant.id]);
    await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
    const sweep = () => world.container.jobs.find(({ name }: any) => name === 'sweep_tenants')?.work();
    await sweep();
    assert.equal((await pins()).length, 2, 'cooling');
    await world.sql('update bindings set free_at = now() where tenant_id = $1', [tenant.id]);
    await sweep();
    assert.equal((await pins()).length, 0);

    const [first] = freshNumbers(2);
    for (const e164 of [first, ...freshNumbers(1)]) {
      await tenant.api.post('/v1/dids', { e164, provider_account: tenant.account.id });
    }
    const moving = await newSession(tenant, A, B, { pin: { enabled: true } });
    const moved = (await tenant.api.post(`/v1/sessions/${moving.id}/rehome`, {})).body;
    assert.notEqual(moved.parties.a.masking_number, moving.parties.a.masking_number);
    const call = await callFrom(world, tenant, moved.parties.a.masking_number, OTHER);
    const reply = await call.post('pin-1', { Digits: moving.parties.a.pin });
    assert.equal(reply.elements.at(-1)?.name, 'Dial');
  });

  it('rings the next phone for a caller with a PIN as for a phone of the party', async () => {
    await fresh();
    const two = await newSession(tenant, '+919800000011', '', {
      parties: { a: { phone: '+919800000011' }, b: { phones: ['+919800000012', '+919800000013'] } },
      pin: { enabled: true },
    });
    const call = await callFrom(world, tenant, two.parties.a.masking_number, 'anonymous');
    const first = await call.post('pin-1', { Digits: two.parties.a.pin });
    assert.equal(first.elements.at(-1)?.children[0]?.text, '+919800000012');
    const next = await call.dialEnded('busy');
    assert.equal(next.elements.at(-1)?.children[0]?.text, '+919800000013');
  });

  it('no PIN is kept in clear, nor as something from which it could be found without the key', async () => {
    await fresh();
    await dial(OTHER, m1, [wrong(), pin]);
    const tables = await world.sql<{ name: string }>(
      "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    for (const { name } of tables) {
      const hits = await world.sql(`select 1 from ${name} t where t::text ~ $1 limit 1`, [
        `(^|[^0-9a-f])${pin}([^0-9a-f]|$)`,
      ]);
      assert.deepEqual(hits, [], name);
    }
    const [event] = await world.sql<any>(
      "select event_key from call_events where tenant_id = $1 and kind = 'digits' and event_key like '%pin-2'",
      [tenant.id],
    );
    const [other] = await world.sql<any>(
      "select event_key from call_events where tenant_id = $1 and kind = 'digits' and event_key like '%pin-1'",
      [tenant.id],
    );
    assert.equal(
      event.event_key.replace('pin-2', ''),
      other.event_key.replace('pin-1', ''),
      'the same for every PIN',
    );
    assert.ok(world.logLines.every((line) => !line.includes(`"${pin}"`) && !line.includes('Digits')));
  });
});
