import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { OwnedNumber } from '../../src/features/sandbox/estate.ts';
import { openApplication, ownNumber } from '../../src/features/sandbox/provisioning.ts';
import { freshNumbers, newSession } from '../support/api.ts';
import { eventsOf, runJob } from '../support/events.ts';
import { faultNext, openProvisioned, type Provisioned } from '../support/provisioned.ts';

describe('what differs at Vobiz from what was set up', () => {
  let desk: Provisioned;
  before(async () => {
    desk = await openProvisioned();
  });
  after(() => desk.close());
  beforeEach(async () => {
    desk.server.scripted.length = 0;
    await desk.world.sql('delete from graphile_worker._private_jobs');
  });

  /** An account with so many DIDs, set up, in a pool of its own. */
  const setUp = async (count: number, more: object = {}) => {
    const account = await desk.account(more);
    const numbers = freshNumbers(count);
    const pool = `pool-${account.id.slice(-12)}`;
    assert.equal((await desk.tenant.api.post('/v1/pools', { name: pool })).status, 201);
    const dids: { id: string; number: OwnedNumber }[] = [];
    for (const e164 of numbers) {
      const number = ownNumber(desk.network, desk.vobiz, e164, null);
      const did = await desk.tenant.api.post('/v1/dids', { e164, provider_account: account.id, pool });
      dids.push({ id: did.body.id, number });
    }
    assert.deepEqual(await desk.work(), []);
    return { account, dids, pool };
  };
  /** The hourly look at all accounts, and what follows from it. */
  const check = async () => {
    await desk.world.sql(`update account_provisioning set checked_at = now() - interval '2 hours'`);
    await runJob(desk.world, 'check_accounts');
    await desk.passPauses();
    return desk.work();
  };
  const did = async (id: string) => (await desk.tenant.api.get(`/v1/dids/${id}`)).body;
  const told = async (id: string) =>
    (await eventsOf(desk.tenant, 'types=did.drifted'))
      .filter(({ data }) => data.did === id)
      .map(({ data }) => data);
  const other = () =>
    openApplication(desk.network, desk.vobiz, { name: 'theirs', answerUrl: 'https://x.example.com/' });

  it('nothing, when nothing differs: no event, no change', async () => {
    const { account, dids } = await setUp(2);
    assert.deepEqual(await check(), []);
    for (const { id } of dids) {
      assert.deepEqual(await told(id), []);
      assert.deepEqual([(await did(id)).suspended, (await did(id)).provisioning.status], [null, 'ready']);
    }
    const [row] = await desk.world.sql<{ fresh: boolean }>(
      `select checked_at > now() - interval '1 minute' as fresh from account_provisioning where account_id = $1`,
      [account.id],
    );
    assert.equal(row?.fresh, true);
  });

  it('a number attached elsewhere is told of and attached again', async () => {
    const { account, dids } = await setUp(1);
    const [one] = dids;
    assert.ok(one);
    const theirs = other();
    one.number.application = theirs;
    assert.deepEqual(await check(), []);
    const [event, ...more] = await told(one.id);
    assert.deepEqual([event.what, event.found, more], ['application', theirs.id, []]);
    assert.equal((one.number.application as any)?.name, `maskplane_${account.id}`);
    assert.equal((await did(one.id)).provisioning.status, 'ready');
    await check();
    assert.equal((await told(one.id)).length, 1);
  });

  it('with drift_repair: report it is told of, once, and left as it is until it is right again', async () => {
    const { dids } = await setUp(1, { drift_repair: 'report' });
    const [one] = dids;
    assert.ok(one);
    const ours = one.number.application;
    one.number.application = other();
    await check();
    await check();
    assert.equal((await told(one.id)).length, 1);
    assert.equal((one.number.application as any).name, 'theirs');
    assert.match((await did(one.id)).provisioning.reason, /another application/);
    assert.equal((await did(one.id)).suspended, null);
    one.number.application = ours;
    await check();
    assert.deepEqual((await did(one.id)).provisioning, { status: 'ready', reason: null });
  });

  for (const [name, spoil, mend, reason] of [
    [
      'blocked',
      (number: OwnedNumber) => Object.assign(number, { isBlocked: true }),
      (number: OwnedNumber) => Object.assign(number, { isBlocked: false }),
      /blocked/,
    ],
    [
      'released',
      (number: OwnedNumber) => Object.assign(number, { status: 'released' }),
      (number: OwnedNumber) => Object.assign(number, { status: 'active' }),
      /any more/,
    ],
  ] as const) {
    it(`a ${name} number is told of, and no session gets it until it is back`, async () => {
      const { dids, pool } = await setUp(3);
      const [one] = dids;
      assert.ok(one);
      spoil(one.number);
      assert.deepEqual(await check(), []);
      const shown = await did(one.id);
      assert.deepEqual(
        [shown.suspended, shown.status, shown.provisioning.status],
        [name, 'active', 'failed'],
      );
      assert.match(shown.provisioning.reason, reason);
      assert.deepEqual(
        (await told(one.id)).map(({ what, found }) => [what, found]),
        [['status', name]],
      );
      const given = new Set<string>();
      for (let turn = 0; turn < 8; turn += 1) {
        const [a = '', b = ''] = freshNumbers(2, '+9198');
        const { parties } = await newSession(desk.tenant, a, b, { pool });
        for (const side of ['a', 'b']) given.add(parties[side].masking_number);
      }
      assert.ok(!given.has(one.number.e164));
      assert.equal(given.size, 2);
      mend(one.number);
      await check();
      assert.equal((await did(one.id)).suspended, null);
      assert.equal((await did(one.id)).provisioning.status, 'ready');
    });
  }

  it('URLs of an application that were changed are set right, or told only, as the account says', async () => {
    for (const drift_repair of ['repair', 'report']) {
      const account = await desk.account({ drift_repair });
      await desk.work();
      const application = [...desk.network.estate.applications.values()].find(
        ({ name }) => name === `maskplane_${account.id}`,
      );
      assert.ok(application);
      application.hangupUrl = 'https://elsewhere.example.com/';
      await check();
      const shown = (await desk.tenant.api.get(`/v1/provider_accounts/${account.id}`)).body;
      const isRepaired = drift_repair === 'repair';
      assert.equal(application.hangupUrl === account.webhook_url, isRepaired);
      assert.equal(shown.provisioning.status, isRepaired ? 'ready' : 'failed');
    }
  });

  it('an application that is gone is made anew, and its numbers are attached to the new one', async () => {
    const { account, dids } = await setUp(2);
    const before = dids[0]?.number.application;
    assert.ok(before);
    desk.network.estate.applications.delete(before.id);
    for (const { number } of dids) number.application = null;
    await check();
    await check();
    for (const { number, id } of dids) {
      assert.equal(number.application?.name, `maskplane_${account.id}`);
      assert.equal((await did(id)).provisioning.status, 'ready');
    }
  });

  it('a list that could not be read to its end says nothing about numbers that are not on it', async () => {
    const { dids } = await setUp(1);
    faultNext(desk.server, 'GET', '/numbers?page', 'error500');
    assert.ok((await check()).length > 0);
    const [one] = dids;
    assert.deepEqual([await told(one?.id ?? ''), (await did(one?.id ?? '')).suspended], [[], null]);
  });

  it('accounts that were looked at lately are left alone, and each has one job', async () => {
    await setUp(1);
    await desk.world.sql('update account_provisioning set checked_at = now()');
    await runJob(desk.world, 'check_accounts');
    const jobs = async () =>
      (await desk.world.sql(`select 1 from graphile_worker._private_jobs where key like 'check_account:%'`))
        .length;
    assert.equal(await jobs(), 0);
    await desk.world.sql('update account_provisioning set checked_at = null');
    await Promise.all([runJob(desk.world, 'check_accounts'), runJob(desk.world, 'check_accounts')]);
    const [all] = await desk.world.sql<{ count: number }>(
      `select count(*)::integer as count from account_provisioning where status <> 'pending'`,
    );
    assert.equal(await jobs(), all?.count);
  });
});
