import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RequestHandler, Router } from 'express';
import { catalogue, notFound } from '../kernel/errors.ts';
import { refuseMethod } from './router.ts';
import { SPEC_FILE } from './spec.ts';

const ERROR_PAGES = fileURLToPath(new URL('../../docs/errors/', import.meta.url));

/** Of Prometheus' text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type ServiceState = 'starting' | 'ok' | 'draining';

type Get = (path: string, handler: RequestHandler) => void;

function getOn(router: Router): Get {
  return (path, handler) => {
    router.get(path, handler);
    router.all(path, refuseMethod(['GET']));
  };
}

/**
 * How the process is. Needs no database.
 * @param metrics in the text format of Prometheus; null where they are not to be seen
 */
export function createHealthRoutes(
  state: () => ServiceState,
  metrics: (() => Promise<string>) | null,
): Router {
  const router = Router({ caseSensitive: true });
  const get = getOn(router);
  get('/livez', (_req, res) => void res.json({ status: 'ok' }));
  // Not the state of Postgres: if readiness followed it, all processes would leave service together, and callers would
  // get nothing where they now get a sentence.
  get('/readyz', (_req, res) => void res.status(state() === 'ok' ? 200 : 503).json({ status: state() }));
  if (metrics !== null) {
    get('/metrics', async (_req, res) => void res.type(METRICS_TYPE).send(await metrics()));
  }
  return router;
}

/** The API document and what explains it. None of it needs a key or a database. */
export function createPlatformRoutes(): Router {
  const router = Router({ caseSensitive: true });
  const get = getOn(router);
  const spec = readFileSync(SPEC_FILE, 'utf8');
  get('/openapi.yaml', (_req, res) => void res.type('application/yaml').send(spec));

  get('/docs', (_req, res) => void res.type('text/html').send(DOCS_PAGE));
  get('/docs/errors/:code', (req, res) => {
    const code = req.params.code;
    const page = join(ERROR_PAGES, `${code}.md`);
    if (typeof code !== 'string' || !Object.hasOwn(catalogue, code) || !existsSync(page)) throw notFound();
    res.type('text/markdown').send(readFileSync(page, 'utf8'));
  });
  router.get('/docs/start.js', (_req, res) => void res.type('text/javascript').send(DOCS_SCRIPT));
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  // Two files of the package, not its sample page.
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    router.get(`/docs/assets/${file}`, (_req, res) => res.sendFile(join(assets, file)));
  }
  return router;
}

const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Maskplane API</title><link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;
// A file of its own, so that the content security policy needs no inline scripts.
const DOCS_SCRIPT = `window.ui = SwaggerUIBundle({ url: '/openapi.yaml', dom_id: '#docs', deepLinking: true });\n`;
