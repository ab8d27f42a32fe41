import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import proxyAddress from 'proxy-addr';
import readBody from 'raw-body';
import type { Logger } from '../kernel/logger.ts';
import { type RequestNote, watchRequest } from './access-log.ts';

/** Eight times the largest event that was ever seen. */
const FORM_LIMIT = '64kb';
const MOST_FIELDS = 200;
/** What is posted to one call's own URLs: the same words as in features/voice/call-path.ts. A party has 10 phones at most, and a call 3 PINs. */
const CALL_EVENT = /^((dial|leg)(-([2-9]|10))?|whisper|digits|record|voicemail|answer|hangup|pin-[1-3])$/;
type CallEvent =
  | 'dial'
  | 'leg'
  | `dial-${number}`
  | `leg-${number}`
  | 'whisper'
  | 'digits'
  | 'record'
  | 'voicemail'
  | 'answer'
  | 'hangup'
  | `pin-${number}`;
const PATH = /^\/webhooks\/vobiz\/([^/]+)(?:\/tenants\/([^/]+)\/calls\/([^/]+)\/([^/]+))?\/?$/;
/** The provider recommends an answer within 2 s; after this the caller hears a sentence instead of silence. */
const DEADLINE_MS = 1_500;

type Place = { token: string; call: { tenantId: string; callId: string; event: CallEvent } | null };

export type WebhookParts = {
  /** Answers a request; what it throws, and what takes too long, becomes a document here. */
  handle: (
    request: Place & {
      path: string;
      address: string;
      headers: IncomingMessage['headers'];
      form: Record<string, unknown>;
    },
  ) => Promise<{ status: number; xml: string }>;
  /** Whether the form asks what to do with a call, so that somebody is listening to what we answer. */
  isAnswerEvent: (form: Record<string, unknown>) => boolean;
  documents: { rejected: string; failed: string; empty: string };
  logger: Logger;
  note: (request: RequestNote) => void;
  newRequestId: () => string;
  /** Proxies in front of us whose word for the address before them is taken. */
  trustedProxies: number;
};

export function isWebhookUrl(url: string | undefined): boolean {
  return url?.startsWith('/webhooks/') ?? false;
}

/**
 * The provider's one endpoint, on Node's own server: a caller waits for it, and nothing that Express' layers do
 * is of use here (docs/adr/0024). Every reply is telephony XML. When we fail, a caller hears a sentence (200), and any
 * other event is refused with 503, so that it is sent again: 200 there means that it is kept.
 */
export function createWebhookListener(parts: WebhookParts): RequestListener {
  const { documents, logger } = parts;
  const isTrusted = (_address: string, hops: number) => hops < parts.trustedProxies;

  const replyTo = async (req: IncomingMessage, requestId: string): Promise<Reply> => {
    const path = pathOf(req);
    const place = placeOf(path);
    if (place === null) return { status: 404, xml: documents.rejected, operation: null };
    const operation = place.call === null ? 'vobizWebhook' : 'vobizCallEvent';
    if (req.method !== 'POST') {
      const headers = place.call === null ? { Allow: 'POST' } : {};
      return { status: place.call === null ? 405 : 404, xml: documents.rejected, operation, headers };
    }
    const form = await readForm(req);
    if (typeof form === 'number') {
      // What was not read would be taken for the next request.
      const headers = req.complete ? {} : { Connection: 'close' };
      return { status: form, xml: documents.rejected, operation, headers };
    }
    try {
      const address = proxyAddress(req, isTrusted);
      const request = { ...place, path, address, headers: req.headers, form };
      return { ...(await withDeadline(parts.handle(request))), operation };
    } catch (error) {
      logger.error({ request_id: requestId, err: error }, 'webhook failed');
      if (parts.isAnswerEvent(form))
        return { status: 200, xml: documents.failed, operation, hasFailed: true };
      return { status: 503, xml: documents.empty, operation, hasFailed: true };
    }
  };

  return (req, res) => {
    const requestId = parts.newRequestId();
    let reply: Reply | null = null;
    const seen = () => ({
      operation: reply?.operation ?? null,
      tenantId: null,
      hasFailed: reply?.hasFailed === true,
    });
    const work = async () => {
      reply = await replyTo(req, requestId);
      send(res, reply.status, reply.xml, { 'X-Request-Id': requestId, ...reply.headers });
    };
    watchRequest(req, res, { logger, note: parts.note, requestId, seen }, () => {
      // Nobody stands above this: what is thrown here, and not caught, would end the process.
      work().catch((error: unknown) => {
        logger.error({ request_id: requestId, err: error }, 'webhook failed');
        res.destroy();
      });
    });
  };
}

type Reply = {
  status: number;
  xml: string;
  operation: string | null;
  headers?: Record<string, string>;
  hasFailed?: true;
};

function send(res: ServerResponse, status: number, xml: string, headers: Record<string, string>): void {
  res.writeHead(status, {
    ...headers,
    'Content-Type': 'application/xml; charset=utf-8',
    'Content-Length': Buffer.byteLength(xml),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  res.end(xml);
}

/** As it was requested, not decoded: it is what a signature covers. */
function pathOf(req: IncomingMessage): string {
  return req.url?.split('?', 1)[0] ?? '';
}

function placeOf(path: string): Place | null {
  const [, ...parts] = PATH.exec(path) ?? [];
  const [token, tenantId, callId, event] = parts.map(decoded);
  if (token === undefined || token === null) return null;
  if (tenantId === undefined) return { token, call: null };
  if (tenantId === null || typeof callId !== 'string' || !isCallEvent(event)) return null;
  return { token, call: { tenantId, callId, event } };
}

/** Null for what is no text in percent-encoding. */
function decoded(part: string | undefined): string | null | undefined {
  if (part === undefined || !part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function isCallEvent(text: unknown): text is CallEvent {
  return typeof text === 'string' && CALL_EVENT.test(text);
}

/** The fields, or the status that the request is refused with. */
async function readForm(req: IncomingMessage): Promise<Record<string, unknown> | number> {
  const [type = ''] = (req.headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return 415;
  if ((req.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') return 415;
  try {
    const length = req.headers['content-length'];
    const text = await readBody(req, {
      limit: FORM_LIMIT,
      encoding: 'utf-8',
      ...(length === undefined ? {} : { length }),
    });
    if (text.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) return 413;
    return parse(text, '&', '=', { maxKeys: 0 });
  } catch (error) {
    return statusOf(error);
  }
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : null;
  return typeof status === 'number' && status < 500 ? status : 400;
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the decision took too long')), DEADLINE_MS);
  });
  work.catch(() => {}); // when it fails after the deadline, nobody waits for it
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
