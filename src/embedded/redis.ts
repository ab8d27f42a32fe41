import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartFault } from '../kernel/start-fault.ts';
import { type Child, startChild } from './child.ts';
import { endProcess } from './end-process.ts';
import { findRedis } from './find-redis.ts';
import { identityOf, isAlive, parseIdentity } from './process-identity.ts';
import { makeFolder } from './reachable.ts';
import { childEnv } from './run-tool.ts';
import { makeSocketFolder } from './socket-folder.ts';

export type RunningRedis = { redisUrl: string; child: Child; stop: () => Promise<void> };

type Options = { dataDir: string; durable: boolean; path: string; log: (line: string) => void };

/** Reading back an append-only file of some hundred megabytes takes seconds. */
const readyWithinMs = 60_000;

export async function startRedis({ dataDir, durable, path, log }: Options): Promise<RunningRedis> {
  const binary = await findRedis({ path, dataDir, log });
  const pidFile = join(dataDir, 'redis.pid');
  await stopLeftoverRedis(pidFile);
  makeFolder(join(dataDir, 'redis'), 0o700);

  const sockets = await makeSocketFolder(join(dataDir, 'redis.socket'), null);
  const socket = join(sockets.path, 'redis.sock');
  const logFile = join(dataDir, 'redis.log');
  let child: Child | null = null;
  const stop = async () => {
    await child?.stop();
    rmSync(pidFile, { force: true });
    sockets.remove();
  };
  try {
    child = await startChild({
      name: 'Redis',
      file: binary.file,
      args: [...settings(durable), '--unixsocket', socket, '--dir', join(dataDir, 'redis')],
      env: { ...childEnv(''), ...binary.env },
      runAs: null,
      logFile,
      stopWith: [
        // On SIGTERM Redis writes out its append-only file and ends.
        { signal: 'SIGTERM', waitMs: 5_000 },
        { signal: 'SIGKILL', waitMs: 3_000 },
      ],
    });
    writeFileSync(pidFile, JSON.stringify(identityOf(child.pid)), { mode: 0o600 });
    await untilReady(child, socket, logFile);
    return { redisUrl: `redis://localhost/?path=${encodeURIComponent(socket)}`, child, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settings(durable: boolean): string[] {
  return [
    // No port at all: the socket's folder decides who may connect.
    ...['--port', '0', '--unixsocketperm', '700', '--daemonize', 'no', '--logfile', ''],
    ...['--appendonly', durable ? 'yes' : 'no', '--appendfsync', 'everysec', '--save', ''],
    // Full means an error, never a silently lost key.
    ...['--maxmemory-policy', 'noeviction'],
    // A crash report quotes the command at hand, and its words may be a phone number.
    ...['--crash-log-enabled', 'no'],
  ];
}

/** Redis writes no start time beside a pid and hides its command line, so we keep a pid file of our own. */
async function stopLeftoverRedis(pidFile: string): Promise<void> {
  const left = parseIdentity(readJson(pidFile));
  if (left === null || !isAlive(left)) return;
  await endProcess(left, 'The Redis', [
    { signal: 'SIGTERM', waitMs: 10_000 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ]);
}

async function untilReady(child: Child, socket: string, logFile: string): Promise<void> {
  const giveUpAt = Date.now() + readyWithinMs;
  while (!(await answersPing(socket))) {
    if (child.hasEnded()) throw new StartFault(`Redis did not start, see ${logFile}.\n${child.lastWords()}`);
    if (Date.now() > giveUpAt)
      throw new StartFault(`Redis is not ready after a minute, see ${logFile}.\n${child.lastWords()}`);
    await sleep(10);
  }
}

/** While it still reads its file, Redis answers -LOADING instead. */
function answersPing(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: 1_000 });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => answer(reply.toString('latin1').startsWith('+PONG')));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
    socket.once('close', () => answer(false));
  });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
