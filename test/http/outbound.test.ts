import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { readNetworks } from '../../src/kernel/networks.ts';
import { readRetryAfter } from '../../src/kernel/retry-after.ts';
import { createOutbound, type Outbound } from '../../src/outbound/client.ts';
import { daysFromNow, newCertificate } from '../support/certificates.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const here = readNetworks('127.0.0.1/32') ?? [];
const failed = (reason: string) => ({ kind: 'failed', reason });
const answered = (status: number) => ({ kind: 'answered', status, retryAfterSeconds: null });
/** Far more than a local server needs, so that only a time-out that does not work is seen. */
const AMPLE_MS = 20_000;

describe('posting to a receiver', () => {
  const open: { close(): Promise<void> }[] = [];
  after(() => Promise.all(open.map((one) => one.close())));
  const kept = <T extends { close(): Promise<void> }>(one: T): T => {
    open.push(one);
    return one;
  };
  const outbound = kept(createOutbound({ allowed: here }));
  const receiver = async (answer?: RequestListener) => kept(await openReceiver(answer));
  const post = (url: string, more: object = {}, by: Outbound = outbound) =>
    by.post({ url, headers: {}, body: '{}', timeoutMs: AMPLE_MS, ...more });
  /** A server that does to the raw socket what no web server would do. */
  const rawReceiver = async (work: (socket: Socket) => void): Promise<string> => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => work(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    kept({
      close: () => {
        for (const socket of sockets) socket.destroy();
        return new Promise((resolve) => server.close(() => resolve()));
      },
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  it('sends the body and the headers as they are, and gives back the status', async () => {
    let seen: unknown;
    const { url } = await receiver((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk) => chunks.push(chunk));
      req.on('end', () => {
        const { method, headers } = req;
        const body = Buffer.concat(chunks).toString();
        seen = [method, req.url, body, headers['webhook-id'], headers['content-type']];
        res.writeHead(202).end('thanks');
      });
    });
    const body = '{"text":"ж€😀"}';
    const headers = { 'webhook-id': 'evt_1', 'content-type': 'application/json' };
    assert.deepEqual(await post(`${url}a/b?c=d#e`, { headers, body }), answered(202));
    assert.deepEqual(seen, ['POST', '/a/b?c=d', body, 'evt_1', 'application/json']);
  });

  it('every status is an answer, and Retry-After comes with it in seconds', async () => {
    const wishes: [status: number, header: string | undefined, seconds: number | null][] = [
      [200, undefined, null],
      [304, undefined, null],
      [410, undefined, null],
      [429, '120', 120],
      [503, new Date(Date.now() - 60_000).toUTCString(), 0],
      [503, 'soon', null],
    ];
    for (const [status, header, retryAfterSeconds] of wishes) {
      const { url } = await receiver((_req, res) => {
        res.writeHead(status, header === undefined ? {} : { 'Retry-After': header }).end();
      });
      assert.deepEqual(await post(url), { kind: 'answered', status, retryAfterSeconds });
    }
  });

  it('an answer may be 64 kB long and no longer, whether it says so or not', async () => {
    for (const [bytes, expected] of [
      [65_536, answered(200)],
      [65_537, failed('response_too_large')],
    ] as const) {
      const declared = await receiver((_req, res) => res.end('x'.repeat(bytes)));
      const chunked = await receiver((_req, res) => {
        res.write('x'.repeat(bytes - 1));
        res.end('x');
      });
      for (const { url } of [declared, chunked]) assert.deepEqual(await post(url), expected, `${bytes}`);
    }
  });

  it('of an answer without an end no more is read than that', async () => {
    let sent = 0;
    let isCut = false;
    const { url } = await receiver((_req, res) => {
      const more = () => {
        while (!res.destroyed && res.write('x'.repeat(16_384))) sent += 16_384;
      };
      res.on('drain', more);
      res.on('close', () => {
        isCut = true;
      });
      more();
    });
    assert.deepEqual(await post(url), failed('response_too_large'));
    assert.ok(sent < 64 * 1024 * 1024, `${sent} bytes went out`);
    await until(() => isCut);
  });

  it('headers are bounded', async () => {
    const { url } = await receiver((_req, res) => {
      res.writeHead(200, { 'X-Long': 'x'.repeat(20_000) }).end();
    });
    assert.deepEqual(await post(url), failed('response_too_large'));
  });

  it('one time-out is over everything: connecting, headers, and a body that comes by the drop', async () => {
    const silent = await rawReceiver(() => {});
    const dripping = await rawReceiver((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    const early = await rawReceiver((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    for (const url of [silent, dripping, early]) {
      const started = performance.now();
      assert.deepEqual(await post(url, { timeoutMs: 300 }), failed('timeout'));
      assert.ok(performance.now() - started < 5_000);
    }
    const unresolved = kept(createOutbound({ allowed: here, lookup: () => new Promise(() => {}) }));
    assert.deepEqual(
      await post('https://slow.example.com/', { timeoutMs: 300 }, unresolved),
      failed('timeout'),
    );
  });

  it('ends when it is told to, before and while it waits', async () => {
    const asked = new AbortController();
    const silent = await rawReceiver(() => asked.abort());
    assert.deepEqual(await post(silent, { signal: asked.signal }), failed('timeout'));
    assert.deepEqual(await post(silent, { signal: asked.signal }), failed('timeout'));
  });

  it('a receiver that resets, hangs up, talks nonsense or is not there has no connection', async () => {
    const resetting = await rawReceiver((socket) => socket.resetAndDestroy());
    const hangingUp = await rawReceiver((socket) => socket.end());
    const halfway = await rawReceiver((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    });
    const nonsense = await rawReceiver((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    const upgrading = await rawReceiver((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    );
    const gone = await openReceiver();
    await gone.close();
    for (const [place, url] of [resetting, hangingUp, halfway, nonsense, upgrading, gone.url].entries()) {
      assert.deepEqual(await post(url), failed('connection'), `${place}`);
    }
  });

  it('a header that cannot be sent is our own fault and thrown', async () => {
    const { url } = await receiver();
    await assert.rejects(post(url, { headers: { 'x-bad': 'a\r\nb: c' } }));
  });

  it('closing cuts what is under way', async () => {
    const closing = createOutbound({ allowed: here });
    let close: Promise<void> | undefined;
    const silent = await rawReceiver(() => {
      close = closing.close();
    });
    assert.deepEqual(await post(silent, {}, closing), failed('connection'));
    await close;
  });

  it('500 requests share few connections and leave none behind', {
    skip: !existsSync('/proc/self/fd'),
  }, async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const good = await receiver();
    const bad = await receiver((_req, res) => void res.destroy());
    const huge = await receiver((_req, res) => res.end('x'.repeat(200_000)));
    const batch = async (own: Outbound, of: Receiver, reason: string | null) => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(of.url, {}, own)));
      const expected = reason === null ? answered(200) : failed(reason);
      for (const answer of answers) assert.deepEqual(answer, expected);
    };
    const before = openFiles();
    const own = createOutbound({ allowed: here });
    for (let turn = 0; turn < 30; turn += 1) await batch(own, good, null);
    for (let turn = 0; turn < 10; turn += 1) await batch(own, bad, 'connection');
    for (let turn = 0; turn < 10; turn += 1) await batch(own, huge, 'response_too_large');
    assert.ok(good.connections <= 20, `${good.connections} connections for 300 requests`);
    await own.close();
    await until(() => openFiles() <= before);
  });
});

describe('by TLS', () => {
  const open: { close(): Promise<void> }[] = [];
  after(() => Promise.all(open.map((one) => one.close())));
  const trust = newCertificate(['hooks.example.com', '127.0.0.1']);
  const post = async (host: string, shown = trust, ca: string | undefined = trust.cert) => {
    const receiver = await openReceiver((_req, res) => res.writeHead(204).end(), shown);
    const outbound = createOutbound({
      allowed: here,
      lookup: async () => ['127.0.0.1'],
      ...(ca === undefined ? {} : { ca }),
    });
    open.push(receiver, outbound);
    const url = `https://${host}:${receiver.port}/`;
    const answer = await outbound.post({ url, headers: {}, body: '{}', timeoutMs: AMPLE_MS });
    return { answer, requests: receiver.requests };
  };

  it('a certificate for the name, or the address, that was asked for is good', async () => {
    for (const host of ['hooks.example.com', '127.0.0.1']) {
      assert.deepEqual(await post(host), { answer: answered(204), requests: 1 }, host);
    }
  });

  it('one for another name, one that is over, and one that nobody vouches for gets no request', async () => {
    const old = newCertificate(['hooks.example.com'], daysFromNow(-1));
    const nothing = { answer: failed('tls'), requests: 0 };
    assert.deepEqual(await post('other.example.com'), nothing);
    assert.deepEqual(await post('hooks.example.com', old, old.cert), nothing);
    assert.deepEqual(await post('hooks.example.com', newCertificate(['hooks.example.com'])), nothing);
  });

  it('a receiver that does not speak TLS is told apart', async () => {
    const plain = await openReceiver();
    const outbound = createOutbound({ allowed: here });
    open.push(plain, outbound);
    const url = plain.url.replace('http:', 'https:');
    assert.deepEqual(await outbound.post({ url, headers: {}, body: '', timeoutMs: AMPLE_MS }), failed('tls'));
  });
});

describe('Retry-After', () => {
  it('is seconds or a date, never negative, and nothing else', () => {
    const now = Date.parse('2026-06-08T06:00:00Z');
    const read = (header: string | string[] | undefined) => readRetryAfter(header, now);
    assert.deepEqual(['0', '1', '3600'].map(read), [0, 1, 3_600]);
    assert.deepEqual(read('Mon, 08 Jun 2026 06:01:30 GMT'), 90);
    assert.deepEqual(read('Monday, 08-Jun-26 06:01:30 GMT'), 90);
    assert.deepEqual(read('Mon, 08 Jun 2026 05:00:00 GMT'), 0);
    const nothing = [
      '',
      '-5',
      '1.5',
      '1e3',
      ' 5',
      '9999999999',
      'soon',
      '2027-01-01',
      'Mon, 99 Jun 2026 06:00:00 GMT',
    ];
    assert.deepEqual(
      nothing.map(read),
      nothing.map(() => null),
    );
    assert.equal(read(undefined), null);
    assert.equal(read(['1', '2']), null);
  });
});

/** Until it is so; the test's own limit ends it otherwise. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resume) => setTimeout(resume, 5));
}
