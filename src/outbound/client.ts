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

export type Outbound = {
  /** Never throws for what the other side does. */
  post(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Cuts what is under way. */
  close(): Promise<void>;
};

/** Read so that the connection can be used again, and thrown away. Nobody answers a webhook with more. */
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

  return {
    async post(request) {
      if (whyUrlRefused(request.url, allowed) !== null) return failed('address_refused');
      const ending = new AbortController();
      const end = () => ending.abort();
      const timer = setTimeout(end, request.timeoutMs);
      request.signal?.addEventListener('abort', end);
      try {
        if (request.signal?.aborted === true) return failed('timeout');
        // A request that still waits for its connection does not hear of an abort, and is dropped once there is one.
        return await Promise.race([exchange(agent, request, ending.signal), rejectedBy(ending.signal)]);
      } catch (error) {
        return failed(ending.signal.aborted ? 'timeout' : reasonOf(error));
      } finally {
        clearTimeout(timer);
        request.signal?.removeEventListener('abort', end);
      }
    },
    close: () => agent.destroy(),
  };
}

async function exchange(
  agent: Agent,
  { url, headers, body }: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const { origin, pathname, search } = new URL(url);
  const response = await agent.request({
    origin,
    path: `${pathname}${search}`,
    method: 'POST',
    headers,
    body,
    signal,
  });
  if (!(await drain(response.body))) return failed('response_too_large');
  return {
    kind: 'answered',
    status: response.statusCode,
    retryAfterSeconds: readRetryAfter(response.headers['retry-after'], Date.now()),
  };
}

/** False when there is more than anybody has to send us; the connection is then cut. */
async function drain(body: Dispatcher.ResponseData['body']): Promise<boolean> {
  let read = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read > MOST_BODY_BYTES) return false;
  }
  return true;
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function failed(reason: OutboundFailure): OutboundAnswer {
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
