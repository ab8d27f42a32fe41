import { seal, unseal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import { Failure, type Fault, invalid } from '../../kernel/errors.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { type CountryCode, type E164, last4, readPhone } from '../../kernel/phone.ts';
import type { Allow, Stage } from './session.ts';

/** What is allowed after the end of a session, as a request gives it. */
export type StageInput = { seconds: number; allow: Allow; forward_to?: string };
/** The same with the forward number read. */
export type ReadStage = { seconds: number; allow: Allow; forwardTo: E164 | null };
/** As a session keeps it: the forward number sealed for this stage of this session only, as base64. */
export type StoredStage = {
  seconds: number;
  allow: Allow;
  forward?: { sealed: string; key_version: number };
};

/** 180 days, as long as a session may last: a person's patience with an old number ends before it. */
const MOST_GRACE_SECONDS = 15_552_000;

/** Throws invalid_request when they last too long together, invalid_phone with a fault for each wrong forward number. */
export function readStages(inputs: readonly StageInput[], country: CountryCode): ReadStage[] {
  if (graceSecondsOf(inputs) > MOST_GRACE_SECONDS) {
    const most = `may last ${MOST_GRACE_SECONDS} seconds together at most`;
    throw invalid('invalid_request', '/after_end', most);
  }
  const faults: Fault[] = [];
  const stages = inputs.map(({ seconds, allow, forward_to: text }, place) => {
    const forwardTo = text === undefined ? null : readPhone(text, country);
    if (text !== undefined && forwardTo === null) {
      faults.push({ pointer: pointerTo(place), message: 'is not a valid phone number' });
    }
    return { seconds, allow, forwardTo };
  });
  if (faults.length > 0)
    throw new Failure('invalid_phone', 'A forward_to is not a valid phone number.', { faults });
  return stages;
}

export function graceSecondsOf(stages: readonly { seconds: number }[]): number {
  return stages.reduce((sum, { seconds }) => sum + seconds, 0);
}

export function forwardNumbersOf(stages: readonly ReadStage[]): E164[] {
  return stages.flatMap(({ forwardTo }) => forwardTo ?? []);
}

/** Throws phone_is_a_did: a call that is forwarded to a masking number of ours would come back to us. */
export function refuseForwardToDids(stages: readonly ReadStage[], dids: readonly string[]): void {
  const faults = stages.flatMap(({ forwardTo }, place) =>
    forwardTo !== null && dids.includes(forwardTo)
      ? [{ pointer: pointerTo(place), message: 'is one of your masking numbers' }]
      : [],
  );
  if (faults.length > 0)
    throw new Failure('phone_is_a_did', 'Nobody can be forwarded to a masking number.', { faults });
}

function pointerTo(place: number): string {
  return `/after_end/${place}/forward_to`;
}

export function storedStages(
  keys: TenantKeys,
  tenantId: TenantId,
  sessionId: string,
  stages: readonly ReadStage[],
): StoredStage[] {
  return stages.map(({ seconds, allow, forwardTo }, place) => {
    if (forwardTo === null) return { seconds, allow };
    const sealed = seal(keys.dataKey, forwardTo, placeOf(tenantId, sessionId, place + 1));
    return { seconds, allow, forward: { sealed: sealed.toString('base64'), key_version: keys.version } };
  });
}

/** The real number. Throws when the blob was sealed for another tenant, session or stage. `stage`: from 1. */
export function openForward(
  keys: TenantKeys,
  tenantId: TenantId,
  sessionId: string,
  stage: number,
  sealed: Buffer,
): E164 {
  return unseal(keys.dataKey, sealed, placeOf(tenantId, sessionId, stage)).toString() as E164;
}

/** Stages as they were read once, from how they are kept. @param keysOf the tenant's keys of a version */
export async function openStages(
  stored: readonly StoredStage[],
  tenantId: TenantId,
  sessionId: string,
  keysOf: (version: number) => Promise<TenantKeys>,
): Promise<ReadStage[]> {
  const stages: ReadStage[] = [];
  for (const [place, { seconds, allow, forward }] of stored.entries()) {
    if (forward === undefined) {
      stages.push({ seconds, allow, forwardTo: null });
      continue;
    }
    const keys = await keysOf(forward.key_version);
    const sealed = Buffer.from(forward.sealed, 'base64');
    stages.push({ seconds, allow, forwardTo: openForward(keys, tenantId, sessionId, place + 1, sealed) });
  }
  return stages;
}

/** As the tenant sees them. */
export function shownStages(stages: readonly ReadStage[]): Stage[] {
  return stages.map(({ seconds, allow, forwardTo }) => ({
    seconds,
    allow,
    forwardToLast4: forwardTo === null ? null : last4(forwardTo),
  }));
}

function placeOf(tenantId: TenantId, sessionId: string, stage: number): string {
  return `${tenantId}|sessions.after_end|${sessionId}|${stage}`;
}
