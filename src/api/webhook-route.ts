import express, { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express';
import type { Logger } from '../kernel/logger.ts';

/** Eight times the largest event that was ever seen. */
const FORM_LIMIT = '64kb';
const MOST_FIELDS = 200;
/** What is posted to one call's own URLs: the same words as in features/voice/call-path.ts. A party has 10 phones at most. */
const CALL_EVENT = /^((dial|leg)(-([2-9]|10))?|whisper|digits|record|voicemail|answer|hangup)$/;
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
  | 'hangup';
/** The provider recommends an answer within 2 s; after this the caller hears a sentence instead of silence. */
const DEADLINE_MS = 1_500;

export type WebhookParts = {
  /** Answers a request; what it throws, and what takes too long, becomes a document here. */
  handle: (request: {
    token: string;
    path: string;
    address: string;
    headers: Request['headers'];
    form: Record<string, unknown>;
    call: { tenantId: string; callId: string; event: CallEvent } | null;
  }) => Promise<{ status: number; xml: string }>;
  /** Whether the form asks what to do with a call, so that somebody is listening to what we answer. */
  isAnswerEvent: (form: Record<string, unknown>) => boolean;
  documents: { rejected: string; failed: string; empty: string };
  logger: Logger;
};

/**
 * The provider's one endpoint. Every reply is telephony XML. When we fail, a caller hears a sentence (200), and any other
 * event is refused with 503, so that it is sent again: 200 there means that it is kept.
 */
export function createWebhookRoute(parts: WebhookParts): Router {
  const { documents, logger } = parts;
  const router = Router({ caseSensitive: true });

  const respond: RequestHandler = async (req, res) => {
    const form: Record<string, unknown> = req.body ?? {};
    res.locals.operation = req.params.call_id === undefined ? 'vobizWebhook' : 'vobizCallEvent';
    try {
      const reply = await withDeadline(parts.handle(requestOf(req, form)));
      res.status(reply.status).type('application/xml').send(reply.xml);
    } catch (error) {
      logger.error({ request_id: res.locals.requestId, err: error }, 'webhook failed');
      const isHeard = parts.isAnswerEvent(form);
      res.status(isHeard ? 200 : 503).type('application/xml');
      res.send(isHeard ? documents.failed : documents.empty);
    }
  };

  const refuse: ErrorRequestHandler = (error, req, res, next) => {
    if (res.headersSent) return next(error);
    if (!req.complete) res.set('Connection', 'close');
    const status = typeof error?.status === 'number' && error.status < 500 ? error.status : 400;
    res.status(status).type('application/xml').send(documents.rejected);
  };

  const form = [
    formOnly,
    express.urlencoded({ extended: false, limit: FORM_LIMIT, parameterLimit: MOST_FIELDS, inflate: false }),
  ];
  router.post('/webhooks/vobiz/:token', form, respond);
  router.post(
    '/webhooks/vobiz/:token/tenants/:tenant_id/calls/:call_id/:leg_event',
    callEventOnly,
    form,
    respond,
  );
  router.all(/^\/webhooks\//, (req, res) => {
    const isKnown = /^\/webhooks\/vobiz\/[^/]+$/.test(req.path);
    if (isKnown) res.set('Allow', 'POST');
    res
      .status(isKnown ? 405 : 404)
      .type('application/xml')
      .send(documents.rejected);
  });
  router.use('/webhooks', refuse);
  return router;
}

const callEventOnly: RequestHandler = (req, _res, next) => {
  next(isCallEvent(req.params.leg_event) ? undefined : 'route');
};

function isCallEvent(text: unknown): text is CallEvent {
  return typeof text === 'string' && CALL_EVENT.test(text);
}

const formOnly: RequestHandler = (req, _res, next) => {
  if (req.is('application/x-www-form-urlencoded')) return next();
  next(Object.assign(new Error('not a form'), { status: 415 }));
};

function requestOf(req: Request, form: Record<string, unknown>) {
  const {
    token = '',
    tenant_id,
    call_id,
    leg_event: event,
  } = req.params as Record<string, string | undefined>;
  const call =
    tenant_id !== undefined && call_id !== undefined && isCallEvent(event)
      ? { tenantId: tenant_id, callId: call_id, event }
      : null;
  return {
    token,
    path: req.originalUrl.split('?')[0] ?? req.path,
    address: req.ip ?? '',
    headers: req.headers,
    form,
    call,
  };
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
