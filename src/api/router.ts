import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { MasterKey } from '../crypto/master-key.ts';
import type { Database, Unit } from '../db/database.ts';
import { Failure, notFound } from '../kernel/errors.ts';
import { mayUse } from './authenticate.ts';
import type { Actor, Handlers, JsonReply, Once, SelfSettling, StreamReply } from './contract.ts';
import {
  type Answer,
  fingerprintOf,
  keptAnswer,
  keyScope,
  readIdempotencyKey,
  runOnce,
  sealAnswer,
} from './idempotency.ts';
import type { KeyScope } from './idempotency-store.ts';
import type { RateLimits } from './rate-limit.ts';
import type { Access, Operation, Spec } from './spec.ts';
import { sendStream } from './stream.ts';
import { compileValidators, isStorable, type Validator } from './validation.ts';

/** A session with 50 metadata values of 500 characters each in four-byte characters fits in; nothing longer is meant. */
const BODY_LIMIT = '128kb';
/** 500 such sessions would be 64 MB; 500 of the usual size are a third of this. */
const BATCH_BODY_LIMIT = '512kb';

export type RouterParts = {
  spec: Spec;
  handlers: Handlers;
  database: Database;
  master: MasterKey;
  authenticate: readonly RequestHandler[];
  rateLimits: RateLimits;
};

/**
 * Turns the spec into routes. What every request passes, in this order: key, rate limit, scope, media type, body, shape,
 * idempotency and transaction, handler. Throws when an operation lacks a handler or a handler an operation.
 */
export function createRouter(parts: RouterParts): Router {
  const router = express.Router({ caseSensitive: true });
  const validators = compileValidators(parts.spec);
  const unclaimed = new Set(Object.keys(parts.handlers));
  const served = parts.spec.operations.filter((operation) => operation.access !== null);
  // Path by path, each closed with its refusal of other methods: /batch must not be taken for an id of the next path.
  for (const path of new Set(served.map((operation) => operation.path))) {
    const operations = served.filter((operation) => operation.path === path);
    for (const operation of operations) {
      const handler = parts.handlers[operation.id as keyof Handlers] as AnyHandler | undefined;
      const validator = validators.get(operation.id);
      if (handler === undefined || validator === undefined || operation.access === null) {
        throw new Error(`no handler for ${operation.id}`);
      }
      unclaimed.delete(operation.id);
      router[operation.method](
        expressPath(path),
        ...stepsOf(parts, operation, operation.access, validator, handler),
      );
    }
    router.all(expressPath(path), refuseMethod(operations.map(({ method }) => method.toUpperCase())));
  }
  if (unclaimed.size > 0) throw new Error(`no operation for ${[...unclaimed].join(', ')}`);
  return router;
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

export function refuseMethod(allow: readonly string[]): RequestHandler {
  return (req) => {
    throw new Failure('method_not_allowed', `${req.method} is not possible here.`, { allow });
  };
}

type AnyHandler = (call: unknown) => Promise<Answer | StreamReply>;

function stepsOf(
  parts: RouterParts,
  operation: Operation,
  access: Access,
  validator: Validator,
  handler: AnyHandler,
): RequestHandler[] {
  const { rateLimits, authenticate } = parts;
  const takesBody = operation.body !== null;
  const limit = operation.path.endsWith('/batch') ? BATCH_BODY_LIMIT : BODY_LIMIT;
  return [
    (_req, res, next) => {
      res.locals.operation = operation.id; // first, so that what is refused is counted under its name
      next();
    },
    ...authenticate,
    rateLimits.perKey,
    mayUse(access),
    ...(takesBody ? [jsonOnly, express.json({ limit, strict: false, inflate: false })] : []),
    async (req, res) => {
      const gone = operation.waits ? goneOf(res) : null;
      const reply = await answer(parts, operation, validator, handler, req, res, gone);
      if ('stream' in reply) await sendStream(res, operation.streams ?? '', reply, gone);
      else send(res, reply);
    },
  ];
}

async function answer(
  parts: RouterParts,
  operation: Operation,
  validator: Validator,
  handler: AnyHandler,
  req: Request,
  res: Response,
  /** Null when the operation does not wait. */
  gone: AbortSignal | null,
): Promise<Answer | StreamReply> {
  const actor = res.locals.actor as Actor;
  // An id that Postgres could not even be asked for is the id of nothing.
  if (!Object.values(req.params).every((id) => typeof id === 'string' && isStorable(id))) throw notFound();
  const key = readIdempotencyKey(req.get('Idempotency-Key'), operation);
  const request = {
    params: req.params,
    query: validator.query(req.query),
    headers: validator.headers(ownHeaders(operation, req)),
    body: validator.body(req.body),
    actor,
  };
  if (gone !== null) return handler({ ...request, gone, isKeyGood: res.locals.isKeyGood });
  if (key === null) return inTransaction(parts, actor, (unit) => handler({ ...request, unit }));
  const { master, database } = parts;
  const scope = keyScope(master, actor, key);
  // Of what has its shape: a body of any depth could be too deep to be walked.
  const fingerprint = fingerprintOf(master, scope, {
    method: req.method,
    path: req.path,
    body: request.body,
  });
  if (operation.settlesItself) {
    const once = onceOf(master, scope, fingerprint, { method: req.method, path: req.path });
    return handler({ ...request, db: database.together, once });
  }
  return inTransaction(parts, actor, (unit) =>
    runOnce(unit, master, scope, fingerprint, () => handler({ ...request, unit }) as Promise<Answer>),
  );
}

/** Also aborted when the answer has been sent, and nobody waits any more. */
function goneOf(res: Response): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => controller.abort());
  if (res.destroyed) controller.abort();
  return controller.signal;
}

function ownHeaders({ headers }: Operation, req: Request): Record<string, string> {
  const names = Object.keys(headers.properties as object);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = req.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function onceOf<Op extends SelfSettling>(
  master: MasterKey,
  scope: KeyScope,
  fingerprint: Buffer,
  request: { method: string; path: string },
): Once<Op> {
  return {
    key: scope.key,
    fingerprint,
    seal: (reply) => sealAnswer(master, scope, reply),
    replay: (kept) => keptAnswer(master, scope, fingerprint, kept) as JsonReply<Op>,
    part(place, body) {
      const own = { ...scope, key: `${scope.key}.${place}` };
      return onceOf(master, own, fingerprintOf(master, own, { ...request, body }), request);
    },
  };
}

function inTransaction<T>(parts: RouterParts, actor: Actor, work: (unit: Unit) => Promise<T>): Promise<T> {
  const acting =
    actor.kind === 'tenant'
      ? { as: 'tenant' as const, tenantId: actor.tenantId }
      : { as: 'operator' as const };
  return parts.database.transaction(acting, work);
}

const jsonOnly: RequestHandler = (req, _res, next) => {
  // Null, or a length of 0: no body at all, which the shape decides about.
  if (req.is('application/json') === false && req.get('Content-Length') !== '0') {
    return next(new Failure('unsupported_media_type', 'Send the body as application/json.'));
  }
  next();
};

function send(res: Response, reply: Answer): void {
  if (reply.replayed === true) res.set('Idempotent-Replayed', 'true');
  res.set('Cache-Control', 'no-store'); // some answers hold a token that is shown only once
  res.status(reply.status).json(reply.body);
}
