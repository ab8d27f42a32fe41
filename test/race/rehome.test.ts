import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { freshNumbers, newSession, newTenant, type Reply, type Tenant } from '../support/api.ts';
import { openRowHolder, type RowHolder } from '../support/row-holder.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const ROUNDS = 8;
type Side = 'a' | 'b';
const sides: Side[] = ['a', 'b'];

describe('a session that gets other numbers while something else happens', () => {
  let world: World;
  let holder: RowHolder;
  before(async () => {
    world = await openWorld();
    holder = await openRowHolder(world);
  });
  after(async () => {
    await holder.close();
    await world.close();
  });

  const poolOf = (size: number, at = world): Promise<Tenant> => newTenant(at, { dids: freshNumbers(size) });
  const phones = (count = 2): string[] => freshNumbers(count, '+9194');
  const rehome = (tenant: Tenant, id: string): Promise<Reply> =>
    tenant.api.post(`/v1/sessions/${id}/rehome`, {});
  const read = async (tenant: Tenant, id: string): Promise<any> =>
    (await tenant.api.get(`/v1/sessions/${id}`)).body;
  const numberOf = (session: any, side: Side): string => session.parties[side].masking_number;
  const explain = async (tenant: Tenant, to: string, from: string): Promise<any> =>
    (await tenant.api.post('/v1/routes/explain', { to, from })).body;
  /** A session and its parties, on a pool of its own. */
  const opened = async (size: number, more: object = {}) => {
    const tenant = await poolOf(size);
    const [a = '', b = ''] = phones();
    return { tenant, a, b, session: await newSession(tenant, a, b, more) };
  };

  /** What must hold whatever happened, at rest. */
  const isSound = async (tenant: Tenant, at = world) => {
    const wrong = await at.sql(
      `with live as (
         select b.* from bindings b where b.tenant_id = $1 and b.released_at is null
       ), wanted as (
         select s.id, f.side, f.caller_index, p.did_id
           from sessions s join session_phones f on f.tenant_id = $1 and f.session_id = s.id and f.removed_at is null
           join session_parties p on p.tenant_id = $1 and p.session_id = s.id and p.side = f.side
          where s.tenant_id = $1 and s.ended_at is null
       )
       select 'given twice' as what, did_id::text as which from bindings
        where tenant_id = $1 and free_at > now() group by did_id, caller_index having count(*) > 1
       union all
       select 'a phone without its one live binding', w.id || ' ' || w.side from wanted w
        where 1 <> (select count(*) from live l where l.session_id = w.id and l.caller_index = w.caller_index)
           or not exists (select from live l where l.session_id = w.id and l.side = w.side
                             and l.caller_index = w.caller_index and l.did_id = w.did_id)
       union all
       select 'a live binding that nobody needs', l.session_id || ' ' || l.side from live l
        where not exists (select from wanted w where w.id = l.session_id and w.side = l.side
                             and w.caller_index = l.caller_index and w.did_id = l.did_id)
       union all
       select 'one DID for both', s.session_id::text from session_parties s where s.tenant_id = $1
        group by s.session_id having count(distinct s.did_id) <> 2
       union all
       select 'a live binding on a DID out of service', l.session_id::text
         from live l join dids d on d.tenant_id = $1 and d.id = l.did_id and d.status = 'retired'`,
      [tenant.id],
    );
    assert.deepEqual(wrong, []);
  };

  it('two requests at once: it moves twice, one after the other', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tenant, session } = await opened(4);
      const replies = await Promise.all([rehome(tenant, session.id), rehome(tenant, session.id)]);
      for (const reply of replies) assert.equal(reply.status, 200, reply.text);
      const now = await read(tenant, session.id);
      // Times do not tell which came last: a transaction's begins before it waits for the other.
      const [last] = replies.filter(({ body }) => isDeepStrictEqual(body.parties, now.parties));
      const [first] = replies.filter((reply) => reply !== last);
      assert.ok(last !== undefined && first !== undefined);
      for (const side of sides) {
        const three: string[] = [session, first.body, last.body].map((each) => numberOf(each, side));
        assert.equal(new Set(three).size, 3, 'an old number that cools was given again');
      }
      await isSound(tenant);
    }
  });

  it('two requests at once, and numbers for one: the other is refused', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tenant, session } = await opened(2);
      const replies = await Promise.all([rehome(tenant, session.id), rehome(tenant, session.id)]);
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
      const moved = replies.find(({ status }) => status === 200);
      assert.deepEqual((await read(tenant, session.id)).parties, moved?.body.parties);
      await isSound(tenant);
    }
  });

  it('its end: it moves and ends with the new numbers, or is over and keeps the old ones', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tenant, session, a } = await opened(4);
      const [moved, ended] = await Promise.all([
        rehome(tenant, session.id),
        tenant.api.post(`/v1/sessions/${session.id}/end`, {}),
      ]);
      assert.equal(ended.status, 200, ended.text);
      const now = await read(tenant, session.id);
      assert.equal(now.status, 'ended');
      if (moved.status === 200) {
        assert.deepEqual(now.parties, moved.body.parties);
        assert.notEqual(numberOf(now, 'a'), numberOf(session, 'a'));
      } else {
        assert.equal(moved.body.code, 'session_over', moved.text);
        assert.deepEqual(now.parties, session.parties);
      }
      for (const number of [numberOf(session, 'a'), numberOf(now, 'a')]) {
        assert.equal((await explain(tenant, number, a)).reason, 'session_ended');
      }
      await isSound(tenant);
    }
  });

  it('a phone that is replaced: the new one has the new number, and the old one none', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tenant, session, a } = await opened(4);
      const [next = ''] = phones(1);
      const [moved, changed] = await Promise.all([
        rehome(tenant, session.id),
        tenant.api.patch(`/v1/sessions/${session.id}`, { parties: { a: { phone: next } } }),
      ]);
      assert.equal(moved.status, 200, moved.text);
      assert.equal(changed.status, 200, changed.text);
      const now = await read(tenant, session.id);
      assert.deepEqual(now.parties.a.phones_last4, [next.slice(-4)]);
      assert.equal(numberOf(now, 'a'), numberOf(moved.body, 'a'));
      assert.equal((await explain(tenant, numberOf(now, 'a'), next)).decision, 'bridge');
      assert.notEqual((await explain(tenant, numberOf(now, 'a'), a)).decision, 'bridge');
      assert.equal((await explain(tenant, numberOf(session, 'a'), a)).reason, 'phone_replaced');
      await isSound(tenant);
    }
  });

  for (const [how, redisUrl] of [
    ['with Redis', undefined],
    ['without Redis', '/nowhere/redis.sock'],
  ] as const) {
    it(`new sessions and others that want the same DIDs (${how}): no (DID, caller) twice, no half a pair`, async () => {
      const at = redisUrl === undefined ? world : await openWorld({ redisUrl });
      try {
        const tenant = await poolOf(6, at);
        const people = phones(8);
        const some = (n: number) => people[n % people.length] ?? '';
        const create = (n: number): Promise<Reply> =>
          tenant.api.post('/v1/sessions', {
            parties: { a: { phone: some(n) }, b: { phone: some(n + 1 + (Math.floor(n / 8) % 7)) } },
            cooling_seconds: n % 2 === 0 ? 0 : 600,
          });
        const first = (await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(create))).map(({ body }) => body.id);
        const outcomes = await Promise.all(
          Array.from({ length: 60 }, (_, n) =>
            n % 2 === 0 ? create(n) : rehome(tenant, first[n % first.length]),
          ),
        );
        const moved = outcomes.filter(({ status }) => status === 200).length;
        const made = outcomes.filter(({ status }) => status === 201).length;
        assert.ok(moved > 0 && made > 0, `${moved} moved, ${made} made`);
        for (const { status, body, text } of outcomes) {
          if (status !== 200 && status !== 201) assert.equal(body.code, 'pool_exhausted', text);
        }
        await isSound(tenant, at);
      } finally {
        if (at !== world) await at.close();
      }
    });
  }

  /** Somebody else is about to take, for party a, every DID that it could move to; and `change` is what comes of it. */
  const isTakenMeanwhile = async (
    size: number,
    change: (free: string[], callerOf: string) => Promise<unknown>,
  ) => {
    const { tenant, a, b, session } = await opened(size);
    const otherSession = await newSession(tenant, ...(phones() as [string, string]));
    const rows = await world.sql<{ did_id: string; caller_index: Buffer }>(
      `select d.id as did_id, f.caller_index from dids d
         join session_phones f on f.tenant_id = d.tenant_id and f.session_id = $2 and f.side = 'a'
        where d.tenant_id = $1 and not exists (
              select from bindings b where b.did_id = d.id and b.caller_index = f.caller_index)`,
      [tenant.id, session.id],
    );
    assert.equal(rows.length, size - 1);
    await holder.query('begin');
    for (const { did_id, caller_index } of rows) {
      await holder.query(
        `insert into bindings (tenant_id, did_id, caller_index, session_id, side, free_at)
         values ($1, $2, $3, $4, 'a', now() + interval '1 hour')`,
        [tenant.id, did_id, caller_index, otherSession.id],
      );
    }
    const moving = rehome(tenant, session.id);
    await holder.untilWaiting(1);
    await change(
      rows.map(({ did_id }) => did_id),
      otherSession.id,
    );
    await holder.query('commit');
    return { tenant, a, b, session, reply: await moving, free: rows.map(({ did_id }) => did_id) };
  };

  it('somebody is quicker with every DID that it could get: it keeps what it has', async () => {
    const { tenant, a, b, session, reply } = await isTakenMeanwhile(4, async () => {});
    assert.equal(reply.status, 409, reply.text);
    assert.equal(reply.body.code, 'pool_exhausted');
    assert.equal(reply.body.saturation.party, 'a');
    assert.deepEqual(await read(tenant, session.id), session);
    assert.equal((await explain(tenant, numberOf(session, 'a'), a)).reason, 'live_binding');
    assert.equal((await explain(tenant, numberOf(session, 'b'), b)).reason, 'live_binding');
  });

  it('somebody is quicker with all of them but one: it gets that one', async () => {
    const { tenant, a, session, reply, free } = await isTakenMeanwhile(4, ([left], otherId) =>
      holder.query('delete from bindings where did_id = $1 and session_id = $2 and side = $3', [
        left,
        otherId,
        'a',
      ]),
    );
    assert.equal(reply.status, 200, reply.text);
    const did = (await tenant.api.get(`/v1/dids/${free[0]}`)).body;
    assert.equal(numberOf(reply.body, 'a'), did.e164);
    assert.equal((await explain(tenant, did.e164, a)).decision, 'bridge');
    assert.equal((await explain(tenant, numberOf(session, 'a'), a)).reason, 'session_rehomed');
  });

  it('a new DID that is retired: the session has it and it is retiring, or has another', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tenant, session } = await opened(5);
      const { data } = (await tenant.api.get('/v1/dids')).body;
      const numbers = sides.map((side) => numberOf(session, side));
      const free = data.filter(({ e164 }: any) => !numbers.includes(e164));
      const [moved] = await Promise.all([
        rehome(tenant, session.id),
        ...free.slice(0, 2).map(({ id }: any) => tenant.api.delete(`/v1/dids/${id}`)),
      ]);
      assert.equal(moved.status, 200, moved.text);
      await isSound(tenant);
    }
  });

  it('all its new DIDs begin to retire after it has chosen: it keeps what it has', async () => {
    const { tenant, session } = await opened(4);
    await holder.query('begin');
    await holder.query(`update dids set status = 'retiring' where tenant_id = $1`, [tenant.id]);
    const moving = rehome(tenant, session.id);
    await holder.untilWaiting(1);
    await holder.query('commit');
    const reply = await moving;
    assert.equal(reply.status, 409, reply.text);
    assert.equal(reply.body.saturation.dids_in_pool, 0);
    assert.deepEqual(await read(tenant, session.id), session);
    await isSound(tenant);
  });

  it('a call that was decided before is connected as it was decided; the next one hears of the change', async () => {
    const { tenant, a, b, session } = await opened(4);
    const call = () =>
      postForm(world, tenant.account.webhookPath, answerEvent(numberOf(session, 'a'), a.slice(1)));
    await holder.query('begin');
    await holder.query('update sessions set updated_at = updated_at where id = $1', [session.id]);
    const calling = call();
    await holder.untilWaiting(1);
    const moving = rehome(tenant, session.id);
    await holder.untilWaiting(2);
    await holder.query('commit');
    const { dial } = await calling;
    assert.equal(dial?.callerId?.replace('+', ''), numberOf(session, 'b').slice(1));
    assert.equal(dial?.number.replace('+', ''), b.slice(1));
    assert.equal((await moving).status, 200);
    assert.match((await call()).spoken.join(), /changed/);
  });

  it('calls to old numbers meanwhile: each is connected with the old pair, or hears of the change', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { tenant, a, session } = await opened(4);
      const event = () => answerEvent(numberOf(session, 'a'), a.slice(1));
      const [moved, ...calls] = await Promise.all([
        rehome(tenant, session.id),
        ...[1, 2, 3].map(() => postForm(world, tenant.account.webhookPath, event())),
      ]);
      assert.equal(moved.status, 200, moved.text);
      for (const { dial, spoken } of calls) {
        if (dial === null) assert.match(spoken.join(), /changed/);
        else assert.equal(dial.callerId?.replace('+', ''), numberOf(session, 'b').slice(1));
      }
    }
  });
});
