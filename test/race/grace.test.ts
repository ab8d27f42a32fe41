import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type Grace, openGrace } from '../support/grace.ts';
import { openRowHolder, type RowHolder } from '../support/row-holder.ts';
import type { VobizReply } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const DESK = '+918041234567';
/** Party a is bridged, party b forwarded, in every stage. */
const STAGES = [
  { seconds: 1_000, allow: 'a_to_b', forward_to: DESK },
  { seconds: 1_000, allow: 'a_to_b', forward_to: DESK },
];

describe('a call that comes while its session goes on to its next phase', () => {
  let world: World;
  let tenant: Tenant;
  let holder: RowHolder;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(4) });
    holder = await openRowHolder(world);
  });
  after(async () => {
    await holder.close();
    await world.close();
  });

  const open = (): Promise<Grace> => openGrace(world, tenant, { after_end: STAGES });
  const nobodyIsConnected = async (grace: Grace, calling: Promise<VobizReply>) => {
    const reply = await calling;
    assert.equal(reply.status, 200);
    assert.equal(reply.dial, null, reply.xml);
    assert.match(reply.spoken.join(), /over/);
    const [call] = (await tenant.api.get(`/v1/calls?session=${grace.session.id}`)).body.data;
    assert.equal(call.decision, 'announce');
    assert.equal((await grace.read()).calls_made, 0);
  };

  /** What happens to the session between the decision about a call and its record. */
  const changes: [what: string, before: (grace: Grace) => Promise<unknown>, change: string][] = [
    ['is ended, and its first stage begins', async () => {}, 'select end_session(tenant_id, id)'],
    ['is ended immediately in grace', (grace) => grace.end(), 'select end_session(tenant_id, id, true)'],
    ['is ended immediately', async () => {}, 'select end_session(tenant_id, id, true)'],
  ];
  for (const side of ['a', 'b'] as const) {
    for (const [what, prepare, change] of changes) {
      it(`is connected to nobody when the session ${what} (party ${side})`, async () => {
        const grace = await open();
        await prepare(grace);
        await holder.query('begin');
        await holder.query(`${change} from sessions where id = $1`, [grace.session.id]);
        // It is decided in the phase before, and waits for the session.
        const calling = grace.callFrom(side);
        await holder.untilWaiting(1);
        await holder.query('commit');
        await nobodyIsConnected(grace, calling);
      });
    }

    it(`is connected to nobody when its stage gives way to the next one, or to none (party ${side})`, async () => {
      for (const stages of [1, 2]) {
        const grace = await open();
        await grace.end();
        // It comes early enough, unless the machine has other things to do.
        for (let attempt = 0; attempt < 5; attempt += 1) {
          if (await comesInTime(grace, side, stages * 1_000)) break;
          assert.ok(attempt < 4, 'no call was decided in half a second');
        }
      }
    });
  }

  /**
   * A call that waits for its session while the rest of a stage, half a second, runs out: `boundary` seconds after the end.
   * False when it came too late for that.
   */
  async function comesInTime(grace: Grace, side: 'a' | 'b', boundary: number): Promise<boolean> {
    const { id } = grace.session;
    const when = (operator: '<' | '>') =>
      world.sql<{ holds: boolean }>(
        `select clock_timestamp() ${operator} ended_at + make_interval(secs => $2) as holds from sessions where id = $1`,
        [id, boundary],
      );
    await world.sql('update sessions set ended_at = now() - make_interval(secs => $2) where id = $1', [
      id,
      boundary - 0.5,
    ]);
    await holder.query('begin');
    await holder.query('update sessions set updated_at = updated_at where id = $1', [id]);
    const calling = grace.callFrom(side);
    await holder.untilWaiting(1);
    const [early] = await when('<');
    await until('the stage is over', async () => (await when('>'))[0]?.holds === true);
    await holder.query('commit');
    if (early?.holds !== true) {
      await calling;
      return false;
    }
    await nobodyIsConnected(grace, calling);
    return true;
  }

  it('is recorded before an immediate end and connected, or after it and connected to nobody', async () => {
    for (let round = 0; round < 10; round += 1) {
      const grace = await open();
      await grace.end();
      const [bridged, forwarded, ended] = await Promise.all([
        grace.callFrom('a'),
        grace.callFrom('b'),
        grace.end({ immediately: true }),
      ]);
      assert.equal(ended.status, 'ended');
      const { data } = (await tenant.api.get(`/v1/calls?session=${grace.session.id}`)).body;
      const kept = (side: string) => data.find((call: any) => call.caller_party === side).decision;
      assert.equal(kept('a'), bridged.dial === null ? 'announce' : 'bridge');
      assert.equal(kept('b'), forwarded.dial === null ? 'announce' : 'forward');
      assert.equal((await grace.read()).calls_made, bridged.dial === null ? 0 : 1);
      for (const side of ['a', 'b'] as const) assert.equal((await grace.callFrom(side)).dial, null);
    }
  });

  it('a change that waits for the end finds the session in grace and is refused', async () => {
    const grace = await open();
    await holder.query('begin');
    await holder.query('select end_session(tenant_id, id) from sessions where id = $1', [grace.session.id]);
    const changing = tenant.api.patch(`/v1/sessions/${grace.session.id}`, { after_end: [] });
    await holder.untilWaiting(1);
    await holder.query('commit');
    const reply = await changing;
    assert.equal(reply.status, 409, reply.text);
    assert.equal(reply.body.code, 'session_over');
    assert.equal((await grace.read()).after_end.length, 2);
  });
});
