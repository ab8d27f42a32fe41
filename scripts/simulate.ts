/**
 * Plays days of couriers and of a fleet through the very function that ranks DID pairs in the service, and prints how often a
 * late redial would meet a stranger, and how many DIDs a pool needs.
 *
 *   npm run simulate
 *   npm run simulate -- --seed 7 --policy lru --dids 16,24
 *
 * The same seed prints the same figures.
 */
import { parseArgs } from 'node:util';
import { simulateCourier } from './simulation/courier.ts';
import { fleetDay, simulateFleet } from './simulation/fleet.ts';
import { type PolicyName, policyNames } from './simulation/policies.ts';

const DEFAULT_SEED = 1;
const DEFAULT_DIDS = [8, 12, 16, 24, 80];
const MOST_DIDS = 1_000;
/** 0.01 % of them are ten: the smallest share that can be seen, in half a minute for all. */
const JOBS = 100_000;
/** Nobody in the fleet comes near it, so it shows what is needed. */
const PLENTY = 150;

type Options = { seed: number; policies: readonly PolicyName[]; dids: readonly number[] };

function main(args: string[]): number {
  const options = readOptions(args);
  if (typeof options === 'string') {
    console.error(options);
    return 1;
  }
  console.log(`seed ${options.seed}\n`);
  printCourier(options);
  printFleet(options);
  return 0;
}

/** The options, or what is wrong with them. */
function readOptions(args: string[]): Options | string {
  const text = { type: 'string' } as const;
  let values: { seed?: string; policy?: string; dids?: string };
  try {
    ({ values } = parseArgs({ args, options: { seed: text, policy: text, dids: text } }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const seed = Number(values.seed ?? DEFAULT_SEED);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) return '--seed is a whole number below 2^32.';
  const dids = values.dids?.split(',').map(Number) ?? DEFAULT_DIDS;
  if (!dids.every((count) => Number.isInteger(count) && count >= 2 && count <= MOST_DIDS)) {
    return `--dids is a number from 2 to ${MOST_DIDS}, or several with commas.`;
  }
  const policies = policyNames.filter((name) => values.policy === undefined || values.policy === name);
  if (policies.length === 0) return `--policy is one of ${policyNames.join(', ')}.`;
  return { seed, policies, dids };
}

function printCourier({ seed, policies, dids }: Options): void {
  console.log(
    'One courier, 4 jobs an hour of 45 min on average, no cooling time. After each job the old number is dialled once,',
  );
  console.log(`30 min later on average. Of ${thousands(JOBS)} such redials, so many reach a stranger:\n`);
  printTable(
    ['DIDs', ...policies],
    dids.map((count) => [
      String(count),
      ...policies.map((policy) => {
        const { misrouted, redials } = simulateCourier({ policy, dids: count, jobs: JOBS, seed });
        return percent(misrouted, redials);
      }),
    ]),
  );
}

function printFleet({ seed, policies }: Options): void {
  const { couriers, customers, jobs, hours } = fleetDay;
  console.log(
    `\nA fleet's day of ${hours} h: ${thousands(couriers)} couriers, ${thousands(customers)} customers,`,
  );
  console.log(
    `${thousands(jobs)} jobs. A pool needs as many DIDs as its busiest phone holds; with just as many:\n`,
  );
  const rows: string[][] = [];
  for (const [label, coolingHours] of [
    ['none', 0],
    ['2 h', 2],
    ['the whole day', hours],
  ] as const) {
    const { mostHeld } = simulateFleet({ policy: 'first-fit', dids: PLENTY, coolingHours, seed });
    for (const policy of policies) {
      const day = simulateFleet({ policy, dids: mostHeld, coolingHours, seed });
      const { peakLive, refused, misrouted, redials } = day;
      rows.push([
        label,
        String(mostHeld),
        policy,
        thousands(peakLive),
        String(refused),
        percent(misrouted, redials),
      ]);
    }
  }
  printTable(['cooling', 'DIDs', 'policy', 'live at peak', 'refused', 'misrouted redials'], rows);
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join(' | ')} |`;
  console.log(line(head));
  console.log(`|${widths.map((width) => `${'-'.repeat(width + 1)}:`).join('|')}|`);
  for (const row of rows) console.log(line(row));
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(part / whole < 0.01 ? 3 : 1)} %`;
}

function thousands(count: number): string {
  return count.toLocaleString('en-US');
}

process.exitCode = main(process.argv.slice(2));
