import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { newWebhookSecret, webhookHeaders } from '../../src/features/events/standard-webhook.ts';

const secret = newWebhookSecret();
const message = (more: object = {}) => ({ id: 'evt_1', at: new Date(), body: '{"a":1}', ...more });
const verify = (by: string, body: string, headers: Record<string, string>) =>
  new Webhook(by).verify(body, headers, { jsonParse: false });
const refuses = (by: string, body: string, headers: Record<string, string>) =>
  assert.throws(() => verify(by, body, headers), WebhookVerificationError);

const secrets = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => {
  return `whsec_${Buffer.from(bytes).toString('base64')}`;
});
const ids = fc.stringMatching(/^[a-z]{3}_[0-9a-z]{1,40}$/);
const bodies = fc.oneof(fc.json(), fc.string({ unit: 'grapheme', maxLength: 200 }));

describe('a signed message', () => {
  test('is accepted by the library of Standard Webhooks, whatever is in it, and with each of its secrets', () => {
    fc.assert(
      fc.property(ids, bodies, fc.array(secrets, { minLength: 1, maxLength: 4 }), (id, body, all) => {
        const headers = webhookHeaders({ id, at: new Date(), body }, all);
        for (const one of all) verify(one, body, headers);
        assert.equal(headers['webhook-id'], id);
      }),
    );
  });

  test('has the signature that the library makes, one per secret in their order', () => {
    fc.assert(
      fc.property(ids, bodies, fc.array(secrets, { minLength: 1, maxLength: 4 }), (id, body, all) => {
        const at = new Date();
        const expected = all.map((one) => new Webhook(one).sign(id, at, body)).join(' ');
        assert.equal(webhookHeaders({ id, at, body }, all)['webhook-signature'], expected);
      }),
    );
  });

  test('is refused with another secret, and when its body, its id or its time was changed', () => {
    fc.assert(
      fc.property(ids, bodies, bodies, secrets, (id, body, other, another) => {
        fc.pre(body !== other && another !== secret);
        const headers = webhookHeaders({ id, at: new Date(), body }, [secret]);
        refuses(another, body, headers);
        refuses(secret, other, headers);
        refuses(secret, body, { ...headers, 'webhook-id': `${id}x` });
        const later = String(Number(headers['webhook-timestamp']) + 1);
        refuses(secret, body, { ...headers, 'webhook-timestamp': later });
      }),
    );
  });

  test('says the whole second of its attempt, and is refused when that is long ago', () => {
    const at = new Date('2026-06-08T06:07:34.999Z');
    const headers = webhookHeaders(message({ at }), [secret]);
    assert.equal(headers['webhook-timestamp'], String(Date.parse('2026-06-08T06:07:34Z') / 1_000));
    refuses(secret, message().body, headers);
  });

  test('holds no secret', () => {
    const text = JSON.stringify(webhookHeaders(message(), [secret]));
    assert.ok(!text.includes(secret.slice('whsec_'.length)));
  });

  test('is not made with an id that has a dot, without a secret, or with one that is none', () => {
    for (const id of ['', 'evt.1', '.']) assert.throws(() => webhookHeaders(message({ id }), [secret]));
    assert.throws(() => webhookHeaders(message(), []));
    const short = `whsec_${Buffer.alloc(23).toString('base64')}`;
    for (const wrong of ['', 'whsec_', short, secret.slice(6), `x${secret}`]) {
      assert.throws(
        () => webhookHeaders(message(), [secret, wrong]),
        (error: Error) => wrong === '' || !error.message.includes(wrong.slice(6) || 'whsec_'),
      );
    }
  });
});

describe('a secret', () => {
  test('is 32 random bytes in base64 behind its prefix, another each time', () => {
    const many = Array.from({ length: 1_000 }, newWebhookSecret);
    for (const one of many) assert.match(one, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.equal(new Set(many).size, many.length);
  });
});
