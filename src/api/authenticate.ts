import type { RequestHandler } from 'express';
import passport from 'passport';
import { Strategy as BearerStrategy, type VerifyFunctionWithRequest } from 'passport-http-bearer';
import { keyedDigest, sameBytes } from '../crypto/digest.ts';
import type { MasterKey } from '../crypto/master-key.ts';
import type { Db } from '../db/database.ts';
import { Failure } from '../kernel/errors.ts';
import { readTenantId } from '../kernel/ids.ts';
import { isCountry } from '../kernel/phone.ts';
import { checkToken, isOperatorKey } from '../kernel/tokens.ts';
import { findOperatorKey, findTenantKeyAcrossTenants } from './api-key-store.ts';
import type { Actor } from './contract.ts';
import type { KeyCache } from './key-cache.ts';
import type { Access } from './spec.ts';

/** One text for every reason: whoever has no valid key learns nothing about which keys there are. */
function unauthenticated(): Failure {
  return new Failure('unauthenticated', 'Send a valid API key as `Authorization: Bearer <key>`.');
}

/**
 * Middleware that puts the actor into res.locals.actor, and into res.locals.isKeyGood how to ask again, or fails with `unauthenticated` (401) or `tenant_not_active` (403).
 * @param onWrongKey is told the address that sent a wrong key, or none, and may have a stronger refusal for it
 */
export function createAuthenticate(
  db: Db,
  master: MasterKey,
  keys: KeyCache,
  onWrongKey: (address: string) => Promise<Failure | null>,
): RequestHandler[] {
  const authenticator = new passport.Passport();
  authenticator.use(
    new BearerStrategy<VerifyFunctionWithRequest>({ passReqToCallback: true }, (req, token, done) => {
      const find = () => findActor(db, master, keys, token);
      find().then(
        (actor) => {
          if (req.res !== undefined) req.res.locals.isKeyGood = async () => (await find()) !== null;
          done(null, actor ?? false);
        },
        (error: unknown) => done(error),
      );
    }),
  );
  const bearer = authenticator.authenticate('bearer', {
    session: false,
    failWithError: true,
  }) as RequestHandler;
  return [
    keyInHeaderOnly,
    (req, res, next) => {
      bearer(req, res, (error?: unknown) => {
        if (error === undefined || error === null) {
          res.locals.actor = req.user as Actor;
          return next();
        }
        if (!isPassportRefusal(error)) return next(error);
        // Passport has set its own status and headers by now; problems.ts sets ours.
        onWrongKey(req.ip ?? '').then((refusal) => next(refusal ?? unauthenticated()), next);
      });
    },
  ];
}

/** The strategy would also take a key from the query or a parsed body, where logs and histories keep it. */
const keyInHeaderOnly: RequestHandler = (req, _res, next) => {
  if (req.query.access_token !== undefined) return next(unauthenticated());
  next();
};

function isPassportRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'AuthenticationError';
}

async function findActor(db: Db, master: MasterKey, keys: KeyCache, token: string): Promise<Actor | null> {
  const prefix = isOperatorKey(token) ? 'mp_op' : checkToken(token);
  if (prefix === null || prefix === 'whk') return null;
  const digest = keyedDigest(master, 'api_key', token);
  const cached = keys.get(digest);
  if (cached !== undefined) return cached;
  const actor = prefix === 'mp_op' ? await findOperator(db, digest) : await findTenant(db, digest);
  if (actor !== null) keys.set(digest, actor);
  return actor;
}

async function findOperator(db: Db, digest: Buffer): Promise<Actor | null> {
  const row = await findOperatorKey(db, digest);
  return row !== null && sameBytes(row.digest, digest) ? { kind: 'operator', keyId: row.id } : null;
}

async function findTenant(db: Db, digest: Buffer): Promise<Actor | null> {
  const row = await findTenantKeyAcrossTenants(db, digest);
  if (row === null || !sameBytes(row.stored_digest, digest) || row.is_expired) return null;
  if (row.tenant_status !== 'active') {
    throw new Failure('tenant_not_active', `The tenant is ${row.tenant_status}.`);
  }
  const tenantId = readTenantId(row.tenant_id);
  if (tenantId === null || !isCountry(row.default_country)) {
    throw new Error('a tenant has an unknown id or country');
  }
  return {
    kind: 'tenant',
    keyId: row.key_id,
    tenantId,
    livemode: row.livemode,
    scopes: row.scopes,
    defaultCountry: row.default_country,
  };
}

/** Refuses an actor that the operation is not for, or whose key lacks its scope. */
export function mayUse(access: Access): RequestHandler {
  return (_req, res, next) => {
    const actor = res.locals.actor as Actor;
    const allowed =
      access.actors.includes(actor.kind) &&
      (actor.kind === 'operator' || actor.scopes.includes(access.scope));
    next(
      allowed ? undefined : new Failure('insufficient_scope', `This needs a key with scope ${access.scope}.`),
    );
  };
}
