import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

/** Rows as no request can leave them: after a restore of a part, a repair by hand, or an attack on the database. */
describe('a call whose rows are not as they should be', () => {
  let world: World;
  let tenant: Tenant;
  let a: string;
  let b: string;
  let session: any;
  before(async () => {
    world = await openWorld();
  });
  beforeEach(async () => {
    tenant = await newTenant(world, { dids: freshNumbers(4) });
    [a = '', b = ''] = freshNumbers(2, '+9198');
    session = await newSession(tenant, a, b);
  });
  after(() => world.close());

  const call = (to: string, from: string) =>
    postForm(world, tenant.account.webhookPath, answerEvent(to, from.slice(1)));

  it('never shows a number that is not in service as the tenant’s any more', async () => {
    const { masking_number: m2 } = session.parties.b;
    await world.sql(`update dids set status = 'retired' where e164 = $1`, [m2]);
    const reply = await call(session.parties.a.masking_number, a);
    assert.equal(reply.status, 200);
    assert.equal(reply.dial, null);
    const question = { to: session.parties.a.masking_number, from: a };
    const explained = await tenant.api.post('/v1/routes/explain', question);
    assert.equal(explained.body.reason, 'caller_id_not_owned');
  });

  it('never reaches a number that was moved here from another session, side or tenant', async () => {
    const [c = '', d = ''] = freshNumbers(2, '+9198');
    const other = await newSession(tenant, c, d);
    const elsewhere = await newTenant(world, { dids: freshNumbers(2) });
    const theirs = await newSession(elsewhere, c, d);
    const sealedOf = async (id: string, side: string) => {
      const rows = await world.sql<{ sealed: Buffer }>(
        'select sealed from session_phones where session_id = $1 and side = $2',
        [id, side],
      );
      return rows[0]?.sealed;
    };
    const foreign = [
      await sealedOf(other.id, 'b'),
      await sealedOf(session.id, 'a'),
      await sealedOf(theirs.id, 'b'),
    ];
    for (const sealed of foreign) {
      await world.sql(`update session_phones set sealed = $1 where session_id = $2 and side = 'b'`, [
        sealed,
        session.id,
      ]);
      const reply = await call(session.parties.a.masking_number, a);
      assert.equal(reply.dial, null, reply.xml);
    }
  });

  it('never reaches the number of a forward that was moved here from another session, stage or tenant', async () => {
    const forward = (digits: string) => ({ seconds: 600, allow: 'none', forward_to: `+9180412345${digits}` });
    const opened = async (owner: Tenant) => {
      const phones = freshNumbers(2, '+9198');
      const made = await newSession(owner, phones[0] ?? '', phones[1] ?? '', {
        after_end: [forward('67'), forward('68')],
      });
      assert.equal((await owner.api.post(`/v1/sessions/${made.id}/end`, {})).body.status, 'grace');
      const stages = await world.sql<{ stages: unknown[] }>(
        'select after_end as stages from sessions where id = $1',
        [made.id],
      );
      return { made, phone: phones[0] ?? '', stages: stages[0]?.stages ?? [] };
    };
    const own = await opened(tenant);
    const other = await opened(tenant);
    const theirs = await opened(await newTenant(world, { dids: freshNumbers(2) }));
    const m1 = own.made.parties.a.masking_number;
    assert.equal((await call(m1, own.phone)).dial?.number, '+918041234567');
    for (const stage of [own.stages[1], other.stages[0], theirs.stages[0]]) {
      const stages = JSON.stringify([stage, own.stages[1]]);
      await world.sql('update sessions set after_end = $1 where id = $2', [stages, own.made.id]);
      const reply = await call(m1, own.phone);
      assert.equal(reply.dial, null, reply.xml);
    }
  });
});
