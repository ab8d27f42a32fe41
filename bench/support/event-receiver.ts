import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A receiver that takes everything at once, and notes when each message came first, by its `webhook-id`. */
export type EventReceiver = {
  url: string;
  /** By the clock of this machine, which is Postgres' too. */
  arrivals: Map<string, number>;
  /** Resolves when all of them have come, and gives the moment of the last. */
  all(ids: readonly string[]): Promise<number>;
  close(): Promise<void>;
};

export async function openEventReceiver(): Promise<EventReceiver> {
  const arrivals = new Map<string, number>();
  const server = createServer((req, res) => {
    const id = String(req.headers['webhook-id']);
    if (!arrivals.has(id)) arrivals.set(id, now());
    req.resume().once('end', () => res.writeHead(204).end());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals,
    async all(ids) {
      for (let missing = [...ids]; missing.length > 0; ) {
        await new Promise((resume) => setTimeout(resume, 5));
        missing = missing.filter((id) => !arrivals.has(id));
      }
      return Math.max(...ids.map((id) => arrivals.get(id) ?? 0));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** With fractions of a millisecond. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
