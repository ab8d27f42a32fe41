import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tenant } from './api.ts';
import { answerEvent, postForm } from './vobiz.ts';
import type { World } from './world.ts';

/** A client gives up after this long; no fault of these tests lasts a third of it. */
const patienceMs = 60_000;
/** Longer than any answer takes that still comes. */
const answerWithinMs = 15_000;

/** A session as it was acknowledged. */
export type Given = { id: string; key: string; a: string; b: string; m1: string; m2: string };

export type LoadFigures = {
  acknowledged: number;
  refused: number;
  /** Answered again under a key that was answered before. */
  replayed: number;
  ended: number;
  calls: number;
  /** Calls that heard that they cannot be connected at the moment. */
  callsUnavailable: number;
  /** Attempts that got no answer at all. */
  cut: number;
  /** Attempts that were told to try again. */
  busy: number;
  unavailable: number;
  p50Ms: number;
  p99Ms: number;
};

/**
 * Clients that want sessions and never let go: each asks with one Idempotency-Key until it gets an answer, sometimes asks
 * again, calls through what it got, and ends its oldest sessions. It keeps book of what was acknowledged, by itself.
 */
export type SessionLoad = {
  /** What must never be seen: a pair given twice, a key answered twice in two ways, a call to somebody else. */
  readonly violations: string[];
  /** Keys that were refused for good: the pool had no pair. */
  readonly refused: ReadonlySet<string>;
  /** Every session that was ever acknowledged, by key. */
  readonly acknowledged: ReadonlyMap<string, Given>;
  /** Those of them that nobody has asked to end. */
  live(): Given[];
  /** How many sessions were acknowledged so far. */
  count(): number;
  /** Asks for sessions until told to stop; each request goes to the next of these addresses. */
  run(urls: readonly string[], clients: number, isDone: (started: number) => boolean): Promise<void>;
  figures(): LoadFigures;
};

export function openSessionLoad(options: {
  tenant: Tenant;
  phones: readonly string[];
  seenFrom: (url: string) => World;
  /** How many sessions stay live at once; each takes two of the pool's places. */
  keepLive: number;
}): SessionLoad {
  const { tenant, phones, seenFrom } = options;
  const violations: string[] = [];
  const refused = new Set<string>();
  const acknowledged = new Map<string, Given>();
  const live = new Map<string, Given>();
  const holders = new Map<string, string>();
  const latencies: number[] = [];
  const counts = {
    replayed: 0,
    ended: 0,
    calls: 0,
    callsUnavailable: 0,
    cut: 0,
    busy: 0,
    unavailable: 0,
  };
  let started = 0;
  let turn = 0;
  const nextOf = (urls: readonly string[]) => urls[turn++ % urls.length] ?? '';

  /** Asks until there is an answer that is not "try again". */
  const insist = async (urls: readonly string[], path: string, body: object, key: string) => {
    for (const giveUpAt = performance.now() + patienceMs; performance.now() < giveUpAt; await sleep(50)) {
      const began = performance.now();
      const reply = await fetch(`${nextOf(urls)}${path}`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${tenant.token}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': key,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(answerWithinMs),
      })
        .then(async (response) => ({ response, body: (await response.json()) as any }))
        .catch(() => null);
      if (reply === null) counts.cut += 1;
      else if (reply.response.status === 503) counts.unavailable += 1;
      else if (reply.body.code === 'idempotency_key_in_use') counts.busy += 1;
      else {
        latencies.push(performance.now() - began);
        return reply;
      }
    }
    throw new Error(`no answer to ${path} in ${patienceMs} ms, ${JSON.stringify(counts)}`);
  };

  const places = ({ a, b, m1, m2 }: Given) => [`${m1} ${a}`, `${m2} ${b}`];

  const take = (given: Given): void => {
    acknowledged.set(given.key, given);
    live.set(given.id, given);
    if (given.m1 === given.m2) violations.push(`${given.id} has one number for both parties`);
    for (const place of places(given)) {
      const holder = holders.get(place);
      if (holder !== undefined) violations.push(`${place} was given to ${holder} and to ${given.id}`);
      holders.set(place, given.id);
    }
  };

  const end = async (urls: readonly string[], given: Given): Promise<void> => {
    if (!live.delete(given.id)) return;
    // Before it is asked for: from the moment that it is over, the pair may be another's.
    for (const place of places(given)) if (holders.get(place) === given.id) holders.delete(place);
    const { response, body } = await insist(urls, `/v1/sessions/${given.id}/end`, {}, randomUUID());
    if (response.status !== 200 || body.status !== 'ended')
      violations.push(`the end of ${given.id} was answered with ${response.status} ${JSON.stringify(body)}`);
    counts.ended += 1;
  };

  const call = async (urls: readonly string[], { id, a, b, m1, m2 }: Given): Promise<void> => {
    const event = { ...answerEvent(m1, a.slice(1)), CallUUID: randomUUID() };
    const path = tenant.account.webhookPath;
    const reply = await postForm(seenFrom(nextOf(urls)), path, event).catch(() => null);
    if (reply === null) return;
    counts.calls += 1;
    if (!live.has(id)) return; // another client has ended it meanwhile
    if (/cannot be connected at the moment/.test(reply.spoken.join())) counts.callsUnavailable += 1;
    else if (reply.dial?.number !== b || reply.dial?.callerId !== m2)
      violations.push(`a call through ${id} was answered with ${reply.status} ${reply.xml}`);
  };

  const ask = async (urls: readonly string[], place: number): Promise<void> => {
    const [a = '', b = ''] = pairOf(phones, place);
    const key = randomUUID();
    const body = {
      transaction_ref: key,
      cooling_seconds: 0,
      parties: { a: { phone: a }, b: { phone: b } },
    };
    const first = await insist(urls, '/v1/sessions', body, key);
    if (first.response.status === 409 && first.body.code === 'pool_exhausted') return void refused.add(key);
    if (first.response.status !== 201) {
      violations.push(`a session was answered with ${first.response.status} ${JSON.stringify(first.body)}`);
      return;
    }
    const { id, parties } = first.body;
    const given = { id, key, a, b, m1: parties.a.masking_number, m2: parties.b.masking_number };
    take(given);
    if (place % 10 === 0) {
      const again = await insist(urls, '/v1/sessions', body, key);
      counts.replayed += 1;
      if (again.body.id !== id) violations.push(`${key} was answered with ${id} and ${again.body.id}`);
    }
    if (place % 8 === 0) await call(urls, given);
    while (live.size > options.keepLive) await end(urls, live.values().next().value as Given);
  };

  return {
    violations,
    refused,
    acknowledged,
    live: () => [...live.values()],
    count: () => acknowledged.size,
    async run(urls, clients, isDone) {
      const from = started;
      const work = async () => {
        while (!isDone(started - from)) await ask(urls, started++);
      };
      await Promise.all(Array.from({ length: clients }, work));
    },
    figures() {
      const sorted = [...latencies].sort((x, y) => x - y);
      const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
      return {
        acknowledged: acknowledged.size,
        refused: refused.size,
        ...counts,
        p50Ms: at(0.5),
        p99Ms: at(0.99),
      };
    },
  };
}

/** Each phone meets each other one in turn. */
function pairOf(phones: readonly string[], place: number): [string, string] {
  const count = phones.length;
  const first = place % count;
  const second = (first + 1 + (Math.floor(place / count) % (count - 1))) % count;
  return [phones[first] ?? '', phones[second] ?? ''];
}
