import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ownNumber, stockNumber } from '../../src/features/sandbox/provisioning.ts';
import { freshNumbers, isPagedListOf, newTenant, withoutRequestId } from '../support/api.ts';
import { faultNext, openProvisioned, type Provisioned } from '../support/provisioned.ts';

let desk: Provisioned;
before(async () => {
  desk = await openProvisioned();
});
after(() => desk.close());
beforeEach(async () => {
  desk.server.scripted.length = 0;
  desk.network.estate.stock.clear();
  desk.network.estate.numbers.clear();
  desk.vobiz.balanceMicros = 10_000_000_000;
  await desk.world.sql('delete from graphile_worker._private_jobs');
});

const budget = (amount_minor: number) => ({ number_budget: { amount_minor, currency: 'INR' } });
const ready = async (more: object = budget(10_000_000), of = desk.tenant.api) => {
  const account = await desk.account(more, of);
  await desk.work();
  return account;
};
const operation = async (id: string, of = desk.tenant.api) => (await of.get(`/v1/operations/${id}`)).body;
const didOf = async (e164: string) =>
  (await desk.tenant.api.get('/v1/dids?limit=100')).body.data.find((one: any) => one.e164 === e164);

describe('an order of numbers', () => {
  const order = async (account: string, quantity: number, more: object = {}, of = desk.tenant.api) =>
    of.post('/v1/number_orders', {
      provider_account: account,
      country: 'IN',
      quantity,
      max_cost_minor: 10_000_000,
      currency: 'INR',
      ...more,
    });
  const stock = (count: number, monthlyFee = 500) => {
    const numbers = freshNumbers(count);
    for (const e164 of numbers) stockNumber(desk.network, e164, { monthlyFee });
    return numbers;
  };
  const paid = () =>
    desk.network.estate.transactions.filter(({ reference }) => reference.startsWith('number:')).length;

  it('buys the cheapest, registers them in the pool, and attaches them', async () => {
    const account = await ready();
    stock(2, 900);
    const cheap = stock(2, 400);
    const made = await order(account.id, 2);
    assert.equal(made.status, 202, made.text);
    assert.deepEqual([made.body.status, made.body.progress], ['pending', { done: 0, total: 2 }]);
    assert.deepEqual(await desk.work(), []);
    const done = await operation(made.body.id);
    assert.deepEqual([done.status, done.progress, done.error], ['succeeded', { done: 2, total: 2 }, null]);
    assert.deepEqual(done.result.bought.map(({ e164 }: any) => e164).sort(), cheap);
    assert.deepEqual([done.result.spent_minor, done.result.currency], [100_000, 'INR']);
    for (const e164 of cheap) {
      assert.equal((await didOf(e164)).provisioning.status, 'ready');
      assert.equal(desk.network.estate.numbers.get(e164)?.application?.name, `maskplane_${account.id}`);
    }
  });

  for (const fault of ['resetAfter', 'error500', 'reset', 'limited429'] as const) {
    it(`${fault} at the purchase: nothing is bought twice, and all that was ordered is bought`, async () => {
      const account = await ready();
      stock(6);
      const before = paid();
      const made = await order(account.id, 3);
      faultNext(desk.server, 'POST', 'purchase-from-inventory', fault);
      assert.equal((await desk.work()).length, 1);
      await desk.passPauses();
      assert.deepEqual(await desk.work(), []);
      const done = await operation(made.body.id);
      assert.deepEqual([done.status, done.result.bought.length, paid() - before], ['succeeded', 3, 3]);
    });
  }

  it('after a lost answer nothing is bought while the account cannot be searched', async () => {
    const account = await ready();
    stock(6);
    const before = paid();
    const made = await order(account.id, 1);
    faultNext(desk.server, 'POST', 'purchase-from-inventory', 'resetAfter');
    for (let turn = 0; turn < 3; turn += 1) {
      faultNext(desk.server, 'GET', '/numbers?', 'error500');
      assert.equal((await desk.work()).length, 1);
      await desk.passPauses();
    }
    desk.server.scripted.length = 0;
    await desk.work();
    assert.equal(paid() - before, 1);
    assert.deepEqual((await operation(made.body.id)).progress, { done: 1, total: 1 });
  });

  it('says exactly what was bought when there is not enough', async () => {
    const account = await ready();
    const [only = ''] = stock(1);
    const made = await order(account.id, 3);
    await desk.work();
    const done = await operation(made.body.id);
    assert.deepEqual(
      [done.status, done.error.code, done.progress],
      ['failed', 'none_available', { done: 1, total: 3 }],
    );
    assert.deepEqual(
      done.result.bought.map(({ e164, cost_minor }: any) => [e164, cost_minor]),
      [[only, 60_000]],
    );
  });

  it('stops at its own limit, at the budget of the account, and at the balance', async () => {
    stock(9);
    const before = paid();
    const limited = await order((await ready()).id, 3, { max_cost_minor: 120_000 });
    const account = await ready(budget(150_000));
    const first = await order(account.id, 2);
    await desk.work();
    const second = await order(account.id, 1);
    await desk.work();
    assert.equal(paid() - before, 4);
    desk.vobiz.balanceMicros = 599_000_000;
    const poor = await order((await ready()).id, 1);
    await desk.work();
    const ends = [];
    for (const { body } of [limited, first, second, poor]) {
      const { status, error, progress } = await operation(body.id);
      ends.push([status, error?.code ?? null, progress.done]);
    }
    assert.deepEqual(ends, [
      ['failed', 'max_cost_reached', 2],
      ['succeeded', null, 2],
      ['failed', 'spending_cap_reached', 0],
      ['failed', 'balance_too_low', 0],
    ]);
  });

  it('what was spent in an earlier month does not count', async () => {
    stock(3);
    const account = await ready(budget(60_000));
    await order(account.id, 1);
    await desk.work();
    await desk.world.sql(`update number_purchases set created_at = created_at - interval '32 days'`);
    const made = await order(account.id, 1);
    await desk.work();
    assert.equal((await operation(made.body.id)).status, 'succeeded');
  });

  it('a job that is done again after its end buys nothing', async () => {
    stock(4);
    const account = await ready();
    const made = await order(account.id, 1);
    await desk.work();
    const before = paid();
    const task = desk.world.container.tasks.find(({ name }) => name === 'order_numbers');
    const payload = { operation: made.body.id, tenant: desk.tenant.id };
    await task?.work(payload, new AbortController().signal);
    assert.equal(paid(), before);
  });

  it('is refused without a budget, in another currency, and on an account that is not the own', async () => {
    const none = await ready({});
    const account = await ready();
    const shared = await ready(budget(1_000_000), desk.operator);
    const refused = [
      await order(none.id, 1),
      await order(account.id, 1, { currency: 'USD' }),
      await order(account.id, 1, { tenant: 'ten_00000000000000000000000000000000' }),
    ];
    for (const reply of refused) assert.deepEqual([reply.status, reply.body.code], [422, 'invalid_request']);
    for (const id of [shared.id, 'pac_00000000000000000000000000000000']) {
      assert.equal((await order(id, 1)).body.code, 'unknown_reference');
    }
  });

  it('the operator buys on its own account for a tenant, and only the operator sees that operation', async () => {
    const shared = await ready(budget(1_000_000), desk.operator);
    const [e164 = ''] = stock(1);
    assert.equal((await order(shared.id, 1, {}, desk.operator)).status, 422);
    const made = await order(shared.id, 1, { tenant: desk.tenant.id }, desk.operator);
    await desk.work();
    const done = await operation(made.body.id, desk.operator);
    assert.equal(done.status, 'succeeded', JSON.stringify(done));
    assert.equal((await didOf(e164)).provisioning.status, 'ready');
    assert.equal((await desk.tenant.api.get(`/v1/operations/${made.body.id}`)).status, 404);
  });
});

