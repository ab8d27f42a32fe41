import { signatureHeaders } from '../../src/features/sandbox/signing.ts';
import { strictSwitches } from '../../src/features/sandbox/switches.ts';
import { median, percentile, rounded } from './figures.ts';
import { newFloorDatabase } from './floor-database.ts';
import { fillLiveSessions, vacuumFilledTables } from './live-sessions.ts';
import { type Loaded, load, type Post, type Request, type Sample } from './load.ts';
import { WrongOption } from './options.ts';
import { freePort, startProcess } from './process.ts';
import { type Servers, withServers } from './servers.ts';
import { newIdentity, type Service, startService } from './service.ts';
import { freshPhones, sessionOf } from './session-requests.ts';
import { type BenchTenant, createTenants } from './tenants.ts';

/** How it is measured, and what the database holds. `warmup` is what each of the three gets before it counts. */
export const standard = {
  seconds: 5,
  rounds: 3,
  connections: 32,
  warmup: 5,
  live: 1_000,
  tenants: 1,
  callers: 1_000,
  profile: '',
};
export type Settings = typeof standard;

export type WebhookRate = {
  ratio: number;
  ratios: number[];
  ratio_of_node: number;
  ratios_of_node: number[];
  floors: { express_per_second: number; node_and_statement_per_second: number };
  per_second: number;
  p50_ms: number;
  p99_ms: number;
  p999_ms: number;
};

const PUBLIC_URL = 'https://masking.example.com';
const DIDS = 10;
const BATCH = 500;
type Caller = { from: string; to: string; webhookUrl: string };

/** Answers a second of the answer event, with its decision and its record, and what the floors do in the same rounds. */
export function measureWebhook(settings: Settings): Promise<WebhookRate> {
  if (settings.callers < settings.tenants) throw new WrongOption('Each tenant takes a caller.');
  return withServers(async (servers) => {
    const database = await servers.newDatabase('bench');
    const identity = newIdentity(database.url);
    const service = await startService(servers, identity, {
      redisUrl: servers.redisUrl,
      profile: settings.profile,
      env: { PUBLIC_URL },
    });
    const tenants = await createTenants(service, identity, database.admin, {
      tenants: settings.tenants,
      dids: DIDS,
    });
    await fillLiveSessions(database.admin, tenants, { bindings: settings.live * 2, dids: DIDS });
    const callers = await createCallers(service, tenants, settings.callers);
    await vacuumFilledTables(database.admin);
    const ports = { ...(await startFloors(servers)), ours: service.port };
    return summaryOf(await inTurns(ports, settings, calling(callers)));
  });
}

/** Each is party a of a live session of its own, and will call the number that it knows party b by. */
async function createCallers(
  service: Service,
  tenants: readonly BenchTenant[],
  count: number,
): Promise<Caller[]> {
  const phone = freshPhones();
  const callers: Caller[] = [];
  for (const [place, { token, webhookUrl }] of tenants.entries()) {
    const mine = Math.floor(((place + 1) * count) / tenants.length) - callers.length;
    for (let left = mine; left > 0; left -= BATCH) {
      const froms = Array.from({ length: Math.min(left, BATCH) }, phone);
      const sessions = froms.map((from) => sessionOf(from, phone(), { expires_in_seconds: 86_400 }));
      const { data } = await service.call('POST', '/v1/sessions/batch', token, { sessions });
      for (const [index, from] of froms.entries()) {
        callers.push({ from, to: data[index].session.parties.a.masking_number, webhookUrl });
      }
    }
  }
  return callers;
}

async function startFloors(servers: Servers): Promise<{ express: number; node: number }> {
  const { url, admin, tenantId, didIds } = await newFloorDatabase(servers);
  await admin.query(
    `create function floor_find_did(p_tenant text, p_did text) returns setof dids language sql stable security definer
       as 'select * from dids where tenant_id = p_tenant and id = p_did'`,
  );
  const start = async (kind: 'express' | 'node'): Promise<number> => {
    const port = await freePort();
    const args = [kind, String(port), PUBLIC_URL, url, tenantId, didIds[0] ?? ''];
    const floor = await startProcess('bench/support/webhook-floor.ts', { args, ready: /ready/ });
    servers.onClose(floor.stop);
    return port;
  };
  return { express: await start('express'), node: await start('node') };
}

