import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { endOf, eventsOf, runJob } from '../support/events.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

describe('events of many changes at once', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(6) });
  });
  after(() => world.close());

  const open = () => {
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    return newSession(tenant, a, b);
  };

  it('200 changes of one session are numbered from 1 without gap or double, and come in that order', async () => {
    const session = await open();
    const { parties, id } = session;
    const changes = Array.from({ length: 200 }, (_, i) => {
      if (i % 10 === 0) {
        const event = answerEvent(parties.a.masking_number, `91981000${1_000 + i}`); // a stranger: not of the session
        return postForm(world, tenant.account.webhookPath, event);
      }
      if (i % 10 === 1) return tenant.api.post(`/v1/sessions/${id}/rehome`, {});
      return tenant.api.patch(`/v1/sessions/${id}`, { metadata: { i: String(i) } });
    });
    const replies = await Promise.all(changes);
    const done = replies.filter((reply, i) => i % 10 !== 0 && reply.status === 200).length;
    const refused = replies.filter((reply) => ![200, 409].includes(reply.status));
    assert.deepEqual(refused, []);
    assert.ok(done >= 160);
    const events = await eventsOf(tenant, `session=${id}`);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      Array.from({ length: done + 1 }, (_, place) => place + 1),
    );
    const [row] = await world.sql<any>('select event_sequence from sessions where id = $1', [id]);
    assert.equal(row.event_sequence, done + 1);
  });

  it('a call that rings while its session is changed and ended takes its number among the others', async () => {
    const session = await open();
    const { id, parties } = session;
    const phones = await world.sql<any>('select 1 from session_phones where session_id = $1', [id]);
    assert.equal(phones.length, 2);
    await Promise.all([
      ...Array.from({ length: 10 }, () => tenant.api.patch(`/v1/sessions/${id}`, { metadata: {} })),
      tenant.api.post(`/v1/sessions/${id}/end`, {}),
      tenant.api.post(`/v1/sessions/${id}/end`, { immediately: true }),
      runJob(world, 'tell_expiries'),
      postForm(world, tenant.account.webhookPath, answerEvent(parties.b.masking_number, '919800000000')),
    ]);
    const events = await eventsOf(tenant, `session=${id}`);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      events.map((_, place) => place + 1),
    );
    assert.equal(events.filter(({ type }) => type === 'session.ended').length, 1);
  });

  it('who reads while much is written sees each event once, and misses none', async () => {
    let after = await endOf(tenant);
    const read: any[] = [];
    let isWriting = true;
    const reader = (async () => {
      for (let more = true; isWriting || more; ) {
        const { body } = await tenant.api.get(`/v1/events?limit=7&after=${after}`);
        read.push(...body.data);
        after = body.next_after;
        more = body.has_more;
      }
    })();
    const job = (async () => {
      while (isWriting) await runJob(world, 'publish_events');
    })();
    const start = after;
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        const session = await open();
        await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      }),
    );
    isWriting = false;
    await Promise.all([reader, job]);
    // What was committed just before the reader's last look.
    read.push(...(await tenant.api.get(`/v1/events?limit=100&after=${after}`)).body.data);
    const ids = read.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(ids.length, 120);
    const again: string[] = [];
    for (let from = start, more = true; more; ) {
      const { body } = await tenant.api.get(`/v1/events?limit=100&after=${from}`);
      again.push(...body.data.map(({ id }: any) => id));
      from = body.next_after;
      more = body.has_more;
    }
    assert.deepEqual(ids, again, 'the order never changes');
  });
});
