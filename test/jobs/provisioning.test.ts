import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Application, OwnedNumber } from '../../src/features/sandbox/estate.ts';
import { openApplication, ownNumber } from '../../src/features/sandbox/provisioning.ts';
import { freshNumbers } from '../support/api.ts';
import { faultNext, openProvisioned, type Provisioned } from '../support/provisioned.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld } from '../support/world.ts';

let desk: Provisioned;
before(async () => {
  desk = await openProvisioned();
});
after(() => desk.close());
beforeEach(async () => {
  desk.server.scripted.length = 0;
  await desk.world.sql('delete from graphile_worker._private_jobs');
});

const seen = async (id: string) => (await desk.tenant.api.get(`/v1/provider_accounts/${id}`)).body;
/** The applications at Vobiz that are this account's. */
const applicationsOf = (id: string): Application[] =>
  [...desk.network.estate.applications.values()].filter(({ name }) => name === `maskplane_${id}`);
const ready = async (more: object = {}) => {
  const account = await desk.account(more);
  assert.deepEqual(await desk.work(), []);
  assert.equal((await seen(account.id)).provisioning.status, 'ready');
  return account;
};

describe('an account that is registered', () => {
  it('is pending at once, and ready when its application has its URL three times', async () => {
    const account = await desk.account();
    assert.deepEqual(account.provisioning, { status: 'pending', reason: null });
    assert.deepEqual(await desk.work(), []);
    assert.deepEqual((await seen(account.id)).provisioning, { status: 'ready', reason: null });
    const [application, ...others] = applicationsOf(account.id);
    assert.deepEqual(others, []);
    const url = account.webhook_url;
    assert.deepEqual(
      [application?.answerUrl, application?.hangupUrl, application?.fallbackUrl, application?.answerMethod],
      [url, url, url, 'POST'],
    );
  });

  it('has one application, though the answer that one was made is lost, and again', async () => {
    const account = await desk.account();
    for (let turn = 0; turn < 2; turn += 1) {
      faultNext(desk.server, 'POST', '/Application/', 'resetAfter');
      const failures = await desk.work();
      assert.equal(failures.length, turn === 0 ? 1 : 0);
      assert.equal((await seen(account.id)).provisioning.status, turn === 0 ? 'pending' : 'ready');
      await desk.passPauses();
    }
    assert.equal(applicationsOf(account.id).length, 1);
    assert.equal(applicationsOf(account.id)[0]?.answerUrl, account.webhook_url);
  });

  it('finds its application behind a hundred others', async () => {
    for (let count = 0; count < 120; count += 1) {
      openApplication(desk.network, desk.vobiz, {
        name: `other-${count}`,
        answerUrl: 'https://x.example.com/',
      });
    }
    const account = await desk.account();
    openApplication(desk.network, desk.vobiz, {
      name: `maskplane_${account.id}`,
      answerUrl: 'https://old.example.com/',
    });
    await desk.work();
    assert.deepEqual(
      applicationsOf(account.id).map(({ answerUrl }) => answerUrl),
      [account.webhook_url],
    );
  });

  for (const fault of ['error500', 'limited429', 'reset'] as const) {
    it(`${fault}: it stays pending, says why, and is tried again`, async () => {
      const account = await desk.account();
      faultNext(desk.server, 'GET', '/Application/', fault);
      assert.equal((await desk.work()).length, 1);
      const { status, reason } = (await seen(account.id)).provisioning;
      assert.equal(status, 'pending');
      assert.match(reason, /provider/);
      await desk.passPauses();
      assert.deepEqual(await desk.work(), []);
      assert.equal((await seen(account.id)).provisioning.status, 'ready');
    });
  }

  it('fails when its credentials are refused, and is tried again with others', async () => {
    const account = await desk.account({ auth_token: 'wrong_token' });
    assert.deepEqual(await desk.work(), []);
    assert.deepEqual((await seen(account.id)).provisioning, {
      status: 'failed',
      reason: 'The provider refuses the credentials of the account.',
    });
    const changed = await desk.tenant.api.patch(`/v1/provider_accounts/${account.id}`, {
      auth_token: 'test_token',
    });
    assert.equal(changed.body.provisioning.status, 'pending');
    await desk.work();
    assert.equal((await seen(account.id)).provisioning.status, 'ready');
  });

  it('has nothing set up in test mode, nor where the address of Vobiz is not set', async () => {
    const key = await desk.operator.post(`/v1/tenants/${desk.tenant.id}/api_keys`, {
      name: 't',
      livemode: false,
    });
    const made = await desk.tenant.api.post(
      '/v1/provider_accounts',
      { provider: 'vobiz', auth_id: 'MA_XXXXXXXX', auth_token: 'test_token' },
      { key: key.body.token },
    );
    assert.deepEqual(made.body.provisioning, { status: 'none', reason: null });
    const [e164 = ''] = freshNumbers(1);
    const did = await desk.tenant.api.post(
      '/v1/dids',
      { e164, provider_account: made.body.id },
      { key: key.body.token },
    );
    assert.deepEqual(did.body.provisioning, { status: 'none', reason: null });
    const silent = await openWorld();
    assert.ok(!silent.container.tasks.some(({ name }) => name.startsWith('provision')));
    await silent.close();
  });

  it('no secret of it is in a job or a log line', async () => {
    const account = await desk.account();
    const rows = await desk.world.sql<{ row: string }>(
      'select payload::text as row from graphile_worker._private_jobs',
    );
    await desk.work();
    const secrets = [account.webhook_url.split('/').at(-1), 'test_token'];
    const text = [...rows.map(({ row }) => row), ...desk.world.logLines].join('\n');
    for (const secret of secrets) assert.ok(!text.includes(secret));
  });
});

