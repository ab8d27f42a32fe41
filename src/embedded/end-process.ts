import { setTimeout as sleep } from 'node:timers/promises';
import { StartFault } from '../kernel/start-fault.ts';
import { send } from './child.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

/** Ends a process that is not our child, so that only looking again tells that it has gone. */
export async function endProcess(
  process_: ProcessIdentity,
  name: string,
  steps: { signal: NodeJS.Signals; waitMs: number }[],
): Promise<void> {
  for (const { signal, waitMs } of steps) {
    send(process_.pid, signal);
    for (const giveUpAt = Date.now() + waitMs; Date.now() < giveUpAt; await sleep(20)) {
      if (!isAlive(process_)) return;
    }
  }
  throw new StartFault(`${name} of an earlier run (pid ${process_.pid}) cannot be stopped: end it by hand.`);
}
