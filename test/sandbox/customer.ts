import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { manualClock } from '../../src/features/sandbox/clock.ts';
import type { Fields, Method, Post } from '../../src/features/sandbox/delivery.ts';
import type { Account, Application } from '../../src/features/sandbox/estate.ts';
import { createNetwork, type NetworkOptions } from '../../src/features/sandbox/network.ts';
import { answers } from '../../src/features/sandbox/phones.ts';
import { openAccount, openApplication, ownNumber } from '../../src/features/sandbox/provisioning.ts';

export const CALLER = '+919800000001';
export const CALLEE = '+919800000002';
export const M1 = '+917900000000';
export const M2 = '+917900000001';
export const BASE = 'https://hooks.example.com/v1/t/acme';
export const STARTED = Date.parse('2026-06-08T06:07:34.130Z') + 0.248;

export type Received = {
  path: string;
  method: Method;
  fields: Fields;
  headers: Readonly<Record<string, string>>;
};

/** What the customer answers: a document, a status, a fault of the connection, or all of it. */
export type Answer =
  | string
  | { status?: number; contentType?: string; body?: string; outcome?: 'timed_out' | 'unreachable' };
type Handler = (received: Received) => Answer;

export const empty = '<Response></Response>';
export const response = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${inner}</Response>`;
export const dialXml = (attributes = '', number = CALLEE, before = '<Speak>Connecting your call.</Speak>') =>
  response(
    `${before}<Dial callerId="${M2}" timeout="30" timeLimit="3600" action="${BASE}/dial" redirect="true" ` +
      `callbackUrl="${BASE}/leg" ${attributes}><Number>${number}</Number></Dial>`,
  );

/**
 * A network with a manual clock, one account, two DIDs and two phones, and a customer in front of it that answers by path
 * without a socket: what is tested is the double itself.
 */
export function openTown(
  answersOf: Record<string, Answer | Handler> = {},
  options: Partial<NetworkOptions> & { application?: Partial<Application>; account?: Partial<Account> } = {},
) {
  const clock = manualClock(STARTED);
  const received: Received[] = [];
  const post: Post = async ({ url, method, headers, fields }) => {
    const path = url.startsWith(BASE) ? url.slice(BASE.length) : url;
    const one = { path, method, fields, headers };
    received.push(one);
    const given = answersOf[path.replace(/\?.*/, '')] ?? empty;
    const answer = typeof given === 'function' ? given(one) : given;
    if (typeof answer === 'string')
      return { outcome: 'answered', status: 200, contentType: 'application/xml', body: answer };
    if (answer.outcome !== undefined) return { outcome: answer.outcome };
    const { status = 200, contentType = 'application/xml', body = empty } = answer;
    return { outcome: 'answered', status, contentType, body };
  };
  const network = createNetwork({ clock, seed: 1, post, ...options });
  const account = openAccount(network, {
    authId: 'MA_XXXXXXXX',
    authToken: 'test_token',
    channels: 100,
    ...options.account,
  });
  const application = openApplication(network, account, {
    answerUrl: `${BASE}/answer`,
    hangupUrl: `${BASE}/hangup`,
    ...options.application,
  });
  for (const e164 of [M1, M2]) ownNumber(network, account, e164, application);
  network.phones.set(CALLER, []);
  network.phones.set(CALLEE, answers(3, 11));
  return {
    network,
    clock,
    account,
    application,
    received,
    /** All that came to one path. */
    at: (path: string) => received.filter((one) => one.path === path).map(({ fields }) => fields),
    traps: () => network.journal.entries().flatMap((entry) => (entry.what === 'trap' ? [entry.trap] : [])),
    /** Dials M1 from the caller's phone, and plays until nothing is left to happen. */
    async call(reactions: NonNullable<Parameters<typeof network.dial>[0]['reactions']> = []) {
      const call = network.dial({ from: CALLER, to: M1, reactions });
      await clock.play();
      await call?.done;
      return call;
    },
  };
}

/** A real server that answers like this, for what needs a socket. */
export async function listening(handler: Parameters<typeof createServer>[1]) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails before it closes it must not keep the file from ending.
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
