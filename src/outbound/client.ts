import { Agent, type Dispatcher } from 'undici';
import type { AllowedNetworks } from '../kernel/networks.ts';
import { readRetryAfter } from '../kernel/retry-after.ts';
import { createDial, DialFault, type Lookup, systemLookup } from './dial.ts';
import { whyUrlRefused } from './url-rules.ts';

export type { AllowedNetworks, Lookup };
export { whyUrlRefused };

export type OutboundFailure =
  | 'timeout'
  | 'address_refused'
  | 'dns'
  | 'tls'
  | 'connection'
  | 'response_too_large';

export type OutboundAnswer =
  | { kind: 'answered'; status: number; retryAfterSeconds: number | null }
  | { kind: 'failed'; reason: OutboundFailure };

export type OutboundRequest = {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** For all of it: name, connection, request, and the answer to its end. */
  timeoutMs: number;
  /** Gives up sooner; the answer is then `timeout` as well, and whoever has aborted knows better. */
  signal?: AbortSignal;
};

/** What a question gets: the answer's body as well, of so many bytes at most, as text. */
export type OutboundReply =
  | { kind: 'answered'; status: number; body: string }
  | { kind: 'failed'; reason: OutboundFailure };

export type Outbound = {
  /** Never throws for what the other side does. */
  post(request: OutboundRequest): Promise<OutboundAnswer>;
  /** The same for a question whose answer is read. One of more bytes is `response_too_large`, and is cut. */
  ask(request: OutboundRequest, mostBytes: number): Promise<OutboundReply>;
  /** Cuts what is under way. */
  close(): Promise<void>;
};

/** Read so that the connection can be used again; of a webhook's answer nothing is used. Nobody answers one with more. */
const MOST_BODY_BYTES = 64 * 1024;
const MOST_HEADER_BYTES = 16 * 1024;
/** Of one receiver at once. Many tenants may share one (an integration platform), so it is no small number. */
const MOST_CONNECTIONS = 100;
/** Shorter than what servers grant (Node's own: 5 s), which is what makes them close a connection just when it is used. */
const KEEP_ALIVE_MS = 4_000;
/** However long a receiver says: after this its name is asked, and its address looked at, anew. */
const LONGEST_KEEP_ALIVE_MS = 30_000;

/**
 * The one way out to addresses that tenants have chosen. It reaches the public internet by https, and `allowed` networks;
 * nothing else, whatever a name leads to. Redirects are answers. Connections are kept for the same scheme, host and port only.
 */
export function createOutbound(options: {
  allowed: AllowedNetworks;
  lookup?: Lookup;
  ca?: string;
}): Outbound {
  const { allowed, lookup = systemLookup(), ca } = options;
  const agent = new Agent({
    connect: createDial({ allowed, lookup, ...(ca === undefined ? {} : { ca }) }),
    connections: MOST_CONNECTIONS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: LONGEST_KEEP_ALIVE_MS,
    maxHeaderSize: MOST_HEADER_BYTES,
  });

  const within = async (request: OutboundRequest, mostBytes: number): Promise<Exchanged | Failed> => {
    if (whyUrlRefused(request.url, allowed) !== null) return failed('address_refused');
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, request.timeoutMs);
    request.signal?.addEventListener('abort', end);
    try {
      if (request.signal?.aborted === true) return failed('timeout');
      // A request that still waits for its connection does not hear of an abort, and is dropped once there is one.
      return await Promise.race([
        exchange(agent, request, ending.signal, mostBytes),
        rejectedBy(ending.signal),
      ]);
    } catch (error) {
      return failed(ending.signal.aborted ? 'timeout' : reasonOf(error));
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', end);
    }
  };
  return {
    async post(request) {
      const answer = await within(request, MOST_BODY_BYTES);
      if (answer.kind === 'failed') return answer;
      const { kind, status, retryAfterSeconds } = answer;
      return { kind, status, retryAfterSeconds };
    },
    async ask(request, mostBytes) {
      const answer = await within(request, mostBytes);
      if (answer.kind === 'failed') return answer;
      const { kind, status, body } = answer;
      return { kind, status, body: body.toString('utf8') };
    },
    close: () => agent.destroy(),
  };
}

type Exchanged = { kind: 'answered'; status: number; retryAfterSeconds: number | null; body: Buffer };
type Failed = { kind: 'failed'; reason: OutboundFailure };

async function exchange(
  agent: Agent,
  { url, headers, body }: OutboundRequest,
  signal: AbortSignal,
  mostBytes: number,
): Promise<Exchanged | Failed> {
  const { origin, pathname, search } = new URL(url);
  const response = await agent.request({
    origin,
    path: `${pathname}${search}`,
    method: 'POST',
    headers,
    body,
    signal,
  });
  const read = await readBody(response.body, mostBytes);
  if (read === null) return failed('response_too_large');
  return {
    kind: 'answered',
    status: response.statusCode,
    retryAfterSeconds: readRetryAfter(response.headers['retry-after'], Date.now()),
    body: read,
  };
}

/** Null when there is more than anybody has to send us; the connection is then cut. */
async function readBody(body: Dispatcher.ResponseData['body'], mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function failed(reason: OutboundFailure): Failed {
  return { kind: 'failed', reason };
}

function reasonOf(error: unknown): OutboundFailure {
  if (error instanceof DialFault) return error.reason;
  const code = (error as { code?: string }).code ?? '';
  // What we have put into the request ourselves.
  if (code === 'UND_ERR_INVALID_ARG') throw error;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'response_too_large';
  return code.endsWith('TIMEOUT') ? 'timeout' : 'connection';
}
