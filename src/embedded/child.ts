import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartFault } from '../kernel/start-fault.ts';

/** The user a child runs as; null = the same as we. */
export type RunAs = { uid: number; gid: number } | null;

export type ChildPlan = {
  name: string;
  file: string;
  args: string[];
  env: Record<string, string>;
  runAs: RunAs;
  logFile: string;
  /** Signals tried in turn to end it, each with the time it is given before the next. */
  stopWith: { signal: NodeJS.Signals; waitMs: number }[];
};

export type Child = {
  name: string;
  logFile: string;
  pid: number;
  /** Settles when the process has ended, with how; never rejects. */
  ended: Promise<string>;
  hasEnded: () => boolean;
  stop: () => Promise<void>;
  /** The last lines it wrote since this start, on one line. */
  lastWords: () => string;
};

/** A log is kept over restarts but not for ever: past this size it is set aside once, as `<log>.1`. */
const logLimitBytes = 16 * 1024 * 1024;

/**
 * Starts a server as a child in its own process group, so that a Ctrl-C at the terminal reaches only us and we end
 * our children in order. It is told to end when we exit without having stopped it.
 */
export async function startChild(plan: ChildPlan): Promise<Child> {
  const log = openLog(plan.logFile);
  const process_ = await spawned(plan, log.fd).finally(() => closeSync(log.fd));
  const pid = process_.pid as number;

  let end: string | null = null;
  const ended = new Promise<string>((resolve) => {
    process_.once('exit', (code, signal) => {
      end = signal === null ? `exit code ${code}` : `signal ${signal}`;
      process.off('exit', endWithUs);
      resolve(end);
    });
  });
  const endWithUs = () => {
    if (end === null) send(pid, plan.stopWith[0]?.signal ?? 'SIGTERM');
  };
  process.on('exit', endWithUs);
  // A process with nothing else to do may end; the line above then ends the child.
  process_.unref();

  const stop = async () => {
    for (const { signal, waitMs } of plan.stopWith) {
      if (end !== null) return;
      send(pid, signal);
      await within(ended, waitMs);
    }
  };
  return {
    name: plan.name,
    logFile: plan.logFile,
    pid,
    ended,
    hasEnded: () => end !== null,
    stop,
    lastWords: () => readEnd(plan.logFile, log.from),
  };
}

/** The outcome, or null when it takes longer; the timer keeps Node alive meanwhile, an unref'd child would not. */
export async function within<T>(outcome: Promise<T>, waitMs: number): Promise<T | null> {
  const stopWaiting = new AbortController();
  const timer = sleep(waitMs, null, { signal: stopWaiting.signal }).catch(() => null);
  try {
    return await Promise.race([outcome, timer]);
  } finally {
    stopWaiting.abort();
  }
}

export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself: that is what we wanted.
  }
}

function spawned(plan: ChildPlan, logFd: number): Promise<ChildProcess> {
  const fault = (error: Error) =>
    new StartFault(`${plan.name} could not be started: ${error.message} (${plan.file}).`, { cause: error });
  return new Promise((resolve, reject) => {
    try {
      const child = spawn(plan.file, plan.args, {
        // Not our folder: as another user it may not be readable for the child.
        cwd: '/',
        env: plan.env,
        detached: true,
        stdio: ['ignore', logFd, logFd],
        ...(plan.runAs ?? {}),
      });
      child.once('spawn', () => resolve(child));
      child.once('error', (error) => reject(fault(error)));
    } catch (error) {
      reject(fault(error as Error));
    }
  });
}

/** We open the log, not the child: it may run as a user who cannot reach the folder. */
function openLog(path: string): { fd: number; from: number } {
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > logLimitBytes) renameSync(path, `${path}.1`);
    const fd = openSync(path, 'a', 0o600);
    return { fd, from: fstatSync(fd).size };
  } catch (error) {
    throw new StartFault(`The log ${path} cannot be written: ${(error as Error).message}.`, { cause: error });
  }
}

function readEnd(path: string, from: number): string {
  try {
    const lines = readFileSync(path).subarray(from).toString('utf8').split('\n');
    const said = lines.map((line) => line.trim()).filter((line) => line !== '');
    return said.slice(-3).join(' | ').slice(-400);
  } catch {
    return '';
  }
}
