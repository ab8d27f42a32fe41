/**
 * npm run bench -- allocate: sessions a second through the whole public API, as a ratio to a floor that is measured in the
 * same run, in turns. Options: --seconds 5 --rounds 3 --connections 32 --dids 10 --live 0
 * The last line is one JSON object.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { newMasterKeyText } from '../src/crypto/master-key.ts';
import { migrate } from '../src/db/migrate.ts';
import { startEmbedded } from '../src/embedded/embedded.ts';
import { newToken } from '../src/kernel/tokens.ts';
import { type LoadResult, load, median } from './load.ts';

const root = join(import.meta.dirname, '..');
const option = (name: string, standard: number): number => {
  const place = process.argv.indexOf(`--${name}`);
  return place === -1 ? standard : Number(process.argv[place + 1]);
};
const seconds = option('seconds', 5);
const rounds = option('rounds', 3);
const connections = option('connections', 32);
const didCount = option('dids', 10);
const liveBindings = option('live', 0);

const dataDir = mkdtempSync(join(tmpdir(), 'maskplane-bench-'));
chmodSync(dataDir, 0o711);
const children: ChildProcess[] = [];
const embedded = await startEmbedded({ dataDir, postgres: true, redis: true, log: () => {} });
try {
  await run();
} finally {
  for (const child of children) child.kill('SIGKILL');
  await embedded.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const databaseUrl = embedded.databaseUrl ?? '';
  await migrate(databaseUrl);
  const operatorKey = newToken('mp_op');
  const port = await freePort();
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: embedded.redisUrl ?? '',
    MASTER_KEY: newMasterKeyText(),
    OPERATOR_API_KEY: operatorKey,
    RATE_LIMIT_PER_MINUTE: '10000000',
    LOG_LEVEL: 'warn',
    PORT: String(port),
  };
  await start('src/main.ts', [], env, /listens on/);
  const call = async (path: string, key: string, body: object): Promise<any> => {
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
    return reply.json();
  };
  const tenant = await call('/v1/tenants', operatorKey, { name: 'Bench' });
  const { token } = await call(`/v1/tenants/${tenant.id}/api_keys`, operatorKey, { name: 'bench' });
  const account = await call('/v1/provider_accounts', operatorKey, {
    provider: 'vobiz',
    auth_id: 'MA_X',
    auth_token: 'test_token',
  });
  const adminUrl = new URL(embedded.adminUrl ?? '');
  adminUrl.pathname = '/maskplane';
  const admin = new pg.Client({ connectionString: adminUrl.href });
  admin.on('error', () => {}); // the server may be stopped before it, when something fails
  await admin.connect();
  await admin.query(
    `insert into dids (tenant_id, id, livemode, pool_id, provider_account_id, e164, country)
     select $1::text, 'did_' || lpad(to_hex(n), 32, '0'), true, p.id, $2, '+9179' || lpad(n::text, 8, '0'), 'IN'
       from generate_series(1, $3::integer) n, pools p where p.tenant_id = $1::text and p.livemode and p.name = 'default'`,
    [tenant.id, account.id, didCount],
  );
  await fillBindings(admin, tenant.id);
  const { rows: pools } = await admin.query('select id from pools where tenant_id = $1 and livemode', [
    tenant.id,
  ]);
  const { rows: dids } = await admin.query(
    'select id from dids where tenant_id = $1 order by random() limit 1000',
    [tenant.id],
  );
  // An empty table that was analysed looks as if it stayed empty, and plans would scan it.
  await admin.query(liveBindings > 0 ? 'vacuum analyze' : 'analyze dids');
  await admin.end();

  const floorPort = await freePort();
  const floorArgs = [
    databaseUrl,
    String(floorPort),
    tenant.id,
    pools[0].id,
    dids.map((did) => did.id).join(','),
  ];
  await start('bench/allocate-floor.ts', floorArgs, {}, /ready/);

  let next = 0;
  const phone = () => `+91${9_000_000_000 + (next++ % 900_000_000)}`;
  const make = () => ({
    path: '/v1/sessions',
    headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': randomUUID() },
    body: JSON.stringify({
      transaction_ref: `ride-${randomBytes(4).toString('hex')}`,
      parties: { a: { phone: phone(), role: 'driver' }, b: { phone: phone(), role: 'rider' } },
    }),
  });
  const options = { connections, seconds, expected: 201 };
  const results: { ours: LoadResult; floor: LoadResult }[] = [];
  await load(port, make, { ...options, seconds: 2 });
  await load(floorPort, make, { ...options, seconds: 2 });
  for (let round = 0; round < rounds; round += 1) {
    const floor = await load(floorPort, make, options);
    const ours = await load(port, make, options);
    if (ours.failed + floor.failed > 0)
      throw new Error(`failed requests: ours ${ours.failed}, floor ${floor.failed}`);
    results.push({ ours, floor });
    console.log(
      `round ${round + 1}: ours ${ours.perSecond}/s p50 ${ours.p50Ms} ms, floor ${floor.perSecond}/s p50 ${floor.p50Ms} ms`,
    );
  }
  const ratios = results.map(({ ours, floor }) => ours.perSecond / floor.perSecond);
  console.log(
    JSON.stringify({
      bench: 'allocate',
      ratio: Number(median(ratios).toFixed(3)),
      ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
      floors: { express_prepared_statement_per_second: median(results.map(({ floor }) => floor.perSecond)) },
      per_second: median(results.map(({ ours }) => ours.perSecond)),
      p50_ms: median(results.map(({ ours }) => ours.p50Ms)),
      p99_ms: median(results.map(({ ours }) => ours.p99Ms)),
      dids: didCount,
      live_bindings: liveBindings,
      connections,
    }),
  );
}

/** Bindings of other callers, so that the tables have the size of a busy tenant. */
async function fillBindings(admin: pg.Client, tenantId: string): Promise<void> {
  if (liveBindings === 0) return;
  await admin.query(
    `with s as (
       insert into sessions (tenant_id, id, livemode, pool_id, direction, expires_at, cooling_seconds, ring_timeout_seconds,
                             max_call_seconds, metadata)
       select $1::text, 'ses_' || lpad(to_hex(n), 32, '0'), true, p.id, 'both', now() + interval '1 day', 86400, 30, 3600, '{}'
         from generate_series(1, $2::integer / 2) n, pools p where p.tenant_id = $1::text and p.livemode and p.name = 'default'
       returning id
     )
     insert into bindings (tenant_id, did_id, caller_index, session_id, side, free_at)
     select $1::text, 'did_' || lpad(to_hex(1 + (abs(hashtext(s.id || side)) % $3::integer)), 32, '0'), sha256((s.id || side)::bytea), s.id, side,
            now() + interval '2 days'
       from s, unnest(array['a', 'b']) as side`,
    [tenantId, liveBindings, didCount],
  );
}

function start(file: string, args: string[], env: Record<string, string>, ready: RegExp): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, file), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => ready.test(String(chunk)) && resolve());
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
