import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apiOf, freshNumbers, newAccount, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, newNonce, postForm, signatureOf } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('the webhook', () => {
  let world: World;
  let tenant: Tenant;
  let m1: string;
  let path: string;
  let url: string;

  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2), signatureMode: 'required' });
    const session = await newSession(tenant, A, B);
    m1 = session.parties.a.masking_number;
    path = tenant.account.webhookPath;
    url = `${world.publicUrl}${path}`;
  });
  after(() => world.close());

  const call = (headers: Record<string, string>, at = path) =>
    postForm(world, at, answerEvent(m1, '919800000001'), headers);

  const refused = async (headers: Record<string, string>, at = path) => {
    const reply = await call(headers, at);
    assert.equal(reply.status, 403);
    assert.deepEqual(reply.verbs, ['Hangup']);
  };

  for (const version of ['V2', 'V3'] as const) {
    it(`takes a call with a right ${version} signature, once`, async () => {
      const headers = signatureOf(url, 'test_token', version);
      assert.equal((await call(headers)).dial?.number, B);
      await refused(headers);
    });

    it(`takes a call that is signed with the main account's ${version} header`, async () => {
      const nonce = newNonce();
      const signature = signatureOf(url, 'test_token', version, nonce)[`X-Vobiz-Signature-${version}`] ?? '';
      const headers = {
        [`X-Vobiz-Signature-MA-${version}`]: signature,
        [`X-Vobiz-Signature-${version}-Nonce`]: nonce,
      };
      assert.equal((await call(headers)).dial?.number, B);
    });
  }

  it('refuses an unsigned call when signatures are required', () => refused({}));
  it('refuses a wrong signature', () => refused(signatureOf(url, 'other_token')));
  it('refuses a signature of another path', () => refused(signatureOf(`${url}x`, 'test_token')));
  it('refuses a legacy V1 signature alone', () => refused({ 'X-Vobiz-Signature': 'c2lnbmF0dXJl' }));

  it('refuses the V2 half of a request that was used with V3 as well', async () => {
    const v2 = signatureOf(url, 'test_token', 'V2');
    assert.equal((await call({ ...v2, ...signatureOf(url, 'test_token', 'V3') })).dial?.number, B);
    await refused(v2);
  });

  it('refuses one nonce in twenty requests at once but for one of them', async () => {
    const headers = signatureOf(url, 'test_token');
    const replies = await Promise.all(Array.from({ length: 20 }, () => call(headers)));
    assert.equal(replies.filter((reply) => reply.status === 200).length, 1);
    assert.equal(replies.filter((reply) => reply.status === 403).length, 19);
  });

  it('uses up the nonce of a call that it rejects, too', async () => {
    const headers = signatureOf(url, 'test_token');
    const post = () => postForm(world, path, answerEvent('07911111111', '919800000001'), headers);
    assert.equal((await post()).status, 200);
    assert.equal((await post()).status, 403);
  });

  it("refuses another account's signature on this account's path, and this one's on the other's", async () => {
    const other = await newAccount(world, 'required');
    await apiOf(world, world.operatorToken).patch(`/v1/provider_accounts/${other.id}`, {
      auth_token: 'their_token',
    });
    await refused(signatureOf(url, 'their_token'));
    await refused(signatureOf(`${world.publicUrl}${other.webhookPath}`, 'test_token2'), other.webhookPath);
    const reply = await call(
      signatureOf(`${world.publicUrl}${other.webhookPath}`, 'their_token'),
      other.webhookPath,
    );
    assert.equal(reply.dial, null, 'the DID is not on that account');
  });

  it('takes the token before the last change as well, and not the one before that', async () => {
    const api = apiOf(world, world.operatorToken);
    const account = await newAccount(world, 'required');
    const at = `${world.publicUrl}${account.webhookPath}`;
    const status = async (token: string) => (await call(signatureOf(at, token), account.webhookPath)).status;
    await api.patch(`/v1/provider_accounts/${account.id}`, { auth_token: 'second_token' });
    assert.equal(await status('test_token'), 200);
    assert.equal(await status('second_token'), 200);
    await api.patch(`/v1/provider_accounts/${account.id}`, { auth_token: 'third_token' });
    assert.equal(await status('test_token'), 403);
    assert.equal(await status('second_token'), 200);
  });

  it('refuses a wrong signature and takes none at all, when signatures are checked if present', async () => {
    const relaxed = await newTenant(world, { dids: freshNumbers(2), signatureMode: 'if_present' });
    const session = await newSession(relaxed, A, B);
    const at = relaxed.account.webhookPath;
    const post = (headers: Record<string, string>) =>
      postForm(world, at, answerEvent(session.parties.a.masking_number, '919800000001'), headers);
    assert.equal((await post({})).dial?.number, B);
    assert.equal((await post(signatureOf(`${world.publicUrl}${at}`, 'wrong_token'))).status, 403);
    assert.equal((await post(signatureOf(`${world.publicUrl}${at}`, 'test_token'))).dial?.number, B);
  });

  it('refuses addresses that are not listed, and takes those that are', async () => {
    const api = apiOf(world, world.operatorToken);
    const account = await newAccount(world, 'off');
    const status = async () => (await call({}, account.webhookPath)).status;
    await api.patch(`/v1/provider_accounts/${account.id}`, { allowed_ips: ['15.206.6.156'] });
    assert.equal(await status(), 403);
    await api.patch(`/v1/provider_accounts/${account.id}`, { allowed_ips: ['127.0.0.0/8'] });
    assert.equal(await status(), 200);
  });

  it('does not believe a forwarded address unless a proxy is trusted', async () => {
    const account = await newAccount(world, 'off');
    const allowed = { allowed_ips: ['15.206.6.156'] };
    await apiOf(world, world.operatorToken).patch(`/v1/provider_accounts/${account.id}`, allowed);
    await refused({ 'X-Forwarded-For': '15.206.6.156' }, account.webhookPath);
  });

  for (const token of ['nothing', 'whk_', `whk_${'A'.repeat(38)}`, '%00', '..%2F..']) {
    it(`knows nobody with the secret ${token}`, async () => {
      const reply = await call({}, `/webhooks/vobiz/${token}`);
      assert.equal(reply.status, 404);
      assert.deepEqual(reply.verbs, ['Hangup']);
    });
  }

  it('answers with a document whatever is sent', async () => {
    const form = 'application/x-www-form-urlencoded';
    for (const [body, type, status] of [
      ['{"From":"1"}', 'application/json', 415],
      ['x', 'text/plain', 415],
      [`From=${'9'.repeat(100_000)}`, form, 413],
      [Array.from({ length: 500 }, (_, i) => `f${i}=1`).join('&'), form, 413],
      ['%zz%%&&&==', form, 403],
      ['', form, 403],
    ] as const) {
      const response = await fetch(`${world.url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': type },
        body,
      });
      assert.equal(response.status, status, `${type} ${body.slice(0, 20)}`);
      assert.match(response.headers.get('content-type') ?? '', /^application\/xml/);
      assert.match(await response.text(), /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Response>/);
    }
    const read = await fetch(`${world.url}${path}`);
    assert.equal(read.status, 405);
    assert.match(await read.text(), /<Response>/);
  });
});
