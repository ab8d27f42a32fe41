import { Agent, request } from 'node:http';

export type LoadResult = { perSecond: number; p50Ms: number; p99Ms: number; failed: number };

/** A request as the load wants it: made anew each time, since every allocation is for other phones. */
export type MakeRequest = () => { path: string; headers: Record<string, string>; body: string };

/** Keeps `connections` requests under way for `seconds` and counts those that were answered with `expected`. */
export async function load(
  port: number,
  make: MakeRequest,
  options: { connections: number; seconds: number; expected: number },
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const times: number[] = [];
  let failed = 0;
  const end = performance.now() + options.seconds * 1000;
  const began = performance.now();
  const worker = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      const status = await post(agent, port, make());
      times.push(performance.now() - start);
      if (status !== options.expected) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: options.connections }, worker));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  times.sort((x, y) => x - y);
  const at = (share: number) => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(2));
  return { perSecond: Math.round(times.length / seconds), p50Ms: at(0.5), p99Ms: at(0.99), failed };
}

function post(agent: Agent, port: number, { path, headers, body }: ReturnType<MakeRequest>): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        path,
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)] ?? Number.NaN;
}
