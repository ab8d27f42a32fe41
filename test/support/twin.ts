import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app.ts';
import { createContainer } from '../../src/container.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import type { World } from './world.ts';

/** The service a second time, with its own connections and its own memory, on the database and the Redis of a world. */
export async function openTwin(world: World): Promise<World> {
  const container = createContainer({
    databaseUrl: world.databaseUrl,
    redisUrl: process.env.TEST_REDIS_URL ?? '',
    master: world.master,
    publicUrl: world.publicUrl,
    databaseConnections: 4,
    rateLimitPerMinute: 1_000_000,
    outboundAllowedNetworks: [],
    logger: createLogger('trace', { write: (line) => void world.logLines.push(line) }),
    redisPrefix: world.redisPrefix,
  });
  const server = createServer(createApp(container, { state: () => 'ok', trustedProxies: 0 }));
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...world,
    container,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await container.close();
    },
  };
}