describe('numbers that an account has', () => {
  const list = (id: string, query = '') =>
    desk.tenant.api.get(`/v1/provider_accounts/${id}/numbers?${query}`);
  const importAll = (id: string, body: object, of = desk.tenant.api) =>
    of.post(`/v1/provider_accounts/${id}/import`, body);
  const own = (count: number) => {
    const numbers = freshNumbers(count);
    for (const e164 of numbers) ownNumber(desk.network, desk.vobiz, e164, null);
    return numbers;
  };

  it('are listed page by page, with what they are attached to and registered as', async () => {
    const account = await ready();
    const numbers = own(3);
    const did = await desk.tenant.api.post('/v1/dids', { e164: numbers[0], provider_account: account.id });
    await desk.work();
    const first = await list(account.id, 'limit=2');
    assert.equal(first.status, 200, first.text);
    assert.deepEqual(
      first.body.data.map(({ e164, attached_to, did: id }: any) => [e164, attached_to, id]),
      [
        [numbers[0], 'this_account', did.body.id],
        [numbers[1], null, null],
      ],
    );
    assert.equal(first.body.has_more, true);
    const second = await list(account.id, 'limit=2&page=2');
    assert.deepEqual([second.body.data.length, second.body.has_more], [1, false]);
  });

  it("a stranger's account and a shared one are unknown; what Vobiz refuses or cannot answer is said", async () => {
    const shared = await ready({}, desk.operator);
    const unknown = await list('pac_00000000000000000000000000000000');
    const stranger = await newTenant(desk.world);
    const theirs = await desk.account({}, stranger.api);
    await desk.work();
    for (const id of [shared.id, theirs.id]) {
      const reply = await list(id);
      assert.equal(withoutRequestId(reply), withoutRequestId(unknown));
      assert.equal((await importAll(id, {})).status, 404);
    }
    const account = await ready();
    faultNext(desk.server, 'GET', '/numbers', 'error500');
    assert.equal((await list(account.id)).status, 503);
    desk.vobiz.authToken = 'another_token';
    const refused = await list(account.id);
    desk.vobiz.authToken = 'test_token';
    assert.deepEqual([refused.status, refused.body.code], [409, 'provider_refused']);
  });

  it('are imported into a pool, each once, and what is not is named with its reason', async () => {
    const account = await ready();
    const numbers = own(130);
    const [taken = '', blocked = ''] = numbers;
    const stranger = await newTenant(desk.world, { dids: [taken] });
    assert.ok(stranger);
    Object.assign(desk.network.estate.numbers.get(blocked) ?? {}, { isBlocked: true });
    await desk.tenant.api.post('/v1/pools', { name: 'imported' });
    const made = await importAll(account.id, { pool: 'imported' });
    assert.deepEqual([made.status, made.body.progress], [202, { done: 0, total: null }]);
    assert.deepEqual(await desk.work(), []);
    const done = await operation(made.body.id);
    assert.deepEqual([done.status, done.progress], ['succeeded', { done: 130, total: 130 }]);
    assert.deepEqual(done.result.imported.length, 128);
    assert.deepEqual(
      done.result.skipped.map(({ e164, reason }: any) => [e164, reason]),
      [
        [blocked, 'blocked'],
        [taken, 'did_already_assigned'],
      ],
    );
    const pool = (await desk.tenant.api.get('/v1/pools/imported')).body;
    assert.equal(pool.active_dids, 128);
    const again = await importAll(account.id, { pool: 'imported', e164: numbers.slice(0, 3) });
    await desk.work();
    const second = await operation(again.body.id);
    assert.deepEqual([second.result.imported, second.progress], [[], { done: 3, total: 3 }]);
  });

  it('an import goes on where a worker was lost, and registers none twice', async () => {
    const account = await ready();
    own(60);
    const made = await importAll(account.id, {});
    const task = desk.world.container.tasks.find(({ name }) => name === 'import_numbers');
    const payload = { operation: made.body.id, tenant: desk.tenant.id };
    const stopped = new AbortController();
    stopped.abort();
    await task?.work(payload, stopped.signal);
    assert.deepEqual((await operation(made.body.id)).progress, { done: 0, total: 60 });
    await task?.work(payload, new AbortController().signal);
    assert.deepEqual((await operation(made.body.id)).progress, { done: 50, total: 60 });
    await Promise.all([1, 2].map(() => task?.work(payload, new AbortController().signal)));
    const done = await operation(made.body.id);
    assert.deepEqual([done.status, new Set(done.result.imported).size], ['succeeded', 60]);
  });

  it('the operator imports for a tenant that it names; a named number that is not there is skipped', async () => {
    const shared = await ready({}, desk.operator);
    const [one = ''] = own(1);
    const [gone = ''] = freshNumbers(1);
    assert.equal((await importAll(shared.id, {}, desk.operator)).status, 422);
    const made = await importAll(shared.id, { tenant: desk.tenant.id, e164: [one, gone] }, desk.operator);
    await desk.work();
    const done = await operation(made.body.id, desk.operator);
    assert.deepEqual(done.result, { imported: [one], skipped: [{ e164: gone, reason: 'not_in_account' }] });
  });

  it('operations are listed newest first, and those of others are unknown', async () => {
    const stranger = await newTenant(desk.world);
    const account = await desk.account({}, stranger.api);
    const ids = [];
    for (let count = 0; count < 3; count += 1)
      ids.push((await importAll(account.id, {}, stranger.api)).body.id);
    await isPagedListOf(stranger.api, '/v1/operations', ids);
    assert.equal((await desk.tenant.api.get(`/v1/operations/${ids[0]}`)).status, 404);
    const pending = await stranger.api.get('/v1/operations?status=succeeded');
    assert.deepEqual(pending.body.data, []);
  });

  it('nothing of it is there in test mode', async () => {
    const key = await desk.operator.post(`/v1/tenants/${desk.tenant.id}/api_keys`, {
      name: 't',
      livemode: false,
    });
    const options = { key: key.body.token };
    const body = { provider: 'vobiz', auth_id: 'MA_XXXXXXXX', auth_token: 'test_token' };
    const account = (await desk.tenant.api.post('/v1/provider_accounts', body, options)).body;
    const listed = await desk.tenant.api.get(`/v1/provider_accounts/${account.id}/numbers`, options);
    const imported = await desk.tenant.api.post(`/v1/provider_accounts/${account.id}/import`, {}, options);
    assert.deepEqual([listed.status, imported.status], [503, 503]);
  });
});
