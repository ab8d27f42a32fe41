import { EventQueue } from './event-queue.ts';
import { Phone, type PolicyName, policies } from './policies.ts';
import { exponential, randomOf } from './random.ts';

/** One busy courier, in hours. */
const JOBS_PER_HOUR = 4;
const JOB_HOURS = 0.75;
/** How long after the end of a job somebody calls about it. */
const REDIAL_HOURS = 0.5;

export type CourierResult = {
  redials: number;
  /** Redials of a DID that meanwhile belongs to another live job of the courier. */
  misrouted: number;
  /** Jobs for which no pair of DIDs was left. */
  refused: number;
};

type Happening = { kind: 'order' } | { kind: 'delivered'; did: number } | { kind: 'redial'; did: number };

/**
 * A courier's working life of so many jobs without any cooling time, so that the policy alone protects: jobs come at random
 * (Poisson), last as long as they last (exponential), and after each the courier calls the old number once (exponential). Every
 * customer is new.
 */
export function simulateCourier(options: {
  policy: PolicyName;
  dids: number;
  jobs: number;
  seed: number;
}): CourierResult {
  const random = randomOf(options.seed);
  const choose = policies[options.policy];
  const queue = new EventQueue<Happening>();
  const courier = new Phone();
  const result: CourierResult = { redials: 0, misrouted: 0, refused: 0 };
  let jobs = 0;
  queue.add(0, { kind: 'order' });
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    const { at, event } = next;
    if (event.kind === 'order') {
      jobs += 1;
      if (jobs < options.jobs) queue.add(at + exponential(random, 1 / JOBS_PER_HOUR), { kind: 'order' });
      const pair = choose(options.dids, courier, new Phone(), random);
      if (pair === null) {
        result.refused += 1;
        continue;
      }
      courier.take(pair.a);
      queue.add(at + exponential(random, JOB_HOURS), { kind: 'delivered', did: pair.a });
    } else if (event.kind === 'delivered') {
      courier.free(event.did, at);
      queue.add(at + exponential(random, REDIAL_HOURS), { kind: 'redial', did: event.did });
    } else {
      result.redials += 1;
      if (courier.live.has(event.did)) result.misrouted += 1;
    }
  }
  return result;
}
