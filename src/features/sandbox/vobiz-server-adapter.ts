import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { controlRoutes } from './control-adapter.ts';
import type { Network } from './network.ts';
import { createRestApp, refuse, type ScriptedFault } from './rest-server-adapter.ts';

export type VobizServer = {
  url: string;
  /** `url` with the path of the REST API: what `VOBIZ_API_BASE` is set to. */
  apiBase: string;
  /** The next requests that fail on purpose. */
  scripted: ScriptedFault[];
  close(): Promise<void>;
};

/**
 * Lets a network be reached over HTTP: the REST API, its recordings, and `/control` without any key, so loopback only
 * unless told otherwise.
 */
export async function serveVobiz(
  network: Network,
  options: { port?: number; host?: string; control?: boolean } = {},
): Promise<VobizServer> {
  const { port = 0, host = '127.0.0.1', control = true } = options;
  const scripted: ScriptedFault[] = [];
  const app = express();
  app.disable('x-powered-by');
  if (control) app.use('/control', controlRoutes(network, scripted), refuse(network));
  app.use(createRestApp(network, scripted));
  const server = createServer(app);
  await listen(server, port, host);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  network.stage.mediaBase = url;
  return {
    url,
    apiBase: `${url}/api/v1`,
    scripted,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
