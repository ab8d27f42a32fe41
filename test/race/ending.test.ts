import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant } from '../support/api.ts';
import { openRowHolder, type RowHolder } from '../support/row-holder.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

describe('a call that comes while its session is being ended', () => {
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

  for (const [how, change] of [
    ['ended', `status = 'ended', ended_at = now()`],
    ['over by its time', `expires_at = now() - interval '1 second'`],
  ] as const) {
    it(`is not bridged when the session is ${how} between the decision and its record`, async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(2) });
      const [a = '', b = ''] = freshNumbers(2, '+9198');
      const session = await newSession(tenant, a, b);
      await holder.query('begin');
      await holder.query(`update sessions set ${change} where id = $1`, [session.id]);
      // It has seen an active session by now, and waits for the row of it.
      const event = answerEvent(session.parties.a.masking_number, a.slice(1));
      const calling = postForm(world, tenant.account.webhookPath, event);
      await holder.untilWaiting(1);
      await holder.query('commit');
      const reply = await calling;
      assert.equal(reply.status, 200);
      assert.equal(reply.dial, null, reply.xml);
      const [call] = (await tenant.api.get('/v1/calls')).body.data;
      assert.equal(call.decision, 'announce');
    });
  }
});
