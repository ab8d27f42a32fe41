import {
  type AllocationRate,
  measureAllocation,
  type Settings,
  standard,
} from './support/allocation-rate.ts';
import { spreadOf } from './support/figures.ts';
import { readNumbers, readOptions, WrongOption } from './support/options.ts';

/** What grows, one at a time; the other two stay as in `allocate`. */
const sweeps = {
  dids: '10,100,1000,10000',
  live: '1000,10000,100000,1000000',
  tenants: '1,10,100,1000',
};
type Sweep = keyof typeof sweeps;
const names = Object.keys(sweeps) as Sweep[];

/** The figure of `allocate` as the pool, the database and the number of tenants grow. */
export async function bench(args: readonly string[]): Promise<object> {
  const { seconds, rounds, connections, warmup, pgbench } = standard;
  const options = readOptions(args, {
    ...{ seconds, rounds, connections, warmup, pgbench },
    ...sweeps,
    sweeps: names.join(),
  });
  const wanted = options.sweeps.split(',');
  const unknown = wanted.find((name) => !(names as string[]).includes(name));
  if (unknown !== undefined) throw new WrongOption(`--sweeps takes some of ${names}, not ${unknown}.`);
  const plan = names
    .filter((name) => wanted.includes(name))
    .map((name) => ({ name, points: readNumbers(options[name]) }));
  const { dids, live, tenants, profile } = standard;
  const results: { [name in Sweep]?: object } = {};
  for (const { name, points } of plan)
    results[name] = await sweep(name, points, { ...options, dids, live, tenants, profile });
  return { sweeps: results, connections: options.connections };
}

async function sweep(name: Sweep, points: readonly number[], settings: Settings): Promise<object> {
  const measured: AllocationRate[] = [];
  for (const value of points) {
    console.log(`${name} ${value}`);
    measured.push(await measureAllocation({ ...settings, [name]: value }));
  }
  return {
    // The floor's database is the same at each point, so that ratios tell our part from the machine's.
    ratio_factor: spreadOf(measured.map(({ ratio }) => ratio)),
    per_second_factor: spreadOf(measured.map(({ per_second }) => per_second)),
    points: measured.map((result, place) => ({ [name]: points[place], ...result })),
  };
}
