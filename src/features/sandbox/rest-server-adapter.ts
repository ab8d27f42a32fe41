import { timingSafeEqual } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Account } from './estate.ts';
import { type RequestFault, requestFaultOf } from './faults.ts';
import { isOf } from './live-calls.ts';
import type { Network } from './network.ts';
import { accountRoutes, accountView, subAccountRoutes } from './rest-accounts-adapter.ts';
import { type Desk, errorBody, notFound, Refusal } from './rest-answers.ts';
import { applicationRoutes } from './rest-applications-adapter.ts';
import { callRoutes } from './rest-calls-adapter.ts';
import { cancelRelease, numberRoutes } from './rest-numbers-adapter.ts';
import { recordRoutes } from './rest-records-adapter.ts';
import { mp3File, wavFile } from './sound-file.ts';

/** One of the next requests fails, on purpose. */
export type ScriptedFault = { method: string; pathContains: string; fault: RequestFault };

/** A client has given up long before. */
const MOST_SILENCE_MS = 120_000;

/** Vobiz' REST API, and the place where its recordings lie. */
export function createRestApp(network: Network, scripted: ScriptedFault[] = []): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('case sensitive routing', true);
  app.set('strict routing', true);
  app.set('query parser', 'simple');

  const deskOf = (locals: Record<string, unknown>) => ({ network, account: locals.account }) as Desk;
  const asked = askedBy(network);
  const ofPath: RequestHandler = (req, res, next) => {
    const account = network.estate.accounts.get(String(req.params.auth_id));
    if (account === undefined) throw notFound('Account');
    const by = res.locals.asking as Account;
    const isAllowed = by === account || (network.switches.parentOnSubPath === 'allowed' && isOf(by, account));
    if (!isAllowed) throw new Refusal(403, 'FORBIDDEN', 'Not your account');
    res.locals.account = account;
    next();
  };

  app.get('/v1/Account/:auth_id/Recording/:file', asked, ofPath, sendRecording(network));
  const api = express.Router({ caseSensitive: true, strict: true, mergeParams: true });
  api.use(asked, requestFaults(network, scripted), express.json({ limit: '256kb' }), withBody);
  api.get('/auth/me', (_req, res) => {
    res.json(accountView(res.locals.asking as Account));
  });
  api.post('/account/:auth_id/numbers/:e164/cancel-release', ofPath, (req, res) => {
    res.json(cancelRelease(deskOf(res.locals), String(req.params.e164)));
  });
  api.use('/accounts/:auth_id', ofPath, subAccountRoutes(deskOf));
  for (const routes of [applicationRoutes, numberRoutes, callRoutes, recordRoutes, accountRoutes]) {
    api.use('/Account/:auth_id', ofPath, routes(deskOf));
  }
  app.use('/api/v1', api);
  app.use(() => {
    throw notFound('Path');
  });
  app.use(refuse(network));
  return app;
}

const withBody: RequestHandler = (req, _res, next) => {
  if (typeof req.body !== 'object' || req.body === null || Array.isArray(req.body)) req.body = {};
  next();
};

/** `X-Auth-ID` and `X-Auth-Token`. */
function askedBy(network: Network): RequestHandler {
  return (req, res, next) => {
    const account = network.estate.accounts.get(req.get('X-Auth-ID') ?? '');
    if (account === undefined || !isSame(req.get('X-Auth-Token') ?? '', account.authToken))
      throw new Refusal(401, 'UNAUTHORIZED', 'Invalid authentication credentials');
    res.locals.asking = account;
    next();
  };
}

function isSame(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function requestFaults(network: Network, scripted: ScriptedFault[]): RequestHandler {
  let count = 0;
  return (req, res, next) => {
    const path = req.originalUrl;
    const place = scripted.findIndex((one) => one.method === req.method && path.includes(one.pathContains));
    const planned = place < 0 ? null : (scripted.splice(place, 1)[0]?.fault ?? null);
    count += 1;
    const fault = planned ?? requestFaultOf(network.faults.requests, network.chance.fork(`request|${count}`));
    if (fault === null) return next();
    const operation = `${req.method} ${path.split('?')[0]}`;
    network.journal.write({ what: 'request_fault', call: '', operation, fault });
    switch (fault) {
      case 'error500':
        throw new Refusal(500, 'INTERNAL_ERROR', 'Something went wrong');
      case 'limited429':
        throw new Refusal(429, 'RATE_LIMIT_EXCEEDED', 'Too many requests', { retryAfter: 1 });
      case 'timeout':
        req.socket.setTimeout(MOST_SILENCE_MS, () => req.socket.destroy());
        return;
      case 'reset':
        req.socket.destroy();
        return;
      case 'resetAfter':
        // The work is done, and nobody hears of it.
        res.end = () => {
          req.socket.destroy();
          return res;
        };
        next();
    }
  };
}

function sendRecording(network: Network): RequestHandler {
  return (req, res) => {
    const [id = '', extension] = String(req.params.file).split('.');
    const recording = network.estate.recordings.get(id);
    const { account } = res.locals;
    if (recording === undefined || !isOf(account, recording.owner) || extension !== recording.format)
      throw notFound('Recording');
    const isNamed = network.switches.recordingContainer === 'as_named';
    const isWav = (recording.format === 'wav') === isNamed;
    const file = isWav ? wavFile(recording.milliseconds) : mp3File(recording.milliseconds);
    res.type(recording.format === 'wav' ? 'audio/wav' : 'audio/mpeg').send(file);
  };
}

export function refuse(network: Network): ErrorRequestHandler {
  return (error, _req, res, next) => {
    if (res.headersSent) return next(error);
    const isOurs = error instanceof Refusal;
    const isBadBody = typeof error?.status === 'number' && error.status < 500;
    const refusal = isOurs
      ? error
      : isBadBody
        ? new Refusal(400, 'INVALID_BODY', 'The body is not JSON', 'invalid body')
        : new Refusal(500, 'INTERNAL_ERROR', 'The double has a fault', String(error));
    if (refusal.status === 429) res.set('Retry-After', '1');
    const ids = { at: network.clock.now(), requestId: network.chance.uuid() };
    res.status(refusal.status).json(errorBody(refusal, network.switches.errorShape, ids));
  };
}
