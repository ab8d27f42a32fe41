import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import express, { type Response } from 'express';
import { problemHandler } from '../../src/api/problems.ts';
import { sendStream } from '../../src/api/stream.ts';
import { Failure } from '../../src/kernel/errors.ts';
import { createLogger } from '../../src/kernel/logger.ts';

type Source = AsyncIterable<string | Uint8Array>;

describe('an answer that is a stream', () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) server.close().closeAllConnections();
  });

  /** Serves one stream, and gives both ends of it. */
  const serve = async (
    stream: Source,
    options: { stalledMs?: number } = {},
  ): Promise<{ response: IncomingMessage; res: Response; sent: Promise<void>; lines: string[] }> => {
    const lines: string[] = [];
    const app = express();
    const begun = new Promise<{ res: Response; sent: Promise<void> }>((resolve) => {
      app.get('/', async (_req, res) => {
        res.locals.requestId = 'req_1';
        const gone = new AbortController();
        res.once('close', () => gone.abort());
        const sent = sendStream(res, 'text/csv', { status: 200, stream }, gone.signal, options.stalledMs);
        resolve({ res, sent });
        await sent;
      });
    });
    app.use(problemHandler(createLogger('info', { write: (line) => void lines.push(line) }), () => false));
    const server = createServer(app).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const sender = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false });
    sender.end();
    const [response] = (await once(sender, 'response')) as [IncomingMessage];
    return { response, lines, ...(await begun) };
  };
  const textOf = async (response: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of response) text += chunk;
    return text;
  };

  it('has the content type that was declared, and every bit in its order', async () => {
    const { response } = await serve(
      (async function* () {
        yield 'a,';
        yield new Uint8Array([98, 44]);
        yield 'ж';
      })(),
    );
    assert.equal(response.headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(response.headers['content-length'], undefined);
    assert.equal(response.headers.connection, 'close');
    assert.equal(await textOf(response), 'a,b,ж');
  });

  it('begins before there is a first bit', async () => {
    let come = () => {};
    const coming = new Promise<void>((resolve) => {
      come = resolve;
    });
    const { response } = await serve(
      (async function* () {
        await coming;
        yield 'late';
      })(),
    );
    assert.equal(response.statusCode, 200);
    come();
    assert.equal(await textOf(response), 'late');
  });

  it('is made at the pace of its reader: nobody piles up what is not taken', async () => {
    const bit = Buffer.alloc(65_536);
    let made = 0;
    let isLeft = false;
    const { response, res } = await serve(
      (async function* () {
        try {
          for (;;) {
            made += 1;
            yield bit;
          }
        } finally {
          isLeft = true;
        }
      })(),
    );
    // Nobody reads: it goes on until all buffers on the way are full.
    for (let before = -1; before !== made && made < 1_000; ) {
      before = made;
      await new Promise((resume) => setTimeout(resume, 200));
    }
    assert.ok(made < 1_000, `${made} bits were made`);
    assert.ok(res.writableLength < 2 * bit.length, `${res.writableLength} bytes wait`);
    const before = made;
    let read = 0;
    for await (const chunk of response) {
      read += (chunk as Buffer).length;
      if (read > before * bit.length) break; // leaves, and cuts the connection
    }
    assert.ok(made > before);
    while (!isLeft) await new Promise(setImmediate);
  });

  it('a reader that takes nothing for long is cut off, and its stream is left', {
    timeout: 60_000,
  }, async () => {
    let isLeft = false;
    const { response, sent } = await serve(
      (async function* () {
        try {
          for (;;) yield Buffer.alloc(65_536);
        } finally {
          isLeft = true;
        }
      })(),
      { stalledMs: 100 },
    );
    await sent;
    assert.equal(isLeft, true);
    await assert.rejects(textOf(response));
  });

  it('what fails on the way cuts it off, so that half of it is not taken for all; we hear why', async () => {
    for (const error of [
      new Error('lost'),
      new Failure('unavailable', 'gone', { cause: new Error('lost') }),
    ]) {
      const { response, lines, sent } = await serve(
        (async function* () {
          yield 'half';
          throw error;
        })(),
      );
      await assert.rejects(textOf(response));
      await assert.rejects(sent);
      assert.match(lines.join(''), /lost/);
    }
  });

  it('a client that has gone before it began leaves the stream all the same', async () => {
    let isLeft = false;
    const stream = (async function* () {
      try {
        yield 'a';
        yield 'b';
      } finally {
        isLeft = true;
      }
    })();
    const gone = new AbortController();
    gone.abort();
    const app = express();
    const done = new Promise<void>((resolve) => {
      app.get('/', async (_req, res) => {
        res.destroy();
        await sendStream(res, 'text/csv', { status: 200, stream }, gone.signal);
        resolve();
      });
    });
    const server = createServer(app).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
      .on('error', () => {})
      .end();
    await done;
    assert.equal(isLeft, true);
  });
});
