import type { RequestHandler } from 'express';
import { createAuthenticate } from './api/authenticate.ts';
import type { Handlers } from './api/contract.ts';
import { createKeyCache } from './api/key-cache.ts';
import { createRateLimits, type RateLimits } from './api/rate-limit.ts';
import { type EventOptions, eventsOn } from './container-events.ts';
import { jobsOn } from './container-jobs.ts';
import { type Metrics, metricsOn } from './container-metrics.ts';
import { accountsAndDids, provisioningOn } from './container-provisioning.ts';
import { sessionsOn } from './container-sessions.ts';
import { deadJobsOn, queueTasks } from './container-tasks.ts';
import { usageOn } from './container-usage.ts';
import { vobizJobs } from './container-vobiz.ts';
import { voiceOn } from './container-voice.ts';
import type { MasterKey } from './crypto/master-key.ts';
import { type Database, openDatabase } from './db/database.ts';
import { emitEvent } from './features/events/event-store.ts';
import { capacityHandlers } from './features/pool/capacity-handlers.ts';
import { createCapacityService } from './features/pool/capacity-service.ts';
import { didHandlers } from './features/pool/did-handlers.ts';
import { tellExhausted } from './features/pool/pool-exhaustion-store.ts';
import { poolHandlers } from './features/pool/pool-handlers.ts';
import { createFirstPools } from './features/pool/pool-service.ts';
import { keptSnapshots } from './features/pool/pool-snapshot-service.ts';
import type { AllocationParts } from './features/sessions/allocation.ts';
import { sessionHandlers } from './features/sessions/session-handlers.ts';
import { createSessionService } from './features/sessions/session-service.ts';
import { apiKeyHandlers } from './features/tenants/api-key-handlers.ts';
import { type ApiKeyService, createApiKeyService } from './features/tenants/api-key-service.ts';
import { createKeyRing } from './features/tenants/key-ring.ts';
import { providerAccountHandlers } from './features/tenants/provider-account-handlers.ts';
import { tenantHandlers } from './features/tenants/tenant-handlers.ts';
import { createTenantService } from './features/tenants/tenant-service.ts';
import type { WebhookService } from './features/voice/webhook-service.ts';
import type { Task } from './jobs/queue.ts';
import type { Job } from './jobs/runner.ts';
import type { Logger } from './kernel/logger.ts';
import { connectRedis } from './redis/client.ts';
import { createPairLocks } from './redis/pair-locks.ts';

export type ContainerOptions = Omit<EventOptions, 'metrics'> & {
  databaseUrl: string;
  redisUrl: string;
  master: MasterKey;
  publicUrl: string;
  databaseConnections: number;
  rateLimitPerMinute: number;
  /** Vobiz' REST interface; null or absent: it is not asked for anything. */
  vobizApiBase?: string | null;
  /** Whether accounts and numbers are set up there; absent: when there is an address. */
  vobizProvisioning?: boolean;
  /** Before every Redis key: processes that share a Redis but not a database must not share locks. */
  redisPrefix?: string;
};

export type Container = {
  database: Database;
  master: MasterKey;
  logger: Logger;
  handlers: Handlers;
  apiKeys: ApiKeyService;
  webhook: WebhookService;
  authenticate: RequestHandler[];
  rateLimits: RateLimits;
  /** What is done again and again, and what is done when the queue says so: where the role is to work. */
  jobs: readonly Job[];
  tasks: readonly Task[];
  metrics: Metrics;
  /** Answers all requests that wait for something to happen. */
  stopWaiting(): void;
  close(): Promise<void>;
};

/** Makes each thing with a state once, and closes them in reverse. Opens no port and starts no job. */
export function createContainer(options: ContainerOptions): Container {
  const { logger, master, publicUrl, outboundAllowedNetworks: allowed } = options;
  const database = openDatabase(options.databaseUrl, {
    connections: options.databaseConnections,
    onError: (error) => logger.warn({ err: error }, 'database connection lost'),
  });
  const redis = connectRedis(options.redisUrl, {
    prefix: options.redisPrefix ?? '',
    onError: (message) => logger.warn({ detail: message }, 'redis connection trouble'),
  });
  const rateLimits = createRateLimits(redis, options.rateLimitPerMinute);
  const keys = createKeyCache();
  const keyRing = createKeyRing(master);
  const tenants = createTenantService({ keyRing, openTenant: createFirstPools, forgetKeys: keys.forget });
  const apiKeys = createApiKeyService(master, keys.forget, emitEvent);
  const { accounts, dids } = accountsAndDids(master, options);
  const sessions = createSessionService({ keyRing, didsAmong: dids.among, tell: emitEvent });
  const locks = createPairLocks(redis);
  const metrics = metricsOn({ db: database, locks });
  const allocation: AllocationParts = {
    locks,
    snapshotOf: keptSnapshots(),
    random: Math.random,
    tellExhausted: (...what) =>
      tellExhausted(database.single, ...what).catch((error: unknown) => {
        logger.warn({ err: error }, 'an exhausted pool was not told of'); // the refusal itself must still be answered
      }),
  };
  const made = sessionsOn({ database, keyRing, allocation, didsAmong: dids.among, metrics });
  const { createSession, listings, rehome } = made;
  const events = eventsOn(database, keyRing, { metrics, ...options });
  const vobiz = vobizJobs({ database, keyRing, accounts, base: options.vobizApiBase ?? null });
  const { rest } = vobiz;
  const parts = { database, keyRing, accounts, publicUrl, metrics, rest, openListingCall: listings.openCall };
  const voice = voiceOn({ ...parts, didsAmong: dids.among, createSession, allowed });
  const provisioning = provisioningOn({ database, accounts, dids, tenants, options, rest });

  return {
    database,
    master,
    logger,
    apiKeys,
    webhook: voice.webhook,
    authenticate: createAuthenticate(database.single, master, keys, rateLimits.wrongKey),
    rateLimits,
    handlers: {
      ...tenantHandlers(tenants),
      ...apiKeyHandlers({ tenants, apiKeys }),
      ...providerAccountHandlers(accounts, publicUrl),
      ...poolHandlers,
      ...capacityHandlers(createCapacityService(keyRing)),
      ...didHandlers(dids, tenants.enterOpen),
      ...sessionHandlers(sessions, createSession, rehome, voice.hangUpLive),
      ...listings.handlers,
      ...voice.handlers,
      ...deadJobsOn(),
      ...events.handlers,
      ...usageOn(database, tenants),
      ...provisioning.handlers,
    },
    jobs: metrics.watched.jobs([...jobsOn(database), ...vobiz.jobs, ...provisioning.jobs]),
    tasks: metrics.watched.tasks(queueTasks(events.tasks, voice.tasks, provisioning.tasks)),
    metrics,
    stopWaiting: events.stopWaiting,
    async close() {
      await Promise.all([events, voice, vobiz].map((part) => part.close()));
      await redis.close();
      await database.close();
    },
  };
}