describe('a webhook secret that is replaced', () => {
  const rotate = (id: string, overlap_seconds: number) =>
    desk.tenant.api.post(`/v1/provider_accounts/${id}/rotate_webhook_token`, { overlap_seconds });
  const pathOf = (url: string) => url.slice(desk.world.publicUrl.length);
  const answers = async (url: string) =>
    (await postForm(desk.world, pathOf(url), answerEvent('+917900009999', '+919800000001'))).status;

  it('both work in the overlap, the application gets the new one, and then the old one is unknown', async () => {
    const account = await ready();
    const rotated = await rotate(account.id, 600);
    assert.equal(rotated.status, 200, rotated.text);
    assert.notEqual(rotated.body.webhook_url, account.webhook_url);
    assert.equal(rotated.body.provisioning.status, 'pending');
    assert.deepEqual(
      [await answers(account.webhook_url), await answers(rotated.body.webhook_url)],
      [200, 200],
    );
    await desk.work();
    assert.equal(applicationsOf(account.id)[0]?.answerUrl, rotated.body.webhook_url);
    assert.equal((await seen(account.id)).provisioning.status, 'ready');
    await desk.world.sql(
      `update webhook_directory set expires_at = now() - interval '1 second'
        where provider_account_id = $1 and expires_at is not null`,
      [account.id],
    );
    assert.deepEqual(
      [await answers(account.webhook_url), await answers(rotated.body.webhook_url)],
      [404, 200],
    );
  });

  it('a second change does not let the first secret live longer, and without overlap it ends at once', async () => {
    const account = await ready();
    const first = await rotate(account.id, 60);
    const second = await rotate(account.id, 86_400);
    const [row] = await desk.world.sql<{ longest: number }>(
      `select max(extract(epoch from expires_at - now()))::float as longest from webhook_directory
        where provider_account_id = $1 and expires_at < now() + interval '1 hour'`,
      [account.id],
    );
    assert.ok(row !== undefined && row.longest <= 60);
    const third = await rotate(account.id, 0);
    const urls = [account, first.body, second.body, third.body].map(({ webhook_url }) => webhook_url);
    assert.deepEqual(await Promise.all(urls.map(answers)), [404, 404, 404, 200]);
  });

  it('a job that began before the change does not say that all is done', async () => {
    const account = await ready();
    await rotate(account.id, 600);
    await desk.world.sql('update account_provisioning set revision = revision + 1 where account_id = $1', [
      account.id,
    ]);
    const stale = desk.world.container.database;
    const { settleAccountAcrossTenants } = await import(
      '../../src/features/provisioning/provisioning-store.ts'
    );
    const isWritten = await stale.transaction({ as: 'operator' }, (unit) =>
      settleAccountAcrossTenants(unit, account.id, 1, { status: 'ready', reason: null }),
    );
    assert.equal(isWritten, false);
    assert.equal((await seen(account.id)).provisioning.status, 'pending');
  });

  it("a stranger's account, and a shared one, cannot be rotated by a tenant", async () => {
    const shared = await desk.account({}, desk.operator);
    for (const id of [shared.id, 'pac_00000000000000000000000000000000']) {
      assert.equal((await rotate(id, 0)).status, 404);
    }
  });
});

