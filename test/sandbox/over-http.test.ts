import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { realClock } from '../../src/features/sandbox/clock.ts';
import { httpPost } from '../../src/features/sandbox/http-post-adapter.ts';
import { createNetwork } from '../../src/features/sandbox/network.ts';
import { answers } from '../../src/features/sandbox/phones.ts';
import { openAccount, openApplication, ownNumber } from '../../src/features/sandbox/provisioning.ts';
import { mp3File, wavFile } from '../../src/features/sandbox/sound-file.ts';
import { serveVobiz } from '../../src/features/sandbox/vobiz-server-adapter.ts';
import { CALLEE, CALLER, empty, listening, M1, M2, response } from './customer.ts';

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a request of the double over HTTP', () => {
  const ask = (url: string, method: 'GET' | 'POST' = 'POST', mostRealMs = 30_000) => {
    const fields = { From: '+91 98', Event: 'Ring' };
    return httpPost({ mostRealMs })({ url, method, headers: { 'User-Agent': 'Vobiz' }, fields }, 60_000);
  };

  it('is a form by POST, and a query by GET that keeps what the URL had', async () => {
    const seen: string[] = [];
    const server = await listening(async (req, res) => {
      seen.push(`${req.method} ${req.url} ${req.headers['content-type'] ?? '-'} ${await bodyOf(req)}`);
      res.setHeader('Content-Type', 'application/xml').end(empty);
    });
    const reply = await ask(`${server.url}/a?x=1`);
    assert.deepEqual(reply, {
      outcome: 'answered',
      status: 200,
      contentType: 'application/xml',
      body: empty,
    });
    await ask(`${server.url}/a?x=1`, 'GET');
    await server.close();
    assert.deepEqual(seen, [
      'POST /a?x=1 application/x-www-form-urlencoded From=%2B91+98&Event=Ring',
      'GET /a?x=1&From=%2B91+98&Event=Ring - ',
    ]);
  });

  it('gives up when there is no answer in time, or nobody at all', async () => {
    const server = await listening(() => {});
    assert.deepEqual(await ask(server.url, 'POST', 50), { outcome: 'timed_out' });
    await server.close();
    assert.deepEqual(await ask(server.url), { outcome: 'unreachable' });
  });

  it('reads no more of an answer than it needs to refuse it, and follows no redirect', async () => {
    const server = await listening((req, res) => {
      if (req.url === '/far') res.writeHead(302, { Location: '/long' }).end();
      else res.end('x'.repeat(5_000_000));
    });
    const long = await ask(`${server.url}/long`);
    assert.ok(long.outcome === 'answered' && long.body.length < 1_000_000);
    const far = await ask(`${server.url}/far`);
    assert.equal(far.outcome === 'answered' && far.status, 302);
    await server.close();
  });
});

describe('the double in real time', () => {
  it('plays a call between two phones over real sockets', async () => {
    const events: string[] = [];
    const server = await listening(async (req, res) => {
      const fields = new URLSearchParams(await bodyOf(req));
      events.push(fields.get('Event') ?? '');
      const dial =
        `<Speak>Hi.</Speak><Dial callerId="${M2}" action="https://hooks.example.com/dial" redirect="true" ` +
        `callbackUrl="https://hooks.example.com/leg"><Number>${CALLEE}</Number></Dial>`;
      res.setHeader('Content-Type', 'text/xml').end(req.url === '/answer' ? response(dial) : empty);
    });
    const clock = realClock();
    const post = httpPost({ reach: { 'https://hooks.example.com': server.url } });
    const network = createNetwork({ clock, seed: 3, post });
    const account = openAccount(network, { authId: 'MA_1', authToken: 'secret' });
    const application = openApplication(network, account, { answerUrl: 'https://hooks.example.com/answer' });
    for (const e164 of [M1, M2]) ownNumber(network, account, e164, application);
    network.phones.set(CALLER, []);
    network.phones.set(CALLEE, answers(0.01, 0.05));
    const vobiz = await serveVobiz(network);
    const dialled = await fetch(`${vobiz.url}/control/dial`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ from: CALLER, to: M1 }),
    });
    const { call_uuid } = (await dialled.json()) as { call_uuid: string };
    await network.find(call_uuid)?.done;
    assert.equal(network.journal.conversations()[0]?.shown, M2);
    assert.deepEqual(events.slice(0, 3), ['StartApp', 'DialAnswer', 'DialConnected']);
    clock.stop();
    await vobiz.close();
    await server.close();
  });
});

describe('a recording', () => {
  it('is a WAV file of the length that it stands for, up to a minute', () => {
    const file = wavFile(2_500);
    assert.equal(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16), 'RIFFWAVEfmt ');
    assert.equal(file.length, 44 + 3 * 8_000);
    assert.equal(wavFile(3_600_000).length, 44 + 60 * 8_000);
  });

  it('is an MP3 file of whole frames', () => {
    const file = mp3File(1_000);
    assert.equal(file.length % 72, 0);
    for (let at = 0; at < file.length; at += 72) assert.deepEqual([file[at], file[at + 1]], [0xff, 0xe3]);
  });
});
