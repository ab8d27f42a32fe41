import { EventQueue } from './event-queue.ts';
import { Phone, type PolicyName, policies } from './policies.ts';
import { exponential, type Random, randomOf } from './random.ts';

/** A delivery fleet's long day, in hours. */
export const fleetDay = {
  couriers: 2_000,
  customers: 30_000,
  jobs: 60_000,
  hours: 11,
  jobHours: 0.75,
  /** After the end of a job each side calls the old number once, after a time of this mean. */
  redialHours: 0.5,
  /** More than so many live jobs nobody has. */
  mostPerCourier: 4,
  mostPerCustomer: 3,
};

export type FleetResult = {
  sessions: number;
  peakLive: number;
  /** Most DIDs that any phone held at a time, live and cooling: what the pool needs. */
  mostHeld: number;
  refused: number;
  redials: number;
  misrouted: number;
};

type Session = { courier: Phone; customer: Phone; courierDid: number; customerDid: number; endedAt: number };
type Happening =
  | { kind: 'order' }
  | { kind: 'delivered'; session: Session }
  | { kind: 'cooled'; session: Session }
  | { kind: 'redial'; phone: Phone; did: number };

/** One day from its first job to its last; traffic and choices have streams of their own, so that policies meet one day. */
export function simulateFleet(options: {
  policy: PolicyName;
  dids: number;
  coolingHours: number;
  seed: number;
}): FleetResult {
  const day = fleetDay;
  const traffic = randomOf(options.seed);
  const choices = randomOf(options.seed + 1);
  const choose = policies[options.policy];
  const couriers = Array.from({ length: day.couriers }, () => new Phone());
  const customers = Array.from({ length: day.customers }, () => new Phone());
  const queue = new EventQueue<Happening>();
  const result: FleetResult = {
    sessions: 0,
    peakLive: 0,
    mostHeld: 0,
    refused: 0,
    redials: 0,
    misrouted: 0,
  };
  let live = 0;

  const order = (at: number): void => {
    const courier = someone(couriers, day.mostPerCourier, traffic);
    const customer = someone(customers, day.mostPerCustomer, traffic);
    const ends = at + exponential(traffic, day.jobHours);
    const pair = choose(options.dids, courier, customer, choices);
    if (pair === null) {
      result.refused += 1;
      return;
    }
    courier.take(pair.a);
    customer.take(pair.b);
    live += 1;
    result.sessions += 1;
    result.peakLive = Math.max(result.peakLive, live);
    result.mostHeld = Math.max(result.mostHeld, courier.held, customer.held);
    const session = { courier, customer, courierDid: pair.a, customerDid: pair.b, endedAt: ends };
    queue.add(ends, { kind: 'delivered', session });
  };
  const deliver = (at: number, session: Session): void => {
    live -= 1;
    const { courier, customer, courierDid, customerDid } = session;
    courier.cool(courierDid);
    customer.cool(customerDid);
    queue.add(at + options.coolingHours, { kind: 'cooled', session });
    const late = () => at + exponential(traffic, day.redialHours);
    queue.add(late(), { kind: 'redial', phone: courier, did: courierDid });
    queue.add(late(), { kind: 'redial', phone: customer, did: customerDid });
  };

  for (let job = 0; job < day.jobs; job += 1) queue.add(traffic() * day.hours, { kind: 'order' });
  for (let next = queue.next(); next !== undefined && next.at <= day.hours; next = queue.next()) {
    const { at, event } = next;
    if (event.kind === 'order') order(at);
    else if (event.kind === 'delivered') deliver(at, event.session);
    else if (event.kind === 'cooled') {
      event.session.courier.free(event.session.courierDid, event.session.endedAt);
      event.session.customer.free(event.session.customerDid, event.session.endedAt);
    } else {
      result.redials += 1;
      if (event.phone.live.has(event.did)) result.misrouted += 1;
    }
  }
  return result;
}

/** Anyone who may take one more job. */
function someone(phones: readonly Phone[], most: number, random: Random): Phone {
  for (;;) {
    const phone = phones[Math.floor(random() * phones.length)];
    if (phone !== undefined && phone.live.size < most) return phone;
  }
}
