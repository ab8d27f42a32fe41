import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchTenant } from './tenants.ts';

const run = promisify(execFile);

/**
 * How often Postgres runs the floor's statement in a second when it is pgbench that asks. Null, and why on stderr, when there
 * is no pgbench that runs: `PGBENCH` names the program, otherwise it is looked for in the PATH.
 */
export async function pgbenchPerSecond(
  databaseUrl: string,
  tenants: readonly BenchTenant[],
  options: { clients: number; seconds: number; dids: number },
): Promise<number | null> {
  if (options.seconds === 0) return null;
  const folder = await mkdtemp(join(tmpdir(), 'maskplane-pgbench-'));
  try {
    const script = join(folder, 'settle.sql');
    writeFileSync(script, scriptOf(tenants, options.dids));
    const url = new URL(databaseUrl);
    const { stdout } = await run(
      process.env.PGBENCH ?? 'pgbench',
      [
        ...['--no-vacuum', '--protocol=prepared', `--file=${script}`],
        ...[`--client=${options.clients}`, '--jobs=1', `--time=${options.seconds}`],
        ...['-h', url.searchParams.get('host') ?? url.hostname, '-p', url.port || '5432'],
        ...['-U', url.username, url.pathname.slice(1)],
      ],
      { env: { PATH: process.env.PATH, PGOPTIONS: '-c role=maskplane_app' } },
    );
    // Newer versions print it once, older ones twice, the last without the time to connect.
    return Math.round(Number([...stdout.matchAll(/^tps = ([\d.]+)/gm)].at(-1)?.[1] ?? Number.NaN));
  } catch (error) {
    console.error(`no figure of pgbench: ${(error as Error).message}`);
    return null;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As allocate-floor.ts calls it; ids and bytes are drawn by Postgres, which costs it next to nothing. */
function scriptOf(tenants: readonly BenchTenant[], dids: number): string {
  const list = (values: readonly string[]) => `('{${values.join()}}'::text[])`;
  const random = (bytes: number) => {
    const whole = Array.from(
      { length: Math.floor(bytes / 32) },
      () => 'sha256(uuid_send(gen_random_uuid()))',
    );
    const rest = bytes % 32 === 0 ? [] : [`substr(sha256(uuid_send(gen_random_uuid())), 1, ${bytes % 32})`];
    return [...whole, ...rest].join(' || ');
  };
  const did = (place: string) => `'did_' || lpad(to_hex(1 + ${place} % ${dids}), 32, '0')`;
  return `
\\set t random(1, ${tenants.length})
\\set d random(0, ${dids - 1})
select settle_allocation(x.tenant, true, x.id, ${random(32)}, ${random(859)},
  jsonb_build_object('id', x.id, 'pool_id', x.pool, 'transaction_ref', 'floor', 'direction', 'both',
    'expires_at', now() + interval '1 hour', 'cooling_seconds', 86400, 'ring_timeout_seconds', 30,
    'max_call_seconds', 3600, 'sliding_seconds', null, 'max_calls', null, 'end_after_first_call', false,
    'metadata', '{}'::jsonb, 'created_at', now(),
    'allocation', '{"steps":[{"step":"pool","pool":"default","outcome":"found"}],"reasons":{"a":["never_held"],"b":["never_held"]}}'::jsonb,
    'after_end', '[]'::jsonb, 'grace_seconds', 0, 'did_a', x.did_a, 'did_b', x.did_b, 'role_a', 'driver', 'role_b', 'rider'),
  array['a', 'b'], array[x.did_a, x.did_b], array[${random(32)}, ${random(32)}], array[${random(42)}, ${random(42)}],
  1, false)
from (select ${list(tenants.map(({ id }) => id))}[:t::int] as tenant, ${list(tenants.map(({ poolId }) => poolId))}[:t::int] as pool,
             'ses_' || replace(gen_random_uuid()::text, '-', '') as id,
             ${did(':d::int')} as did_a, ${did('(:d::int + 1)')} as did_b) x;
`;
}
