import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type CdrRow = Record<string, unknown> & { uuid: string };

/** What the next request for a leg gets instead of its record. */
type Fault = (
  respond: (status: number, body: unknown, headers?: Record<string, string>) => void,
  hangUp: () => void,
) => void;

/** Vobiz' records of calls, as its REST interface gives them out one by one. */
export type CdrServer = {
  base: string;
  rows: Map<string, CdrRow>;
  /** By leg, or for all legs under '*'; each for as long as it stands here. */
  faults: Map<string, Fault>;
  /** What was asked for, in order. */
  asked: { path: string; authId: string; authToken: string }[];
  close(): Promise<void>;
};

export const status =
  (code: number, body: unknown, headers: Record<string, string> = {}): Fault =>
  (respond) =>
    respond(code, body, headers);
export const silence: Fault = () => {};
export const reset: Fault = (_respond, hangUp) => hangUp();

/** Paths are taken literally: other casing or another slash is 404, as it is there. */
export async function startCdrServer(): Promise<CdrServer> {
  const rows = new Map<string, CdrRow>();
  const faults = new Map<string, Fault>();
  const asked: CdrServer['asked'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const authToken = String(request.headers['x-auth-token']);
    const authId = String(request.headers['x-auth-id']);
    asked.push({ path, authId, authToken });
    const respond = (code: number, body: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(code, { 'Content-Type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const [, account, uuid = ''] = /^\/api\/v1\/Account\/([^/]+)\/cdr\/([^/?]+)$/.exec(path) ?? [];
    const fault = faults.get(uuid) ?? faults.get('*');
    if (fault !== undefined) return fault(respond, () => request.socket.destroy());
    if (account !== authId || authToken !== 'test_token') return respond(401, { error: 'Unauthorised' });
    const row = rows.get(uuid);
    if (row === undefined) return respond(404, { error: { code: 'not_found', message: 'CDR not found' } });
    return respond(200, { success: true, account_id: account, data: row });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    rows,
    faults,
    asked,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A record of an answered leg of 11 seconds that rang for 7. */
export function cdrRow(uuid: string, more: Record<string, unknown> = {}): CdrRow {
  return {
    uuid,
    bridge_uuid: '',
    call_direction: 'inbound',
    caller_id_number: '+919800000001',
    destination_number: '917900000000',
    duration: 18,
    billsec: 60,
    ring_time: 7,
    start_time: '2026-06-08T06:07:38Z',
    answer_time: '2026-06-08T06:07:45Z',
    end_time: '2026-06-08T06:07:56Z',
    cost: '0.45',
    total_cost: '0.45000',
    currency: 'INR',
    hangup_cause: 'NORMAL_CLEARING',
    hangup_cause_code: 4000,
    hangup_cause_name: 'Normal Hangup',
    hangup_source: 'Caller',
    ...more,
  };
}
