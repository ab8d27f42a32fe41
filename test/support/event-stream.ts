import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { World } from './world.ts';

/** One block of a stream: its fields, and its comment. */
export type Block = { id?: string; event?: string; data?: any; retry?: string; comment?: string };

export type EventStream = {
  status: number;
  headers: IncomingMessage['headers'];
  /** The next block, or null when the stream has ended well. Rejects when it was cut off. */
  next(): Promise<Block | null>;
  /** The next so many events, without signs of life. */
  events(count: number): Promise<Block[]>;
  /** What a client comes back with. */
  lastId: string | null;
  /** The body of a refusal. */
  text(): Promise<string>;
  response: IncomingMessage;
  leave(): void;
};

/** A reader over a socket of its own, as the standard wants one; it reads at the pace of whoever asks for blocks. */
export function openStream(
  world: World,
  token: string,
  query = '',
  headers: Record<string, string> = {},
): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(`${world.url}/v1/events/stream?${query}`, {
      headers: { Authorization: `Bearer ${token}`, ...headers },
      agent: false,
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      sent.on('error', () => {}); // a cut is seen by whoever reads
      const blocks = blocksOf(response);
      const stream: EventStream = {
        status: response.statusCode ?? 0,
        headers: response.headers,
        response,
        lastId: null,
        async next() {
          const { value, done } = await blocks.next();
          if (done === true) return null;
          if (value.id !== undefined) stream.lastId = value.id;
          return value;
        },
        async events(count) {
          const found: Block[] = [];
          while (found.length < count) {
            const block = await stream.next();
            if (block === null) throw new Error(`the stream ended after ${found.length} of ${count} events`);
            if (block.data !== undefined) found.push(block);
          }
          return found;
        },
        async text() {
          let text = '';
          for await (const chunk of response) text += chunk;
          return text;
        },
        leave: () => void sent.destroy(),
      };
      resolve(stream);
    });
    sent.end();
  });
}

async function* blocksOf(response: IncomingMessage): AsyncGenerator<Block, undefined> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield blockOf(text.slice(0, end));
      text = text.slice(end + 2);
    }
  }
  if (text !== '') throw new Error('the stream ended within a block');
}

function blockOf(text: string): Block {
  const block: Block = {};
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([a-z]*): (.*)$/.exec(line) ?? [];
    if (name === '') block.comment = value;
    else if (name === 'data') block.data = JSON.parse(value);
    else block[name as 'id' | 'event' | 'retry'] = value;
  }
  return block;
}
