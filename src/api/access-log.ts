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

/** Ids and figures only: no path (it may hold a webhook's secret), no header, no body. */
export function accessLog(logger: Logger, note: (request: RequestNote) => void): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const span = openRequestSpan(req.method);
    res.on('finish', () => {
      const actor = res.locals.actor as Actor | undefined;
      logger.info(
        {
          request_id: res.locals.requestId,
          ...(span.traceId === null ? {} : { trace_id: span.traceId }),
          method: req.method,
          operation: res.locals.operation ?? null,
          status: res.statusCode,
          tenant_id: actor?.kind === 'tenant' ? actor.tenantId : null,
          duration_ms: Math.round((performance.now() - started) * 10) / 10,
        },
        'request',
      );
    });
    res.on('close', () => {
      const operation: string = res.locals.operation ?? 'none';
      // A call that could not be decided is answered with a sentence, and has failed all the same.
      const code = res.locals.hasFailed === true ? 500 : res.statusCode;
      const status = res.writableFinished ? `${Math.floor(code / 100)}xx` : 'aborted';
      note({ operation, status, seconds: (performance.now() - started) / 1_000 });
      span.close(operation, code);
    });
    span.inside(next);
  };
}
