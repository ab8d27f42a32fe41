import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, Socket } from 'node:net';
import type { Certificate } from './certificates.ts';

export type Receiver = {
  port: number;
  url: string;
  /** Connections and requests that have come so far. */
  connections: number;
  requests: number;
  close(): Promise<void>;
};

/** A tenant's server on 127.0.0.1, by TLS when it has a certificate. */
export function openReceiver(
  answer: RequestListener = (_req, res) => void res.end('ok'),
  certificate?: Certificate,
): Promise<Receiver> {
  const listener: RequestListener = (req, res) => {
    receiver.requests += 1;
    req.resume();
    answer(req, res);
  };
  const server = certificate === undefined ? createHttp(listener) : createHttps(certificate, listener);
  const receiver: Receiver = {
    port: 0,
    url: '',
    connections: 0,
    requests: 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  server.on('connection', () => {
    receiver.connections += 1;
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      receiver.port = (server.address() as AddressInfo).port;
      receiver.url = `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${receiver.port}/`;
      resolve(receiver);
    });
  });
}

/** Everything that this process dials from now on, by TCP and by TLS; `stop` gives it, and looks away. */
export function watchDialling(): { dialled: string[]; stop(): void } {
  const original = Socket.prototype.connect;
  const dialled: string[] = [];
  Socket.prototype.connect = function connect(this: Socket, ...args: any[]) {
    const options = Array.isArray(args[0]) ? args[0][0] : args[0];
    dialled.push(`${options?.host}:${options?.port}`);
    return original.apply(this, args as never);
  } as typeof original;
  return {
    dialled,
    stop: () => {
      Socket.prototype.connect = original;
    },
  };
}
