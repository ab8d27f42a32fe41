import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { answers } from '../../src/features/sandbox/phones.ts';
import { stockNumber } from '../../src/features/sandbox/provisioning.ts';
import { serveVobiz, type VobizServer } from '../../src/features/sandbox/vobiz-server-adapter.ts';
import { BASE, CALLEE, dialXml, M1, openTown, response } from './customer.ts';

const NUMBER = encodeURIComponent(M1);
const SPARE = '+917910000000';

describe('the REST API of the double', () => {
  let town: ReturnType<typeof openTown>;
  let server: VobizServer;
  const wait = response('<Wait length="60"/>');

  beforeEach(async () => {
    town = openTown(
      { '/answer': dialXml(), '/out': wait, '/moved': wait },
      { account: { channels: 4, callsPerSecond: 2 } },
    );
    stockNumber(town.network, SPARE);
    server = await serveVobiz(town.network);
  });
  afterEach(() => server.close());

  type Options = { auth?: Record<string, string>; raw?: boolean };
  const ask = async (method: string, path: string, body?: object, options: Options = {}) => {
    const reply = await fetch(`${options.raw === true ? server.url : server.apiBase}${path}`, {
      method,
      headers: {
        ...(options.auth ?? { 'X-Auth-ID': 'MA_XXXXXXXX', 'X-Auth-Token': 'test_token' }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const isJson = /json/.test(reply.headers.get('content-type') ?? '');
    return { status: reply.status, body: isJson ? JSON.parse(text) : text, headers: reply.headers };
  };
  const mine = (method: string, path: string, body?: object) =>
    ask(method, `/Account/MA_XXXXXXXX${path}`, body);
  const application = { app_name: 'masking', answer_url: `${BASE}/answer`, answer_method: 'POST' };
  const placed = (more: object = {}) =>
    mine('POST', '/Call/', {
      from: M1,
      to: CALLEE,
      answer_url: `${BASE}/out`,
      answer_method: 'POST',
      ...more,
    });

  it('refuses wrong keys with 401, other accounts with 403, unknown and wrongly written paths with 404', async () => {
    const cases = [
      ['/auth/me', {}, 401],
      ['/auth/me', { 'X-Auth-ID': 'MA_XXXXXXXX', 'X-Auth-Token': 'wrong' }, 401],
      ['/Account/MA_OTHER/numbers', undefined, 404],
      ['/account/MA_XXXXXXXX/numbers', undefined, 404],
      ['/Account/MA_XXXXXXXX/Application', undefined, 404],
      ['/Account/MA_XXXXXXXX/numbers/', undefined, 404],
    ] as const;
    for (const [path, auth, status] of cases) {
      const reply = await ask('GET', path, undefined, auth === undefined ? {} : { auth });
      assert.equal(reply.status, status, path);
      assert.equal(reply.body.status, 'error');
      assert.deepEqual(Object.keys(reply.body).sort(), ['error', 'requestId', 'status', 'timestamp']);
    }
  });

  it('sends errors in each shape that was seen', async () => {
    for (const [errorShape, keys] of [
      ['error_message', ['error', 'message']],
      ['error_details', ['details', 'error']],
      ['nested', ['error']],
      ['api_id', ['api_id', 'error', 'message']],
    ] as const) {
      town.network.switches.errorShape = errorShape;
      assert.deepEqual(Object.keys((await mine('GET', '/Application/1/')).body).sort(), keys);
    }
  });

  it('makes, lists, changes and deletes applications, and keeps one that has numbers', async () => {
    const made = await mine('POST', '/Application/', application);
    assert.equal(made.status, 201);
    const id = made.body.app_id;
    const list = await mine('GET', '/Application/?limit=1&offset=1');
    assert.deepEqual(list.body.meta, {
      limit: 1,
      offset: 1,
      total_count: 2,
      next: null,
      previous: '/v1/Account/MA_XXXXXXXX/Application/?limit=1&offset=0',
    });
    assert.equal(list.body.objects[0].app_id, id);
    await mine('POST', `/Application/${id}/`, { hangup_url: `${BASE}/over` });
    assert.equal((await mine('GET', `/Application/${id}/`)).body.hangup_url, `${BASE}/over`);
    assert.equal((await mine('POST', `/numbers/${NUMBER}/application`, { application_id: id })).status, 200);
    assert.equal((await mine('DELETE', `/Application/${id}/`)).status, 409);
    assert.equal((await mine('DELETE', `/numbers/${NUMBER}/application`)).status, 200);
    assert.equal((await mine('DELETE', `/Application/${id}/`)).status, 204);
    assert.equal((await mine('GET', `/Application/${id}/`)).status, 404);
  });

  it('refuses an application without a name, a URL or a method', async () => {
    for (const bad of [
      { app_name: 'a b' },
      { answer_url: '/x' },
      { answer_method: 'PUT' },
      { answer_url: undefined },
    ]) {
      assert.equal((await mine('POST', '/Application/', { ...application, ...bad })).status, 400);
    }
  });

  it('sells a number once, takes the money, and attaches it so that it rings', async () => {
    const before = town.account.balanceMicros;
    const stock = await mine('GET', '/inventory/numbers?country=IN&search=791');
    assert.equal(stock.body.items[0].e164, SPARE);
    const bought = await mine('POST', '/numbers/purchase-from-inventory', { e164: SPARE });
    assert.equal(bought.body.number.status, 'active');
    assert.equal(before - town.account.balanceMicros, 600_000_000);
    assert.equal((await mine('POST', '/numbers/purchase-from-inventory', { e164: SPARE })).status, 404);
    assert.equal(town.network.dial({ from: '+919800000001', to: SPARE }), null, 'nothing is attached');
    const path = `/numbers/${encodeURIComponent(SPARE)}/application`;
    assert.equal((await mine('POST', path, { application_id: 'nobody' })).status, 404);
    await mine('POST', path, { application_id: town.application.id });
    assert.notEqual(town.network.dial({ from: '+919800000001', to: SPARE }), null);
    const numbers = await mine('GET', '/numbers?per_page=2&page=2');
    assert.deepEqual([numbers.body.items.length, numbers.body.total], [1, 3]);
  });

  it('cannot sell what the wallet cannot pay', async () => {
    town.account.balanceMicros = 0;
    assert.equal((await mine('POST', '/numbers/purchase-from-inventory', { e164: SPARE })).status, 500);
    assert.equal((await placed()).status, 402);
  });

  it('releases a number with a day to think it over', async () => {
    const gone = await mine('DELETE', `/numbers/${NUMBER}`);
    assert.equal(gone.body.status, 'pending_release');
    assert.equal(town.network.dial({ from: '+919800000001', to: M1 }), null);
    const back = await ask('POST', gone.body.cancel_url, {}, { raw: true });
    assert.equal(back.status, 200);
    await mine('DELETE', `/numbers/${NUMBER}`);
    await town.clock.advance(25 * 3_600_000);
    assert.equal((await mine('GET', `/numbers/${NUMBER}/health`)).status, 404);
  });

  it('lends numbers to sub-accounts, whose calls their own token signs, and keeps them cool for 15 days', async () => {
    const sub = (await ask('POST', '/accounts/MA_XXXXXXXX/sub-accounts/', { name: 'Acme' })).body;
    assert.ok(sub.auth_token);
    assert.equal(
      (await ask('GET', '/accounts/MA_XXXXXXXX/sub-accounts/?size=5')).body.items[0].auth_token,
      undefined,
    );
    await mine('POST', `/numbers/${NUMBER}/assign-subaccount`, { sub_account_id: sub.auth_id });
    const auth = { 'X-Auth-ID': sub.auth_id, 'X-Auth-Token': sub.auth_token };
    const seen = await ask('GET', `/Account/${sub.auth_id}/numbers`, undefined, { auth });
    assert.deepEqual(
      seen.body.items.map(({ e164 }: any) => e164),
      [M1],
    );
    assert.equal((await ask('GET', `/Account/${sub.auth_id}/numbers`)).status, 403);
    await town.call();
    assert.equal(town.at('/answer')[0]?.ParentAuthID, 'MA_XXXXXXXX');
    const headers = town.received[0]?.headers;
    assert.notEqual(headers?.['X-Vobiz-Signature-V3'], headers?.['X-Vobiz-Signature-MA-V3']);
    const kept = await mine('DELETE', `/numbers/${NUMBER}/assign-subaccount`);
    assert.deepEqual([kept.status, kept.body.error.code], [409, 'did_cool_off_in_effect']);
    await town.clock.advance(16 * 86_400_000);
    assert.equal((await mine('DELETE', `/numbers/${NUMBER}/assign-subaccount`)).status, 200);
  });

  it('places a call, shows it live, and hangs it up', async () => {
    const { body, status } = await placed({ hangup_url: `${BASE}/over`, ring_url: `${BASE}/ring` });
    assert.equal(status, 200);
    await town.clock.advance(5_000);
    const uuid = body.request_uuid;
    assert.deepEqual((await mine('GET', '/Call/?status=live')).body.calls, [uuid]);
    assert.equal((await mine('GET', `/Call/${uuid}/?status=live`)).body.call_status, 'in-progress');
    assert.equal((await mine('GET', '/concurrency')).body.concurrent_calls, 1);
    assert.equal((await mine('DELETE', `/Call/${uuid}/`)).status, 204);
    await town.clock.play();
    assert.equal(town.at('/over')[0]?.HangupSource, 'API Request');
    assert.equal((await mine('DELETE', `/Call/${uuid}/`)).status, 404);
    const record = (await mine('GET', `/cdr/${uuid}`)).body.data;
    assert.deepEqual([record.billsec, record.ring_time, record.duration, record.currency], [2, 3, 5, 'INR']);
    assert.equal((await mine('GET', '/cdr')).body.data[0].currency, 'USD', 'the list says another currency');
    assert.equal((await mine('GET', `/transactions?reference=cdr:${uuid}`)).body.total, 1);
  });

  it('limits calls per second and at once with 429', async () => {
    town.account.channels = 2;
    town.network.phones.set('+919800000003', answers(1));
    assert.equal((await placed()).status, 200);
    assert.equal((await placed({ to: '+919800000003' })).status, 200);
    const cps = await placed();
    assert.deepEqual([cps.status, cps.body.error.details.limitType], [429, 'cps']);
    assert.equal(cps.headers.get('retry-after'), '1');
    await town.clock.advance(2_000);
    assert.equal((await placed()).body.error.details.limitType, 'concurrency');
  });

  it('refuses a call from a number that the account has not got, once it is tried', async () => {
    await placed({ from: '+917999999999', hangup_url: `${BASE}/over` });
    await town.clock.play();
    assert.equal(town.at('/over')[0]?.HangupCauseCode, '3030');
  });

  it('transfers one leg or both of a bridged call', async () => {
    town.network.phones.set(CALLEE, answers(1));
    const call = town.network.dial({ from: '+919800000001', to: M1 });
    await town.clock.advance(10_000);
    const path = `/Call/${call?.uuid}/`;
    assert.equal((await mine('POST', path, { legs: 'both', aleg_url: `${BASE}/moved` })).status, 400);
    const urls = { aleg_url: `${BASE}/moved`, bleg_url: `${BASE}/moved` };
    assert.equal((await mine('POST', path, { legs: 'both', ...urls })).status, 202);
    await town.clock.advance(1_000);
    assert.deepEqual(
      town.at('/moved').map(({ Event }) => Event),
      ['Transfer', 'Transfer'],
    );
    await town.clock.play();
    assert.equal(town.network.stage.live.size, 0);
  });

  it('records a call, a minute long unless told otherwise, and hands the file to its owner only', async () => {
    const { body } = await placed();
    await town.clock.advance(5_000);
    const started = await mine('POST', `/Call/${body.request_uuid}/Record/`, {
      callback_url: `${BASE}/recorded`,
    });
    await town.clock.play();
    assert.equal(town.at('/recorded')[0]?.recording_duration, '58', 'the call ended before the minute');
    const path = new URL(started.body.url).pathname;
    assert.equal((await ask('GET', path, undefined, { auth: {}, raw: true })).status, 401);
    const file = await fetch(started.body.url, {
      headers: { 'X-Auth-ID': 'MA_XXXXXXXX', 'X-Auth-Token': 'test_token' },
    });
    assert.equal(file.headers.get('content-type'), 'audio/mpeg');
    const bytes = new Uint8Array(await file.arrayBuffer());
    assert.deepEqual([bytes[0], bytes[1]], [0xff, 0xe3]);
    assert.equal((await mine('GET', '/Recording/')).body.objects[0].recording_duration_ms, '58000');
    const id = started.body.recording_id;
    assert.equal((await mine('DELETE', `/Recording/${id}/`)).status, 204);
    assert.equal((await mine('GET', `/Recording/${id}/`)).status, 404);
  });

  it('lists call records by page, and wants both dates or none', async () => {
    await town.call();
    const list = (await mine('GET', '/cdr?per_page=1')).body;
    assert.deepEqual(list.pagination, {
      page: 1,
      per_page: 1,
      total: 2,
      pages: 2,
      has_next: true,
      has_prev: false,
    });
    assert.equal((await mine('GET', '/cdr?start_date=2026-06-08')).status, 400);
    assert.equal((await mine('GET', '/cdr?start_date=2026-06-08&end_date=2026-06-08')).body.count, 2);
    const [row] = (await mine('GET', '/cdr/search?call_direction=inbound')).body.data;
    assert.deepEqual([row.caller_id_number, row.destination_number], ['+919800000001', '917900000000']);
    assert.match((await mine('GET', '/cdr/export')).body, /^uuid,/);
  });

  for (const [fault, status] of [
    ['error500', 500],
    ['limited429', 429],
  ] as const) {
    it(`answers ${status} once when it is told to`, async () => {
      server.scripted.push({ method: 'GET', pathContains: '/numbers', fault });
      assert.equal((await mine('GET', '/numbers')).status, status);
      assert.equal((await mine('GET', '/numbers')).status, 200);
    });
  }

  it('breaks the connection before or after the work, and writes it down', async () => {
    for (const [fault, isSold] of [
      ['reset', false],
      ['resetAfter', true],
    ] as const) {
      server.scripted.push({ method: 'POST', pathContains: 'purchase', fault });
      await assert.rejects(mine('POST', '/numbers/purchase-from-inventory', { e164: SPARE }));
      assert.equal(town.network.estate.numbers.has(SPARE), isSold);
    }
    assert.equal(town.network.journal.entries().filter(({ what }) => what === 'request_fault').length, 2);
  });

  it('says nothing at all when it is told to time out', async () => {
    server.scripted.push({ method: 'GET', pathContains: '/auth/me', fault: 'timeout' });
    const headers = { 'X-Auth-ID': 'MA_XXXXXXXX', 'X-Auth-Token': 'test_token' };
    const reply = fetch(`${server.apiBase}/auth/me`, { headers, signal: AbortSignal.timeout(200) });
    await assert.rejects(reply, { name: 'TimeoutError' });
  });
});

describe('the control of the double', () => {
  let town: ReturnType<typeof openTown>;
  let server: VobizServer;
  before(async () => {
    town = openTown({ '/answer': dialXml() });
    server = await serveVobiz(town.network);
  });
  after(() => server.close());

  const send = async (method: string, path: string, body: object) => {
    const headers = { 'Content-Type': 'application/json' };
    const reply = await fetch(`${server.url}/control${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    return { status: reply.status, body: text === '' ? null : JSON.parse(text) };
  };
  const read = async (path: string) => (await fetch(`${server.url}/control${path}`)).json() as Promise<any>;

  it('adds phones, dials, presses keys, hangs up, and shows what happened', async () => {
    await send('POST', '/phones', { e164: '+919800000042', behaviour: 'answers', after_seconds: 1 });
    await send('POST', '/phones', {
      e164: CALLEE,
      reactions: [{ on: 'ring', after_seconds: 2, do: 'answer' }],
    });
    const dialled = await send('POST', '/dial', { from: '+919800000042', to: M1 });
    assert.equal(dialled.status, 201);
    await town.clock.advance(10_000);
    const path = `/calls/${dialled.body.call_uuid}`;
    assert.equal((await send('POST', `${path}/press`, { who: 'callee', digits: '5#' })).status, 204);
    assert.equal((await send('POST', `${path}/hangup`, { who: 'callee' })).status, 204);
    await town.clock.play();
    assert.equal((await send('POST', `${path}/hangup`, {})).status, 404);
    const { data } = await read(`/journal?call=${dialled.body.call_uuid}`);
    assert.ok(data.some(({ what, digits }: any) => what === 'pressed' && digits === '5#'));
    assert.equal((await read('/conversations')).data.at(-1).to, CALLEE);
  });

  it('changes switches and faults, and refuses what it does not know', async () => {
    assert.equal((await send('PATCH', '/switches', { to: 'e164' })).body.to, 'e164');
    assert.equal((await send('PUT', '/faults', { duplicate: 0.5 })).body.duplicate, 0.5);
    assert.equal((await send('PUT', '/faults', {})).body.duplicate, 0);
    for (const [path, body] of [
      ['/switches', { nothing: true }],
      ['/switches', { retries: 'many' }],
    ] as const) {
      assert.equal((await send('PATCH', path, body)).status, 400);
    }
    for (const body of [
      { e164: '0980' },
      { e164: CALLEE, behaviour: 'sings' },
      { e164: CALLEE, reactions: [{ on: 'ring', do: 'press', digits: 'x' }] },
      { e164: CALLEE, reactions: 'none' },
    ]) {
      assert.equal((await send('POST', '/phones', body)).status, 400);
    }
  });

  it('says why a call could not be delivered', async () => {
    const reply = await send('POST', '/dial', { from: CALLEE, to: '+917999999999' });
    assert.deepEqual([reply.status, reply.body.error.message], [409, 'no_number']);
  });
});
