import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ManualClock, manualClock } from '../../src/features/sandbox/clock.ts';
import { faultPlan } from '../../src/features/sandbox/faults.ts';
import { httpPost } from '../../src/features/sandbox/http-post-adapter.ts';
import { createNetwork, type Network } from '../../src/features/sandbox/network.ts';
import { answers, hangsUp, isBusy } from '../../src/features/sandbox/phones.ts';
import { openAccount, openApplication, ownNumber } from '../../src/features/sandbox/provisioning.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('a call between two phones, through the double and the real service,', () => {
  let world: World;
  let tenant: Tenant;
  let session: any;
  let clock: ManualClock;
  let network: Network;
  /** What a dials, and what b dials. */
  let m1: string;
  let m2: string;

  before(async () => {
    world = await openWorld();
    const dids = freshNumbers(2);
    tenant = await newTenant(world, { dids, signatureMode: 'required' });
    session = await newSession(tenant, A, B, { ring_timeout_seconds: 25, max_call_seconds: 60 });
    m1 = session.parties.a.masking_number;
    m2 = session.parties.b.masking_number;
    clock = manualClock(Date.now());
    network = townOf(dids, 7);
  });
  after(() => world.close());

  /** The double in front of the service, as an operator would have set it up. */
  const townOf = (dids: readonly string[], seed: number, on = clock): Network => {
    const post = httpPost({ reach: { [world.publicUrl]: world.url } });
    const town = createNetwork({ clock: on, seed, post });
    const account = openAccount(town, { authId: 'MA_XXXXXXXX', authToken: 'test_token', channels: 10 });
    const url = `${world.publicUrl}${tenant.account.webhookPath}`;
    const application = openApplication(town, account, { answerUrl: url, hangupUrl: url, fallbackUrl: url });
    for (const e164 of dids) ownNumber(town, account, e164, application);
    town.phones.set(A, []);
    town.phones.set(B, []);
    return town;
  };

  const latest = async () => (await tenant.api.get(`/v1/calls?session=${session.id}`)).body.data[0];
  const traps = (call: string) =>
    network.journal.of(call).flatMap((entry) => (entry.what === 'trap' ? [entry.trap] : []));

  it('rings b with M2, lets them talk, and is shown as completed', async () => {
    network.phones.set(B, answers(4));
    const call = network.dial({ from: A, to: m1, reactions: [hangsUp('bridge', 42)] });
    await clock.play();
    const [talk] = network.journal.conversations();
    assert.deepEqual([talk?.from, talk?.to, talk?.shown, talk?.seconds], [A, B, m2, 42]);
    const shown = await latest();
    assert.equal(shown.status, 'completed');
    assert.equal(shown.caller_party, 'a');
    assert.equal(shown.did, m1);
    assert.equal(shown.hangup_cause, 'NORMAL_CLEARING');
    const [end] = network.estate.records.filter(({ uuid }) => uuid === call?.uuid);
    assert.equal(shown.duration_seconds, end?.talkSeconds);
    assert.deepEqual(traps(call?.uuid ?? ''), [], 'nothing in it would hurt on the real platform');
  });

  it('rings a with M1 when b calls', async () => {
    network.phones.set(A, answers(2, 5));
    network.dial({ from: B, to: m2 });
    await clock.play();
    const talk = network.journal.conversations().at(-1);
    assert.deepEqual([talk?.from, talk?.to, talk?.shown, talk?.seconds], [B, A, m1, 5]);
    assert.equal((await latest()).caller_party, 'b');
  });

  it('ends at the time limit of the session', async () => {
    network.phones.set(B, answers(1));
    network.dial({ from: A, to: m1 });
    await clock.play();
    assert.equal(network.journal.conversations().at(-1)?.seconds, 60);
  });

  it('tells the caller when b is busy', async () => {
    network.phones.set(B, isBusy());
    const call = network.dial({ from: A, to: m1 });
    await clock.play();
    const heard = network.journal
      .of(call?.uuid ?? '')
      .flatMap((entry) => (entry.what === 'heard' ? [entry.text] : []));
    assert.match(heard.at(-1) ?? '', /cannot be reached/);
    assert.equal((await latest()).status, 'busy');
  });

  it('is not put through for a stranger', async () => {
    const before = network.journal.conversations().length;
    network.dial({ from: '+919800000077', to: m1 });
    await clock.play();
    assert.equal(network.journal.conversations().length, before);
  });

  it('is counted once, with duplicates, losses, repeats and events out of order', async () => {
    const own = manualClock(Date.now());
    const town = townOf([m1, m2], 11, own);
    town.phones.set(B, answers(2, 20));
    Object.assign(
      town.faults,
      faultPlan({ duplicate: 0.5, reorder: 0.3, delay: 0.3, retry: 0.3, wrongZone: 0.2, mostDelayMs: 5_000 }),
    );
    const known = new Set((await tenant.api.get('/v1/calls?limit=100')).body.data.map(({ id }: any) => id));
    for (let i = 0; i < 10; i += 1) {
      town.dial({ from: A, to: m1 });
      await own.play();
    }
    assert.ok(town.journal.entries().some((entry) => entry.what === 'fault'));
    assert.equal(town.journal.conversations().length, 10);
    const fresh = (await tenant.api.get('/v1/calls?limit=100')).body.data.filter(
      ({ id }: any) => !known.has(id),
    );
    assert.equal(fresh.length, 10);
    for (const call of fresh) assert.equal(call.status, 'completed');
  });
});
