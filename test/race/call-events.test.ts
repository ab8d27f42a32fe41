import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type Chance, chanceOf } from '../model/chance.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import {
  drawTruth,
  expectedFrom,
  expectedInTheEnd,
  type Form,
  type Seen,
  type Truth,
} from '../support/call-truth.ts';
import { type CdrServer, startCdrServer } from '../support/cdr-server.ts';
import { runJob } from '../support/events.ts';
import { newPlan } from '../support/plans.ts';
import { type SeenUsage, usageFrom, usageInTheEnd } from '../support/usage-truth.ts';
import { openWorld, type World } from '../support/world.ts';

const isFull = process.env.CHAOS_FULL === '1';
const CALLS = Number(process.env.CALLS ?? (isFull ? 100_000 : 500));
/** So that a run of any length keeps its times near its calls, and its lists short. */
const BATCH = 500;
const SEED = Number(process.env.CALLS_SEED ?? 20261124);
const AT_ONCE = 8;
/** Of each event, once it was drawn; the answer event is asked for until it is answered. */
const LOSS = 0.01;

type Post = { truth: Truth; form: Form; isLeg: boolean };

describe('calls whose events come in any order, up to five times or never', () => {
  let world: World;
  let tenant: Tenant;
  let records: CdrServer;
  let callers: { did: string; from: string }[];
  before(async () => {
    records = await startCdrServer();
    world = await openWorld({ vobizApiBase: records.base });
    tenant = await newTenant(world, { dids: freshNumbers(4) });
    await newPlan(world, {}, tenant.id);
    callers = [];
    for (let count = 0; count < 20; count += 1) {
      const [a = '', b = ''] = freshNumbers(2, '+9198');
      const session = await newSession(tenant, a, b, { expires_in_seconds: 86_400 });
      callers.push({ did: session.parties.a.masking_number, from: a });
    }
  });
  after(async () => {
    await world.close();
    await records.close();
  });

  /** As the route of the webhook does; HTTP itself would be most of the run. */
  const post = async ({ truth, form, isLeg }: Post) => {
    const token = tenant.account.webhookPath.split('/').at(-1) ?? '';
    const callId = isLeg ? await idOf(truth) : null;
    const reply = await world.container.webhook.handle({
      ...{ token, path: tenant.account.webhookPath, address: '127.0.0.1', headers: {}, form },
      call: callId === null ? null : { tenantId: tenant.id, callId, event: 'leg' },
    });
    assert.equal(reply.status, 200);
    if (form.Event !== 'StartApp') assert.doesNotMatch(reply.xml, /<Dial/);
  };
  const idOf = async ({ uuid }: Truth): Promise<string | null> => {
    const [row] = await world.sql<{ id: string }>('select id from calls where provider_call_id = $1', [uuid]);
    return row?.id ?? null;
  };
  const all = async (posts: Post[]) => {
    const work = async () => {
      for (let one = posts.pop(); one !== undefined; one = posts.pop()) await post(one);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  };

  const seen = async (truths: Truth[]): Promise<Map<string, Seen>> => {
    const rows = await world.sql<Seen & { uuid: string }>(
      `select c.provider_call_id as uuid, c.status, c.hangup_reason as reason, c.connected as answered,
              c.duration_seconds as seconds, c.confirmed_by as confirmed,
              extract(epoch from c.ended_at)::float as ended,
              coalesce(array_agg(concat_ws(' ', l.side, coalesce(l.duration_seconds::text, 'null'),
                coalesce(l.hangup_reason, 'null'), coalesce(l.confirmed_by, 'null'))
                order by l.side, l.position nulls last, l.hangup_reason) filter (where l.leg_id is not null), '{}') as legs
         from calls c left join call_legs l on l.tenant_id = c.tenant_id and l.call_id = c.id
        where c.tenant_id = $1 and c.provider_call_id = any ($2) group by c.tenant_id, c.id`,
      [tenant.id, truths.map(({ uuid }) => uuid)],
    );
    return new Map(rows.map(({ uuid, ...state }) => [uuid, state]));
  };
  const differing = (truths: Truth[], now: Map<string, Seen>, expected: (truth: Truth) => Seen) =>
    truths.flatMap((truth) => {
      const is = now.get(truth.uuid);
      const due = expected(truth);
      const start = Date.parse(`${truth.records[0]?.start_time}`) / 1000;
      const ended = is?.ended == null ? null : is.ended - start;
      const text = (state: object | undefined) => JSON.stringify(state, Object.keys(due));
      return text({ ...is, ended }) === text(due) ? [] : [{ kind: truth.kind, is: { ...is, ended }, due }];
    });

  /** By call: what its lines add up to, and what the last one says. */
  const usageOf = async (truths: Truth[]): Promise<Map<string, SeenUsage & { lines: string }>> => {
    const rows = await world.sql<SeenUsage & { uuid: string; lines: string }>(
      `select c.provider_call_id as uuid, string_agg(u.entry, ' ' order by u.revision) as lines,
              (array_agg(u.billable order by u.revision desc))[1] as billable,
              (array_agg(u.reason order by u.revision desc))[1] as reason, sum(u.seconds)::integer as seconds,
              sum(u.billed_seconds)::integer as billed, coalesce(sum(u.amount), 0)::integer as amount,
              sum(u.quantity)::integer as quantity
         from usage_records u join calls c on c.tenant_id = u.tenant_id and c.id = u.call_id
        where c.tenant_id = $1 and c.provider_call_id = any ($2) group by c.provider_call_id`,
      [tenant.id, truths.map(({ uuid }) => uuid)],
    );
    return new Map(rows.map(({ uuid, ...usage }) => [uuid, usage]));
  };
  const misbilled = (
    truths: Truth[],
    now: Map<string, SeenUsage & { lines: string }>,
    expected: (truth: Truth) => SeenUsage | null,
  ) =>
    truths.flatMap((truth): object[] => {
      const { lines, ...is } = now.get(truth.uuid) ?? { lines: 'none', seconds: null };
      const due = expected(truth);
      if (due === null) return lines === 'none' ? [] : [{ kind: truth.kind, is, due, lines }];
      const text = (usage: object) => JSON.stringify(usage, Object.keys(due));
      const known = due.seconds === null ? { ...is, seconds: null } : is;
      // On a slow machine the answer is heard of after the end that Vobiz has told: then nobody can say anything.
      if (due.seconds === null && 'reason' in is && is.reason === 'no_duration') return [];
      const areInPairs = /^charge( reversal charge)*$/.test(lines);
      return areInPairs && text(known) === text(due) ? [] : [{ kind: truth.kind, is, due, lines }];
    });

  const batch = async (chance: Chance, count: number) => {
    records.rows.clear();
    const truths: Truth[] = [];
    const arrived = new Map<string, string[]>();
    const posts: Post[] = [];
    for (let place = 0; place < count; place += 1) {
      const caller = chance.pick(callers);
      const numbers = chance.hit(0.05) ? { ...caller, from: '' } : caller;
      const truth = drawTruth(chance, numbers, Date.now());
      truths.push(truth);
      for (const row of truth.records) records.rows.set(row.uuid, row);
      const kept = Object.entries(truth.events).filter(() => !chance.hit(LOSS));
      arrived.set(
        truth.uuid,
        kept.map(([name]) => name),
      );
      for (const [, form] of [['answer', truth.answer] as const, ...kept]) {
        const times = chance.hit(0.7) ? 1 : 1 + Math.floor(chance.random() * 5);
        for (let time = 0; time < times; time += 1) {
          posts.push({ truth, form, isLeg: 'DialBLegTo' in form && chance.hit(0.5) });
        }
      }
    }
    const posted = posts.length;
    await all(chance.some(posts, posts.length));
    const expected = (truth: Truth) => expectedFrom(truth, arrived.get(truth.uuid) ?? []);
    const before = differing(truths, await seen(truths), expected);
    assert.deepEqual(before.slice(0, 3), [], `${before.length} of ${count} calls differ`);
    const billed = misbilled(truths, await usageOf(truths), (truth) =>
      usageFrom(truth, arrived.get(truth.uuid) ?? []),
    );
    assert.deepEqual(billed.slice(0, 3), [], `usage of ${billed.length} of ${count} calls differs`);
    const open = truths.filter((truth) => !arrived.get(truth.uuid)?.includes('hangup')).length;

    await world.sql(`update calls set settle_at = now() where settle_at is not null`);
    for (let left = 1; left > 0; ) {
      await runJob(world, 'settle_calls');
      const [row] = await world.sql<{ n: number }>(
        'select count(*)::integer as n from calls where settle_at <= now()',
      );
      left = row?.n ?? 0;
    }
    const inTheEnd = (truth: Truth) => expectedInTheEnd(truth, arrived.get(truth.uuid) ?? []);
    const end = differing(truths, await seen(truths), inTheEnd);
    assert.deepEqual(end.slice(0, 3), [], `${end.length} of ${count} calls differ in the end`);
    const final = misbilled(truths, await usageOf(truths), usageInTheEnd);
    assert.deepEqual(final.slice(0, 3), [], `usage of ${final.length} of ${count} calls differs in the end`);
    return { posted, open };
  };

  it(`${CALLS} of them are as an oracle says, before and after the records of Vobiz were read`, async (context: TestContext) => {
    context.diagnostic(`CALLS_SEED=${SEED}`);
    const chance = chanceOf(SEED);
    const sum = { posted: 0, open: 0 };
    for (let done = 0; done < CALLS; done += BATCH) {
      const { posted, open } = await batch(chance, Math.min(BATCH, CALLS - done));
      sum.posted += posted;
      sum.open += open;
    }
    context.diagnostic(`${sum.posted} events posted, ${sum.open} calls without a hangup event`);
    assert.ok(sum.posted > CALLS * 5 && (sum.open > 0 || CALLS < 500));
  });

  it('each was told of once, however often its events came', async () => {
    const told = await world.sql<{ type: string; calls: number; times: number }>(
      `select type, count(distinct call_id)::integer as calls, count(*)::integer as times from events
        where call_id is not null group by type order by type`,
    );
    for (const { type, calls, times } of told) assert.equal(times, calls, type);
    const [over] = await world.sql<{ n: number }>(
      `select count(*)::integer as n from calls where ended_at is not null and decision = 'bridge'`,
    );
    const ends = told.filter(({ type }) => type === 'call.completed' || type === 'call.failed');
    assert.equal(
      ends.reduce((sum, { calls }) => sum + calls, 0),
      over?.n,
    );
  });
});