describe('a DID', () => {
  const owned = (e164: string, application: Application | null = null, more: Partial<OwnedNumber> = {}) =>
    ownNumber(desk.network, desk.vobiz, e164, application, more);
  const register = async (account: string, e164: string) => {
    const did = await desk.tenant.api.post('/v1/dids', { e164, provider_account: account });
    assert.equal(did.status, 201, did.text);
    return did.body;
  };
  const get = async (id: string) => (await desk.tenant.api.get(`/v1/dids/${id}`)).body;
  const at = (e164: string) => desk.network.estate.numbers.get(e164)?.application?.name ?? null;

  it('is attached to the application of its account, also when that is made later', async () => {
    const [e164 = ''] = freshNumbers(1);
    owned(e164);
    const account = await desk.account();
    const did = await register(account.id, e164);
    assert.deepEqual(did.provisioning, { status: 'pending', reason: null });
    await desk.work();
    assert.deepEqual((await get(did.id)).provisioning, { status: 'ready', reason: null });
    assert.equal(at(e164), `maskplane_${account.id}`);
  });

  it('works with an account of the operator that many share, and with one that was never set up before', async () => {
    const [one = '', two = ''] = freshNumbers(2);
    owned(one);
    owned(two);
    const shared = await desk.account({}, desk.operator);
    await desk.world.sql('delete from account_provisioning where account_id = $1', [shared.id]);
    const dids = [await register(shared.id, one), await register(shared.id, two)];
    await desk.work();
    for (const { id } of dids) assert.equal((await get(id)).provisioning.status, 'ready');
    assert.deepEqual([at(one), at(two)], [`maskplane_${shared.id}`, `maskplane_${shared.id}`]);
    assert.equal((await seen(shared.id)).provisioning.status, 'ready');
  });

  it('a number that the account does not have fails with the reason, and carries on being routed', async () => {
    const account = await ready();
    const did = await register(account.id, freshNumbers(1)[0] ?? '');
    await desk.work();
    const shown = await get(did.id);
    assert.equal(shown.provisioning.status, 'failed');
    assert.match(shown.provisioning.reason, /does not have this number/);
    assert.equal(shown.status, 'active');
  });

  it('a lost answer of the attachment is no harm: the next try finds it attached', async () => {
    const account = await ready();
    const [e164 = ''] = freshNumbers(1);
    owned(e164);
    const did = await register(account.id, e164);
    faultNext(desk.server, 'POST', '/application', 'resetAfter');
    assert.equal((await desk.work()).length, 1);
    assert.equal((await get(did.id)).provisioning.status, 'pending');
    await desk.passPauses();
    assert.deepEqual(await desk.work(), []);
    assert.equal((await get(did.id)).provisioning.status, 'ready');
  });

  it('is detached when it is retired, but not when it is attached elsewhere or registered anew by then', async () => {
    const account = await ready();
    const [plain = '', elsewhere = '', anew = ''] = freshNumbers(3);
    const dids = [];
    for (const e164 of [plain, elsewhere, anew]) {
      owned(e164);
      dids.push(await register(account.id, e164));
    }
    await desk.work();
    const other = openApplication(desk.network, desk.vobiz, {
      name: 'theirs',
      answerUrl: 'https://x.example.com/',
    });
    const number = desk.network.estate.numbers.get(elsewhere);
    if (number !== undefined) number.application = other;
    for (const { id } of dids)
      assert.equal((await desk.tenant.api.delete(`/v1/dids/${id}`)).body.status, 'retired');
    await register(account.id, anew);
    assert.deepEqual(await desk.work(), []);
    assert.deepEqual([at(plain), at(elsewhere), at(anew)], [null, 'theirs', `maskplane_${account.id}`]);
  });
});
