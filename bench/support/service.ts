import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { newMasterKeyText } from '../../src/crypto/master-key.ts';
import { newToken } from '../../src/kernel/tokens.ts';
import { freePort, startProcess } from './process.ts';
import type { Servers } from './servers.ts';

/** What processes of one service have in common. */
export type Identity = { databaseUrl: string; masterKey: string; operatorKey: string };

export type Service = {
  port: number;
  /** Asks the API, and throws when it refuses. */
  call(method: 'GET' | 'POST', path: string, key: string, body?: object): Promise<any>;
};

export function newIdentity(databaseUrl: string): Identity {
  return { databaseUrl, masterKey: newMasterKeyText(), operatorKey: newToken('mp_op') };
}

/** One process that does all, as a small installation runs it. @param profile a folder for a CPU profile of its life */
export async function startService(
  servers: Servers,
  identity: Identity,
  options: { redisUrl: string; profile?: string; env?: Record<string, string> },
): Promise<Service> {
  const { redisUrl, profile = '', env = {} } = options;
  const port = await freePort();
  const started = await startProcess('src/main.ts', {
    nodeArgs: profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`],
    env: {
      DATABASE_URL: identity.databaseUrl,
      REDIS_URL: redisUrl,
      MASTER_KEY: identity.masterKey,
      OPERATOR_API_KEY: identity.operatorKey,
      RATE_LIMIT_PER_MINUTE: '10000000', // the most it takes: nothing here is to be refused for its rate
      LOG_LEVEL: 'error',
      PORT: String(port),
      ...env,
    },
    ready: /listens on/,
  });
  servers.onClose(started.stop);
  return {
    port,
    async call(method, path, key, body) {
      const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${key}`,
          'Content-Type': 'application/json',
          ...(path.endsWith('/batch') ? { 'Idempotency-Key': randomUUID() } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!reply.ok) throw new Error(`${method} ${path}: ${await reply.text()}`);
      return reply.json();
    },
  };
}
