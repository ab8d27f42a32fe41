import type { RequestListener } from 'node:http';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { accessLog, requestId } from './api/access-log.ts';
import { createHealthRoutes, createPlatformRoutes, type ServiceState } from './api/platform-routes.ts';
import { problemHandler, unknownRoute } from './api/problems.ts';
import { createRouter } from './api/router.ts';
import { loadSpec } from './api/spec.ts';
import { createWebhookListener, isWebhookUrl } from './api/webhook-listener.ts';
import type { Container } from './container.ts';
import { isUnavailable } from './db/sqlstate.ts';
import { readEvent } from './features/vobiz/events.ts';
import { emptyDocument, failedDocument, rejectedDocument } from './features/voice/answer-document.ts';
import { newId } from './kernel/ids.ts';
import type { Logger } from './kernel/logger.ts';

type AppOptions = {
  state: () => ServiceState;
  trustedProxies: number;
  metrics?: (() => Promise<string>) | null;
};

/** The whole HTTP surface. Throws when the spec and the handlers do not match. */
export function createApp(container: Container, options: AppOptions): RequestListener {
  const { logger, webhook, metrics } = container;
  const rest = createApi(container, options);
  const listener = createWebhookListener({
    handle: (request) => webhook.handle(request),
    isAnswerEvent: (form) => readEvent(form).kind === 'answer',
    documents: { rejected: rejectedDocument, failed: failedDocument, empty: emptyDocument },
    logger,
    note: metrics.noteRequest,
    newRequestId: () => newId('req'),
    trustedProxies: options.trustedProxies,
  });
  return (req, res) => (isWebhookUrl(req.url) ? listener(req, res) : rest(req, res));
}

/** Everything but the webhook. */
export function createApi(container: Container, options: AppOptions): Express {
  const { logger, database, master, handlers, authenticate, rateLimits } = container;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);
  app.set('trust proxy', options.trustedProxies);

  app.use(requestId, accessLog(logger, container.metrics.noteRequest));
  // Whether to upgrade to https is for whatever ends TLS in front of us to say.
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.use(createHealthRoutes(options.state, options.metrics ?? null), createPlatformRoutes());
  app.use(createRouter({ spec: loadSpec(), handlers, database, master, authenticate, rateLimits }));
  app.use(unknownRoute);
  app.use(problemHandler(logger, isUnavailable));
  return app;
}

/** What a worker shows, and every process on METRICS_PORT: only how it is. */
export function createHealthApp(
  logger: Logger,
  state: () => ServiceState,
  metrics: (() => Promise<string>) | null,
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestId, helmet(), createHealthRoutes(state, metrics), unknownRoute);
  app.use(problemHandler(logger, isUnavailable));
  return app;
}
