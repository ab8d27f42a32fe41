import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { catalogue, type ErrorKind, Failure, notFound } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';

/** The one place where a kind of failure becomes an HTTP status. */
export const statusOf = {
  malformed: 400,
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  wrong_method: 405,
  conflict: 409,
  exhausted: 409,
  too_large: 413,
  unsupported: 415,
  limited: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>;

/** What body parsers of the framework throw. */
type ParserError = { status: number };

function asFailure(error: unknown, isUnavailable: (error: unknown) => boolean): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof URIError) return notFound();
  if (isParserError(error)) return ofParser(error);
  if (isUnavailable(error)) {
    // A connection that broke may have broken after the commit, so nothing is said about what was written.
    const message =
      'A part that this request needs is not available. Send it again, with the same Idempotency-Key.';
    return new Failure('unavailable', message, { cause: error, retryAfterSeconds: 1 });
  }
  return new Failure(
    'internal_error',
    'The request failed on our side. Send it again, with the same Idempotency-Key.',
    { cause: error },
  );
}

/** Turns anything thrown into a problem document (RFC 9457), and logs what was our fault. */
export function problemHandler(
  logger: Logger,
  isUnavailable: (error: unknown) => boolean,
): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const failure = asFailure(error, isUnavailable);
    const requestId = res.locals.requestId as string;
    if (statusOf[failure.kind] >= 500) {
      logger.error(
        { request_id: requestId, code: failure.code, err: failure.details.cause },
        'request failed',
      );
    }
    // Part of the answer is on its way: that it is cut off is all that can be said.
    if (res.headersSent) return void res.destroy();
    // A body that was not read to its end would be taken for the next request.
    if (!req.complete) res.set('Connection', 'close');
    sendProblem(res, failure, requestId);
  };
}

function sendProblem(res: Response, failure: Failure, requestId: string): void {
  const { kind, title } = catalogue[failure.code];
  const { faults, saturation, steps, retryAfterSeconds, allow } = failure.details;
  if (retryAfterSeconds !== undefined) res.set('Retry-After', String(retryAfterSeconds));
  if (allow !== undefined) res.set('Allow', allow.join(', '));
  if (kind === 'unauthenticated') res.set('WWW-Authenticate', 'Bearer realm="maskplane"');
  res.status(statusOf[kind]).type('application/problem+json');
  res.send(
    JSON.stringify({
      type: `/docs/errors/${failure.code}`,
      title,
      status: statusOf[kind],
      detail: failure.message,
      code: failure.code,
      request_id: requestId,
      ...(faults === undefined ? {} : { errors: faults }),
      ...(saturation === undefined ? {} : { saturation }),
      ...(steps === undefined ? {} : { allocation: { steps } }),
    }),
  );
}

export const unknownRoute: RequestHandler = () => {
  throw new Failure('not_found', 'There is no such resource. See /openapi.yaml.');
};

function isParserError(error: unknown): error is ParserError {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}

function ofParser(error: ParserError): Failure {
  if (error.status === 413)
    return new Failure('payload_too_large', 'The body is larger than this operation takes.');
  if (error.status === 415)
    return new Failure('unsupported_media_type', 'The body has an unknown charset or encoding.');
  const fault = { pointer: '', message: 'is not valid JSON' };
  return new Failure('malformed_json', 'The body could not be read as JSON.', { faults: [fault] });
}
