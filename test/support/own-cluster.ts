import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findRedis } from '../../src/embedded/find-redis.ts';
import type { RedisBinary } from '../../src/embedded/redis-binary.ts';

const MASTERS = 3;
const NODES = 6;
const SLOTS = 16_384;
/** Something is wrong with a cluster that is not whole by then. */
const WHOLE_WITHIN_MS = 20_000;

export type OwnNode = {
  readonly port: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: its connections stay open, nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on its port; it still knows the cluster. */
  start(): Promise<void>;
};

/** A Redis Cluster of one test's own on loopback: three masters, each with a replica. */
export type OwnCluster = {
  /** All six, as REDIS_URL takes them. */
  readonly url: string;
  readonly nodes: readonly OwnNode[];
  /** The node that serves a slot, as the others tell: the lost one until they replaced it. */
  masterOf(slot: number): Promise<OwnNode>;
  /** Asks any node that answers. */
  ask(...command: [string, ...(string | number)[]]): Promise<unknown>;
  /** Resolves when all six are up and each master has its replica again. */
  whole(): Promise<void>;
  /** Kills all and removes their folder. */
  remove(): Promise<void>;
};

/**
 * Starts six servers (TEST_REDIS_BINARY, or the Redis that the embedded default finds) and makes them a cluster.
 *
 * @param nodeTimeoutMs how long a node is silent before the others replace it
 */
export async function startOwnCluster(nodeTimeoutMs: number): Promise<OwnCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'mp-cluster-'));
  const given = process.env.TEST_REDIS_BINARY;
  const binary =
    given === undefined
      ? await findRedis({ path: process.env.PATH ?? '', dataDir: folder, log: () => undefined })
      : { file: given, env: {} };
  const ports = await freePorts(2 * NODES);
  const nodes = Array.from({ length: NODES }, (_, i) =>
    createNode(binary, folder, nodeTimeoutMs, ports[2 * i] ?? 0, ports[2 * i + 1] ?? 0),
  );
  const clients = nodes.map(({ port }) => {
    const client = new Redis(port, '127.0.0.1', { commandTimeout: 1_000, retryStrategy: () => 50 });
    client.on('error', () => undefined); // tests kill nodes
    return client;
  });
  const anyone = async (...[name, ...args]: [string, ...(string | number)[]]): Promise<unknown> => {
    // A frozen node answers nobody, and one that is back from a loss may believe in the past for a moment.
    return Promise.any(
      clients.filter((client) => client.status === 'ready').map((client) => client.call(name, ...args)),
    );
  };
  const own: OwnCluster = {
    url: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
    nodes,
    ask: anyone,
    async masterOf(slot) {
      const ranges = (await anyone('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
      const range = ranges.find(([from, to]) => from <= slot && slot <= to);
      const node = nodes.find(({ port }) => port === range?.[2][1]);
      if (node === undefined) throw new Error(`slot ${slot} has no master`);
      return node;
    },
    async whole() {
      const deadline = Date.now() + WHOLE_WITHIN_MS;
      while (!(await Promise.all(clients.map(seesAll))).every(Boolean)) {
        if (Date.now() > deadline) throw new Error('the cluster is not whole in time');
        await pause(50);
      }
    },
    async remove() {
      for (const client of clients) client.disconnect();
      await Promise.all(nodes.map((node) => node.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    await introduce(nodes, ports, clients);
    await own.whole();
  } catch (error) {
    await own.remove();
    throw error;
  }
  return own;
}

/** What `redis-cli --cluster create` does, for machines that have the server alone. */
async function introduce(nodes: readonly OwnNode[], ports: readonly number[], clients: readonly Redis[]) {
  const share = Math.ceil(SLOTS / MASTERS);
  const ids: string[] = [];
  for (const [i, client] of clients.entries()) {
    ids.push(String(await client.call('CLUSTER', 'MYID')));
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    if (i < MASTERS) {
      const last = Math.min((i + 1) * share, SLOTS) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', i * share, last);
    }
    if (i > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]?.port ?? 0, ports[1] ?? 0);
  }
  for (const [i, client] of clients.entries()) {
    const master = ids[i - MASTERS];
    if (master === undefined) continue;
    // It has to hear of its master first.
    const deadline = Date.now() + WHOLE_WITHIN_MS;
    while (!(await client.call('CLUSTER', 'REPLICATE', master).catch(() => null))) {
      if (Date.now() > deadline) throw new Error('the nodes do not find each other');
      await pause(20);
    }
  }
}

/** Whether this node is up, knows all others as up, and, being a replica, has its master's data. */
async function seesAll(client: Redis): Promise<boolean> {
  const told = await Promise.all([
    client.call('CLUSTER', 'INFO'),
    client.call('CLUSTER', 'NODES'),
    client.info('replication'),
  ]).catch(() => null);
  if (told === null) return false;
  const [info, list, replication] = told.map(String) as [string, string, string];
  const lines = list.trim().split('\n');
  return (
    /cluster_state:ok/.test(info) &&
    lines.length === NODES &&
    lines.every((line) => !/fail|handshake|noaddr|disconnected/.test(line)) &&
    lines.filter((line) => /master/.test(line)).length === MASTERS &&
    (/role:master/.test(replication)
      ? /connected_slaves:1/.test(replication)
      : /master_link_status:up/.test(replication))
  );
}

function createNode(
  binary: RedisBinary,
  folder: string,
  nodeTimeoutMs: number,
  port: number,
  busPort: number,
): OwnNode {
  let server: ChildProcess | null = null;
  // A test file that dies must not leave servers behind.
  process.on('exit', () => void server?.kill('SIGKILL'));
  const settings = {
    port,
    'cluster-port': busPort,
    bind: '127.0.0.1',
    dir: folder,
    dbfilename: `${port}.rdb`,
    save: '',
    'cluster-enabled': 'yes',
    'cluster-config-file': `${port}.conf`,
    'cluster-node-timeout': nodeTimeoutMs,
    // As docs/operations.md advises: a lost master concerns its own keys only.
    'cluster-require-full-coverage': 'no',
    'repl-diskless-sync-delay': 0,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return {
    port,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async kill() {
      const dying = server;
      server = null;
      if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return;
      const gone = once(dying, 'exit');
      dying.kill('SIGKILL');
      await gone;
    },
    async start() {
      const started = spawn(binary.file, flags, {
        env: { ...process.env, ...binary.env },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      server = started;
      await new Promise<void>((resolve, reject) => {
        let said = '';
        started.once('error', reject);
        started.once('exit', () => reject(new Error(`a node ended: ${said}`)));
        started.stdout?.on('data', (chunk: Buffer) => {
          if (said.length < 10_000) said += chunk.toString();
          if (/ready to accept connections/i.test(said)) resolve();
        });
      });
    },
  };
}

/** Below the range that outgoing connections are given, so that a killed node finds its port free. */
async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    held.push(server);
    ports.push(port);
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
