import stableStringify from 'safe-stable-stringify';
import { keyedDigest, sameBytes } from '../crypto/digest.ts';
import type { MasterKey } from '../crypto/master-key.ts';
import { seal, unseal } from '../crypto/sealing.ts';
import type { Unit } from '../db/database.ts';
import { Failure } from '../kernel/errors.ts';
import type { Actor } from './contract.ts';
import { claimKey, type KeyScope, keepReply } from './idempotency-store.ts';
import type { Operation } from './spec.ts';

export type Answer = { status: number; body: unknown; replayed?: true };

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The key of a request, without the quotes that the IETF draft (draft-ietf-httpapi-idempotency-key-header) puts around it.
 * Null when there is none. Throws idempotency_key_required (400) or invalid_request (422).
 */
export function readIdempotencyKey(header: string | undefined, operation: Operation): string | null {
  if (operation.idempotency === 'none') return null;
  if (header === undefined) {
    if (operation.idempotency === 'optional') return null;
    const faults = [{ pointer: '/headers/idempotency-key', message: 'is required' }];
    throw new Failure(
      'idempotency_key_required',
      'Send an Idempotency-Key, unique for what you want to create.',
      {
        faults,
      },
    );
  }
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (KEY.test(key)) return key;
  const faults = [
    { pointer: '/headers/idempotency-key', message: 'must be 1 to 255 printable characters without spaces' },
  ];
  throw new Failure('invalid_request', 'The Idempotency-Key is not valid.', { faults });
}

/** Whose key it is. The key itself is kept as a digest: clients make keys of what they have, and that may be a number. */
export function keyScope(master: MasterKey, actor: Actor, key: string): KeyScope {
  const owner = actor.kind === 'operator' ? 'operator' : actor.tenantId;
  const livemode = actor.kind === 'operator' || actor.livemode;
  return {
    owner,
    livemode,
    key: keyedDigest(master, 'idempotency_key', `${owner}|${key}`).toString('base64url'),
  };
}

/** What makes two requests the same: who, which operation on which object, and the body whatever its key order. */
export function fingerprintOf(
  master: MasterKey,
  scope: KeyScope,
  request: { method: string; path: string; body: unknown },
): Buffer {
  // Keyed, because a body holds phone numbers and those are few enough to be guessed from a plain digest.
  const body = stableStringify(request.body) ?? '';
  return keyedDigest(master, 'fingerprint', `v1|${scope.owner}|${request.method}|${request.path}|${body}`);
}

export function sealAnswer(master: MasterKey, scope: KeyScope, answer: Answer): Buffer {
  return seal(master.replies, JSON.stringify(answer.body), contextOf(scope));
}

/** The kept answer. Throws idempotency_key_in_use (409) when there is none yet, idempotency_key_reused (422). */
export function keptAnswer(
  master: MasterKey,
  scope: KeyScope,
  fingerprint: Buffer,
  kept: { fingerprint: Buffer | null; status: number | null; sealedReply: Buffer | null },
): Answer {
  if (kept.fingerprint === null || kept.status === null || kept.sealedReply === null) {
    const message = 'The first request with this Idempotency-Key has not been answered yet.';
    throw new Failure('idempotency_key_in_use', message, { retryAfterSeconds: 1 });
  }
  if (!sameBytes(kept.fingerprint, fingerprint)) {
    const message = 'This Idempotency-Key was used for a request with another path or body.';
    throw new Failure('idempotency_key_reused', message, {
      faults: [{ pointer: '/headers/idempotency-key', message: 'was used for another request' }],
    });
  }
  const body: unknown = JSON.parse(unseal(master.replies, kept.sealedReply, contextOf(scope)).toString());
  return { status: kept.status, body, replayed: true };
}

/**
 * Runs `work` once per key: the key's row, the effects and the stored answer commit together, so a failure leaves nothing
 * behind and may be tried again with the same key. Throws idempotency_key_in_use (409), idempotency_key_reused (422).
 */
export async function runOnce(
  unit: Unit,
  master: MasterKey,
  scope: KeyScope,
  fingerprint: Buffer,
  work: () => Promise<Answer>,
): Promise<Answer> {
  let state = await claimKey(unit, scope, fingerprint);
  // The other request committed after this statement had begun: only the next statement can see its row.
  if (state.held && !state.fresh && state.fingerprint === null)
    state = await claimKey(unit, scope, fingerprint);
  if (state.fresh) {
    const reply = await work();
    await keepReply(unit, scope, reply.status, sealAnswer(master, scope, reply));
    return reply;
  }
  const { status, sealed_reply: sealedReply } = state;
  return keptAnswer(master, scope, fingerprint, {
    fingerprint: state.held ? state.fingerprint : null,
    status,
    sealedReply,
  });
}

function contextOf(scope: KeyScope): string {
  return `${scope.owner}|${scope.livemode ? 'live' : 'test'}|idempotency_keys|${scope.key}`;
}
