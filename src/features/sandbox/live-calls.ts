import type { Call, Leg, RunningRecording } from './call.ts';
import type { Method } from './delivery.ts';
import type { Account } from './estate.ts';
import { mainOf } from './estate.ts';
import { causes } from './hangup-causes.ts';
import { press, tellLeg } from './leg-life.ts';
import type { Network } from './network.ts';
import { startRecording, stopRecording } from './recordings.ts';

/** What the API does with calls that are going on. Everything answers null or false for a call that is over. */

export type Target = { url: string; method: Method };

/** A call of the account, or of one of its sub-accounts. */
export function liveCall(network: Network, account: Account, uuid: string): Call | null {
  const call = [...network.stage.live.values()].find((one) => [...one.legs].some((leg) => leg.uuid === uuid));
  return call !== undefined && isOf(account, call.account) ? call : null;
}

export function liveCalls(network: Network, account: Account): Call[] {
  return [...network.stage.live.values()].filter((call) => isOf(account, call.account));
}

export function isOf(account: Account, owner: Account): boolean {
  return owner === account || (account.parent === null && mainOf(owner) === account);
}

/** By the id of a leg: that leg ends, and with an A leg the call. */
export function hangUpCall(call: Call, uuid: string): void {
  const leg = [...call.legs].find((one) => one.uuid === uuid) ?? call.leg;
  tellLeg(leg, { kind: 'over', cause: causes.normal, source: 'API Request' });
}

/** Sends one leg or both to another document. False when there is no such leg. */
export function transferCall(call: Call, aleg: Target | null, bleg: Target | null): boolean {
  const other = bridgedLegOf(call);
  if (bleg !== null && other === null) return false;
  // The B leg first: the A leg would end it.
  if (bleg !== null && other !== null) tellLeg(other, { kind: 'transfer', ...bleg });
  if (aleg !== null) tellLeg(call.leg, { kind: 'transfer', ...aleg });
  return true;
}

export function recordCall(
  network: Network,
  call: Call,
  of: { format: 'mp3' | 'wav'; mostSeconds: number; callback: Target | null },
): RunningRecording | null {
  const { format, callback, mostSeconds } = of;
  const id = network.stage.nextId();
  return startRecording(network.stage, call, {
    id,
    format,
    kind: 'api',
    callback,
    mostMs: mostSeconds * 1_000,
  });
}

/** Stops the recordings that were started over REST. False when there was none. */
export function stopRecordingCall(network: Network, call: Call): boolean {
  const running = call.recordings.filter(({ kind }) => kind === 'api');
  for (const recording of running) stopRecording(network.stage, call, recording, 'FinishedOnKey');
  return running.length > 0;
}

/** Sends tones to a leg, as if somebody pressed keys. */
export function sendTones(network: Network, call: Call, leg: 'aleg' | 'bleg', digits: string): boolean {
  const to: Leg | null = leg === 'aleg' ? call.leg : bridgedLegOf(call);
  if (to === null) return false;
  press(network.stage, to, digits.replace(/[^0-9*#]/g, ''));
  return true;
}

function bridgedLegOf(call: Call): Leg | null {
  return [...call.legs].find((leg) => leg !== call.leg && leg.bridgedAt !== null) ?? null;
}
