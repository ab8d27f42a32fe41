import { Agent, request } from 'node:http';

export type Request = { path: string; headers: Record<string, string>; body: string };
export type Reply = { status: number; body: string };
/** One answer that was waited for, and what it was. */
export type Sample = { outcome: string; ms: number };
export type Loaded = { seconds: number; samples: Sample[] };
export type Post = (request: Request, reads?: 'status' | 'body') => Promise<Reply>;

/** Keeps `connections` clients at work for `seconds`; each takes its next turn when the one before is over. */
export async function load(
  port: number,
  { connections, seconds }: { connections: number; seconds: number },
  turn: (post: Post) => Promise<Sample>,
): Promise<Loaded> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const post = poster(agent, port);
  const samples: Sample[] = [];
  const began = performance.now();
  const worker = async () => {
    while (performance.now() < began + seconds * 1000) samples.push(await turn(post));
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const loaded = { seconds: (performance.now() - began) / 1000, samples };
  agent.destroy();
  return loaded;
}

function poster(agent: Agent, port: number): Post {
  return ({ path, headers, body }, reads = 'status') =>
    new Promise((resolve, reject) => {
      const all = {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        ...headers,
      };
      const options = { agent, port, host: '127.0.0.1', path, method: 'POST', headers: all };
      const outgoing = request(options, (response) => {
        const chunks: Buffer[] = [];
        if (reads === 'body') response.on('data', (chunk: Buffer) => chunks.push(chunk));
        else response.resume();
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
}
