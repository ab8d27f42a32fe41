import { Agent, errors, request } from 'undici';
import { readRetryAfter } from '../../kernel/retry-after.ts';
import { type CdrAnswer, readCdr } from './cdr.ts';

export type Credentials = { authId: string; authToken: string };

export type VobizRest = {
  /** @param account ours; its credentials are asked for and opened for this one request */
  fetchCdr(account: string, callUuid: string): Promise<CdrAnswer>;
  close(): Promise<void>;
};

/** A record is looked up by its id. What takes longer is not worth holding a turn for. */
const TIMEOUT_MS = 10_000;
/** A record has some kilobytes. */
const MOST_BYTES = 256 * 1024;
/** One process asks for so many at once; nobody has published what Vobiz allows. */
const CONNECTIONS = 4;
/** However long it asks us to wait, it is asked again on the same day. */
const MOST_RETRY_AFTER_SECONDS = 3_600;

/**
 * The part of Vobiz' REST interface that jobs use. Casing and slashes of paths are as documented: another form gives 401 or 404.
 * Neither a token nor a body gets into an error or a log.
 *
 * @param base such as https://api.vobiz.ai/api/v1
 * @param credentialsOf null: this account has none that may be used
 */
export function createVobizRest(parts: {
  base: string;
  credentialsOf: (account: string) => Promise<Credentials | null>;
  timeoutMs?: number;
}): VobizRest {
  const timeoutMs = parts.timeoutMs ?? TIMEOUT_MS;
  const base = parts.base.replace(/\/+$/, '');
  const agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MOST_BYTES,
  });

  const get = async ({ authId, authToken }: Credentials, path: string): Promise<Answer> => {
    const url = `${base}/Account/${encodeURIComponent(authId)}/${path}`;
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: agent,
        headers: { 'X-Auth-ID': authId, 'X-Auth-Token': authToken, Accept: 'application/json' },
        // The other limits are for silence; this one is for all of it.
        signal: AbortSignal.timeout(timeoutMs),
      });
      const retryAfterSeconds = readRetryAfter(headers['retry-after'], Date.now());
      return { status: statusCode, retryAfterSeconds, text: await body.text() };
    } catch (error) {
      return { status: null, reason: isTimeout(error) ? 'timeout' : 'connection' };
    }
  };

  return {
    async fetchCdr(account, callUuid) {
      const credentials = await parts.credentialsOf(account);
      if (credentials === null) return { kind: 'refused', status: 401 };
      return cdrAnswer(await get(credentials, `cdr/${encodeURIComponent(callUuid)}`), callUuid);
    },
    // Whoever still waits is not waited for: what was asked for is asked for again.
    close: () => agent.destroy(),
  };
}

type Answer =
  | { status: number; retryAfterSeconds: number | null; text: string }
  | { status: null; reason: 'timeout' | 'connection' };

function cdrAnswer(answer: Answer, callUuid: string): CdrAnswer {
  if (answer.status === null) return { kind: 'failed', reason: answer.reason };
  const { status } = answer;
  const body = jsonOf(answer.text);
  if (status === 429) {
    const asked = answer.retryAfterSeconds ?? retryAfterIn(body);
    const retryAfterSeconds = asked === null ? null : Math.min(asked, MOST_RETRY_AFTER_SECONDS);
    return { kind: 'limited', retryAfterSeconds };
  }
  if (status === 404) return { kind: 'unknown' };
  if (status >= 500) return { kind: 'failed', reason: 'server_error' };
  if (status >= 400) return { kind: 'refused', status };
  const cdr = status === 200 ? readCdr(body, callUuid) : null;
  if (cdr !== null) return { kind: 'found', cdr };
  // Of several ways to say that there is none, one is an envelope with an error under 200.
  return saysNotFound(body) ? { kind: 'unknown' } : { kind: 'failed', reason: 'unreadable' };
}

function isTimeout(error: unknown): boolean {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return true;
  return error instanceof errors.ConnectTimeoutError || (error as Error)?.name === 'TimeoutError';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `{ error: { details: { retryAfter } } }`, as the page on errors has it. */
function retryAfterIn(body: unknown): number | null {
  const seconds = partOf(partOf(partOf(body, 'error'), 'details'), 'retryAfter');
  return typeof seconds === 'number' && Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}

/** The four envelopes of errors that are known: `error` is an object with a code, or the text itself. */
function saysNotFound(body: unknown): boolean {
  const error = partOf(body, 'error');
  const said = [error, partOf(error, 'code'), partOf(error, 'message'), partOf(body, 'message')];
  return error !== undefined && said.some((text) => typeof text === 'string' && /not[ _]?found/i.test(text));
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