/** Each request is a call of its own of a caller that is drawn, signed and with its nonce. */
function calling(callers: readonly Caller[]): (post: Post) => Promise<Sample> {
  let calls = 0;
  const switches = { ...strictSwitches, signatures: ['V3' as const] };
  const keys = { authId: 'MA_X', token: 'test_token', parentToken: 'test_token' };
  return async (post) => {
    const caller = callers[Math.floor(Math.random() * callers.length)];
    if (caller === undefined) throw new Error('there is no caller');
    calls += 1;
    const request = answerRequest(caller, calls, (url) => {
      const nonce = `${process.pid}${String(calls).padStart(14, '0')}`;
      return signatureHeaders({ url, method: 'POST', fields: {} }, keys, { v2: nonce, v3: nonce }, switches);
    });
    const began = performance.now();
    const { status, body } = await post(request, 'body');
    const ms = performance.now() - began;
    return { outcome: `${status} ${body.includes('<Dial') ? 'Dial' : body.slice(0, 200)}`, ms };
  };
}

function answerRequest(
  { from, to, webhookUrl }: Caller,
  call: number,
  sign: (url: string) => Record<string, string>,
): Request {
  const fields = new URLSearchParams({
    CallUUID: `00000000-0000-4000-8000-${String(call).padStart(12, '0')}`,
    From: from.slice(1),
    To: `0${to.slice(3)}`,
    CallerName: from,
    Direction: 'inbound',
    CallStatus: 'ringing',
    Event: 'StartApp',
    SessionStart: '2026-06-08 06:07:34.130248',
    BillRate: '0',
    ParentAuthID: 'MA_X',
    CountryCode: '',
    RouteType: '',
    STIRVerification: 'Not Applicable',
    STIRAttestation: 'Not Applicable',
  });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'User-Agent': 'Vobiz' };
  return {
    path: new URL(webhookUrl).pathname,
    headers: { ...headers, ...sign(webhookUrl) },
    body: fields.toString(),
  };
}

type Ports = Record<'express' | 'node' | 'ours', number>;
type Round = Record<keyof Ports, { perSecond: number; samples: Sample[] }>;

/** One after the other, never at the same time: they would take each other's processor. */
async function inTurns(
  ports: Ports,
  { connections, seconds, warmup, rounds: wanted }: Settings,
  turn: (post: Post) => Promise<Sample>,
): Promise<Round[]> {
  const names = ['express', 'node', 'ours'] as const;
  for (const name of names) connected(await load(ports[name], { connections, seconds: warmup }, turn));
  const rounds: Round[] = [];
  while (rounds.length < wanted) {
    const round = {} as Round;
    for (const name of names) {
      const { seconds: took, samples } = connected(await load(ports[name], { connections, seconds }, turn));
      round[name] = { perSecond: Math.round(samples.length / took), samples };
    }
    rounds.push(round);
    const said = names.map((name) => `${name} ${round[name].perSecond}/s`).join(', ');
    console.log(`round ${rounds.length}: ${said}`);
  }
  return rounds;
}

/** A call that is not connected is answered more quickly than one that is. */
function connected(loaded: Loaded): Loaded {
  const other = loaded.samples.find(({ outcome }) => outcome !== '200 Dial');
  if (other !== undefined) throw new Error(`a call was answered with ${other.outcome}`);
  return loaded;
}

function summaryOf(rounds: readonly Round[]): WebhookRate {
  const ratios = (floor: 'express' | 'node') =>
    rounds.map((round) => rounded(round.ours.perSecond / round[floor].perSecond, 3));
  const rate = (name: keyof Ports) => median(rounds.map((round) => round[name].perSecond));
  const samples = rounds.flatMap(({ ours }) => ours.samples);
  return {
    ratio: median(ratios('express')),
    ratios: ratios('express'),
    ratio_of_node: median(ratios('node')),
    ratios_of_node: ratios('node'),
    floors: { express_per_second: rate('express'), node_and_statement_per_second: rate('node') },
    per_second: rate('ours'),
    p50_ms: percentile(samples, 0.5),
    p99_ms: percentile(samples, 0.99),
    p999_ms: percentile(samples, 0.999),
  };
}
