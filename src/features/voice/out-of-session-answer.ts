/** What the tenant's endpoint may say of a caller who is in no session. */
export type OutOfSessionAnswer =
  | { action: 'reject' | 'announce' | 'forward' }
  /** The body of a session in which the caller is party a; everything in it is to be looked at yet. */
  | { action: 'session'; session: Record<string, unknown> };

/** More than any session says of itself. */
export const MOST_ANSWER_BYTES = 16 * 1024;

/**
 * Reads an answer strictly: what we only half understand might connect somebody to the wrong person. Gives the reason, without
 * anything of the answer in it, when it cannot be used.
 */
export function readAnswer(status: number, body: string): { answer: OutOfSessionAnswer } | { fault: string } {
  if (status !== 200) return { fault: `it answered with status ${status}` };
  const read = parsed(body);
  if (!isObject(read)) return { fault: 'its answer is no JSON object' };
  const { action, session, ...more } = read;
  if (Object.keys(more).length > 0) return { fault: 'its answer has fields that are not known' };
  if (action === 'reject' || action === 'announce' || action === 'forward') {
    return session === undefined
      ? { answer: { action } }
      : { fault: 'its answer has a session, which only the action session has' };
  }
  if (action !== 'session') return { fault: 'its answer has no action that is known' };
  return isObject(session)
    ? { answer: { action, session } }
    : { fault: 'its answer has no session to create' };
}

/**
 * The body of `POST /v1/sessions` that an answer asks for: party a is the caller, on the DID that was dialled, in its pool. Null when
 * the answer says otherwise: nobody else is connected by this call.
 */
export function sessionBody(
  session: Record<string, unknown>,
  { caller, did, pool }: { caller: string; did: string; pool: string },
): Record<string, unknown> | null {
  const { parties, allocation, pool: named, ...rest } = session;
  if (!isObject(parties) || named !== undefined || allocation !== undefined) return null;
  const { a = {}, ...others } = parties;
  if (!isObject(a) || 'phone' in a || 'phones' in a) return null;
  return {
    ...rest,
    pool,
    parties: { a: { ...a, phone: caller }, ...others },
    allocation: { required_dids: { a: [did] } },
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
