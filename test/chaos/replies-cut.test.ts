import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';

const ROUNDS = process.env.CHAOS_FULL === '1' ? 20 : 2;
/** Committed and unsent when the process dies, in each round. */
const WITHHELD = 50;
/** Some more, so that others are somewhere before their commit. */
const REQUESTS = 64;

type Truth = { changes: number; events: number; told: string[] };

describe('the API, killed between the commit and the reply', () => {
  let replicas: Replicas;
  let tenant: Tenant;
  before(async () => {
    const preload = [join(import.meta.dirname, '..', 'support', 'withheld-replies.js')];
    const env = () => ({ WITHHELD_REPLIES: String(WITHHELD) });
    replicas = await startReplicas({ count: 1, preload, env });
    const [url = ''] = replicas.urls;
    tenant = await newTenant(replicas.seenFrom(url), { dids: freshNumbers(10) });
  });
  after(() => replicas.close());

  const send = (method: string, path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${replicas.urls[0]}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${tenant.token}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': randomUUID(),
        ...headers,
      },
      body: JSON.stringify(body),
    });
  let people = 0;
  const newBody = () => {
    const phone = () => `+9198${String(people++).padStart(8, '0')}`;
    return { expires_in_seconds: 3600, parties: { a: { phone: phone() }, b: { phone: phone() } } };
  };

  it('leaves no change without its event, and no event without its change', async (t) => {
    const [api] = replicas.apis;
    assert.ok(api !== undefined);
    for (let round = 0; round < ROUNDS; round += 1) {
      const made = await Promise.all(
        Array.from({ length: REQUESTS / 2 }, async () => {
          const reply = await send('POST', '/v1/sessions', newBody());
          assert.equal(reply.status, 201);
          return ((await reply.json()) as { id: string }).id;
        }),
      );
      const withhold = { 'X-Withhold': 'yes' };
      const requests = [
        ...Array.from({ length: REQUESTS / 2 }, () => send('POST', '/v1/sessions', newBody(), withhold)),
        ...made.map((id, place) =>
          place % 2 === 0
            ? send('POST', `/v1/sessions/${id}/end`, {}, withhold)
            : send('PATCH', `/v1/sessions/${id}`, { metadata: { changed: 'yes' } }, withhold),
        ),
      ];
      const outcomes = await Promise.allSettled(requests);
      assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['rejected']));
      await api.kill();
      await api.start();
    }

    const [truth] = await replicas.sql<Truth>(
      `with changed as (
         select id, 'session.created' as type from sessions
         union all select id, 'session.ended' from sessions where ended_at is not null
         union all select id, 'session.updated' from sessions where metadata <> '{}'
       ), told as (select session_id as id, type from events where session_id is not null)
       select (select count(*)::integer from changed) as changes, (select count(*)::integer from told) as events,
              array(select * from (
                (select 'no event: ' || type || id from (table changed except all table told) c)
                union all (select 'no change: ' || type || id from (table told except all table changed) e)
                union all (select 'numbers of ' || s.id from sessions s
                            where array(select e.sequence from events e where e.session_id = s.id order by 1)
                                  <> array(select generate_series(1, s.event_sequence)))
              ) fault) as told`,
    );
    const withheld = replicas.apis[0]?.output().match(/withheld 50/g)?.length ?? 0;
    t.diagnostic(
      `figures: ${JSON.stringify({ rounds: ROUNDS, committedAndUnsent: withheld * WITHHELD, ...truth })}`,
    );
    assert.deepEqual(truth?.told, []);
    assert.equal(withheld, ROUNDS);
    assert.equal(truth?.changes, truth?.events);
    assert.ok((truth?.changes ?? 0) >= ROUNDS * (REQUESTS / 2 + WITHHELD));
  });
});
