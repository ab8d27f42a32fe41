import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { newId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { openRequestSpan } from '../kernel/tracing.ts';
import type { Actor } from './contract.ts';

/** `operation`: of the document, or `none`. `status`: its class; `aborted` when the client did not wait for the answer. */
export type RequestNote = { operation: string; status: string; seconds: number };

export const requestId: RequestHandler = (_req, res, next) => {
  const id = newId('req');
  res.locals.requestId = id;
  res.set('X-Request-Id', id);
  next();
};

type Seen = { operation: string | null; tenantId: string | null; hasFailed: boolean };

/**
 * One line in the log, one figure and one span for each request, whoever answers it; `work` is done inside the span. Ids and
 * figures only: no path (it may hold a webhook's secret), no header, no body.
 * @param seen asked when the answer is out
 */
export function watchRequest(
  req: IncomingMessage,
  res: ServerResponse,
  parts: { logger: Logger; note: (request: RequestNote) => void; requestId: string; seen: () => Seen },
  work: () => void,
): void {
  const started = performance.now();
  const span = openRequestSpan(req.method ?? '');
  res.on('finish', () => {
    const { operation, tenantId } = parts.seen();
    parts.logger.info(
      {
        request_id: parts.requestId,
        ...(span.traceId === null ? {} : { trace_id: span.traceId }),
        method: req.method,
        operation,
        status: res.statusCode,
        tenant_id: tenantId,
        duration_ms: Math.round((performance.now() - started) * 10) / 10,
      },
      'request',
    );
  });
  res.on('close', () => {
    const { operation, hasFailed } = parts.seen();
    // A call that could not be decided is answered with a sentence, and has failed all the same.
    const code = hasFailed ? 500 : res.statusCode;
    const status = res.writableFinished ? `${Math.floor(code / 100)}xx` : 'aborted';
    parts.note({ operation: operation ?? 'none', status, seconds: (performance.now() - started) / 1_000 });
    span.close(operation ?? 'none', code);
  });
  span.inside(work);
}

export function accessLog(logger: Logger, note: (request: RequestNote) => void): RequestHandler {
  return (req, res, next) => {
    const seen = () => {
      const actor = res.locals.actor as Actor | undefined;
      return {
        operation: res.locals.operation ?? null,
        tenantId: actor?.kind === 'tenant' ? actor.tenantId : null,
        hasFailed: false,
      };
    };
    watchRequest(req, res, { logger, note, requestId: res.locals.requestId, seen }, next);
  };
}
