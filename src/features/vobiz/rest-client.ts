import { Agent, errors, request } from 'undici';
import { readRetryAfter } from '../../kernel/retry-after.ts';

export type Credentials = { authId: string; authToken: string };

export type RestMethod = 'GET' | 'POST' | 'DELETE';

/** What Vobiz answered: `body` is read JSON, null when there is none or it is not to be read. `found` is any 2xx. */
export type RestAnswer =
  | { kind: 'found'; status: number; body: unknown }
  /** It knows no such thing: by a 404, or by an envelope with an error under 200. */
  | { kind: 'unknown' }
  /** It does not let this account ask, or not so: its credentials, its balance, the request itself. `body` says why. */
  | { kind: 'refused'; status: number; body: unknown }
  | { kind: 'limited'; retryAfterSeconds: number | null }
  /** Nobody knows whether a POST or DELETE was carried out. */
  | { kind: 'failed'; reason: 'timeout' | 'connection' | 'server_error' };

/** Asks Vobiz as one of our accounts. Never throws for what Vobiz answers. */
export type RestConnection = {
  /**
   * @param account ours; its credentials are asked for and opened for this one request
   * @param path below the account, with its query, in exactly the documented casing and slashes: another form gives 401 or 404
   * @param json body of a POST
   */
  ask(account: string, method: RestMethod, path: string, json?: object): Promise<RestAnswer>;
  close(): Promise<void>;
};

/** What takes longer is not worth holding a turn for. */
const TIMEOUT_MS = 10_000;
/** A record has some kilobytes, a page of numbers some tens. */
const MOST_BYTES = 1024 * 1024;
/** One process asks for so many at once; nobody has published what Vobiz allows. */
const CONNECTIONS = 4;
/** However long it asks us to wait, it is asked again on the same day. */
const MOST_RETRY_AFTER_SECONDS = 3_600;

/**
 * The one way to Vobiz' REST interface. Neither a token nor a body gets into an error or a log.
 *
 * @param base such as https://api.vobiz.ai/api/v1
 * @param credentialsOf null: this account has none that may be used
 */
export function connectRest(parts: {
  base: string;
  credentialsOf: (account: string) => Promise<Credentials | null>;
  timeoutMs?: number;
}): RestConnection {
  const timeoutMs = parts.timeoutMs ?? TIMEOUT_MS;
  const base = parts.base.replace(/\/+$/, '');
  const agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: MOST_BYTES,
  });

  return {
    async ask(account, method, path, json) {
      const credentials = await parts.credentialsOf(account);
      if (credentials === null) return { kind: 'refused', status: 401, body: null };
      const { authId, authToken } = credentials;
      try {
        const { statusCode, headers, body } = await request(
          `${base}/Account/${encodeURIComponent(authId)}/${path}`,
          {
            dispatcher: agent,
            method,
            headers: {
              'X-Auth-ID': authId,
              'X-Auth-Token': authToken,
              Accept: 'application/json',
              ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
            },
            body: json === undefined ? null : JSON.stringify(json),
            // The other limits are for silence; this one is for all of it.
            signal: AbortSignal.timeout(timeoutMs),
          },
        );
        const retryAfterSeconds = readRetryAfter(headers['retry-after'], Date.now());
        return answerOf(statusCode, jsonOf(await body.text()), retryAfterSeconds);
      } catch (error) {
        return { kind: 'failed', reason: isTimeout(error) ? 'timeout' : 'connection' };
      }
    },
    // Whoever still waits is not waited for: what was asked for is asked for again.
    close: () => agent.destroy(),
  };
}

function answerOf(status: number, body: unknown, retryAfterSeconds: number | null): RestAnswer {
  if (status === 429) {
    const asked = retryAfterSeconds ?? retryAfterIn(body);
    return {
      kind: 'limited',
      retryAfterSeconds: asked === null ? null : Math.min(asked, MOST_RETRY_AFTER_SECONDS),
    };
  }
  if (status === 404) return { kind: 'unknown' };
  if (status >= 500) return { kind: 'failed', reason: 'server_error' };
  if (status < 200 || status >= 300) return { kind: 'refused', status, body };
  // Of several ways to say that there is none, one is an envelope with an error under 200.
  if (saysNotFound(body)) return { kind: 'unknown' };
  return { kind: 'found', status, body };
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
