import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { manualClock } from '../../src/features/sandbox/clock.ts';
import { httpPost } from '../../src/features/sandbox/http-post-adapter.ts';
import { createNetwork, type NetworkOptions } from '../../src/features/sandbox/network.ts';
import { answers, ringsOut } from '../../src/features/sandbox/phones.ts';
import { openAccount, openApplication, ownNumber } from '../../src/features/sandbox/provisioning.ts';
import type { Switches } from '../../src/features/sandbox/switches.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('the service takes either side of what the sources disagree on:', () => {
  let world: World;
  let tenant: Tenant;
  let m1: string;
  let m2: string;
  let dids: string[];
  /** A network of its own has ids of its own: a call must not be taken for the one before. */
  let seed = 100;
  before(async () => {
    world = await openWorld();
    dids = freshNumbers(2);
    tenant = await newTenant(world, { dids, signatureMode: 'if_present' });
    const session = await newSession(tenant, A, B, { ring_timeout_seconds: 20 });
    m1 = session.parties.a.masking_number;
    m2 = session.parties.b.masking_number;
  });
  after(() => world.close());

  /** One call from a to b, on a network of its own; what the service shows of it, and what was true. */
  const call = async (
    switches: Partial<Switches>,
    more: Pick<NetworkOptions, 'faults'> & {
      from?: string | null;
      reactions?: ReturnType<typeof answers>;
    } = {},
  ) => {
    const clock = manualClock(Date.now());
    const post = httpPost({ reach: { [world.publicUrl]: world.url } });
    seed += 1;
    const network = createNetwork({
      clock,
      seed,
      post,
      switches,
      ...(more.faults ? { faults: more.faults } : {}),
    });
    const account = openAccount(network, { authId: 'MA_XXXXXXXX', authToken: 'test_token', channels: 9 });
    const url = `${world.publicUrl}${tenant.account.webhookPath}`;
    const application = openApplication(network, account, { answerUrl: url });
    for (const e164 of dids) ownNumber(network, account, e164, application);
    network.phones.set(B, more.reactions ?? answers(2, 7));
    network.dial({ from: more.from === undefined ? A : more.from, to: m1 });
    await clock.play();
    const [talk] = network.journal.conversations();
    const traps = network.journal.entries().flatMap((entry) => (entry.what === 'trap' ? [entry.trap] : []));
    const statuses = network.journal
      .entries()
      .flatMap((e) => (e.what === 'sent' ? [`${e.event} ${e.status}`] : []));
    const [shown] = (await tenant.api.get('/v1/calls?limit=1')).body.data;
    return { talk, traps, statuses, shown };
  };

  const sides: Partial<Switches>[] = [
    { to: 'digits' },
    { to: 'e164' },
    { to: 'bare' },
    { from: 'national' },
    { from: 'e164' },
    { from: 'sip' },
    { callerName: 'absent' },
    { routeType: 'Not_Domestic' },
    { signatures: [] },
    { signatures: ['V1'] },
    { signatures: ['V2'] },
    { signatures: ['V3'] },
    { signatures: ['MA-V2'] },
    { signatures: ['MA-V3'] },
    { signedPort: 'dropped' },
    { credentialHeaders: true },
    { bareDial: 'works' },
    { strangeCallerId: 'refused' },
    { dialWithoutAction: 'next' },
    { emptyResponse: 'continues' },
    { dialActionEvent: 'dial_action' },
    { dialActionLeg: 'empty' },
    { actionAfterHangup: false },
    { accountFields: true },
    { localTime: 'Z' },
    { answerTimeoutMs: 3_000 },
  ];
  for (const switches of sides) {
    it(`${JSON.stringify(switches)}`, async () => {
      const { talk, traps, shown } = await call(switches);
      assert.deepEqual([talk?.to, talk?.shown, talk?.seconds], [B, m2, 7]);
      assert.equal(shown.status, 'completed');
      assert.deepEqual(traps, []);
    });
  }

  it('nobody picking up is called no-answer or timeout', async () => {
    for (const unansweredStatus of ['no-answer', 'timeout'] as const) {
      const { talk, shown } = await call({ unansweredStatus }, { reactions: ringsOut() });
      assert.equal(talk, undefined);
      assert.equal(shown.status, 'no_answer', 'though the caller was answered by a sentence');
    }
  });

  for (const withheld of [
    '',
    'anonymous',
    'unknown',
    'private',
    'restricted',
    'sip:anonymous@anonymous.invalid',
  ]) {
    it(`a withheld number is written as ${JSON.stringify(withheld)}`, async () => {
      const { talk, statuses } = await call({ withheld }, { from: null });
      assert.equal(talk, undefined, 'it is put through to nobody');
      assert.deepEqual(statuses, ['answer 200', 'hangup 200']);
    });
  }

  it('a repeat has a nonce of its own; with the same one it is refused, and nothing is lost', async () => {
    const faults = { of: { hangup: { retry: 1 } } };
    const fresh = await call({ retryNonce: 'fresh' }, { faults });
    assert.deepEqual(
      fresh.statuses.filter((one) => one.startsWith('hangup')),
      ['hangup 200', 'hangup 200'],
    );
    const same = await call({ retryNonce: 'same', retryClientErrors: false }, { faults });
    assert.deepEqual(
      same.statuses.filter((one) => one.startsWith('hangup')),
      ['hangup 200', 'hangup 403'],
    );
    assert.equal(same.shown.status, 'completed');
  });
});
