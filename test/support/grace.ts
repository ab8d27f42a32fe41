import assert from 'node:assert/strict';
import { freshNumbers, newSession, type Tenant } from './api.ts';
import { answerEvent, postForm, type VobizReply } from './vobiz.ts';
import type { World } from './world.ts';

/** A session with stages after its end, and its parties on the phone. */
export type Grace = {
  session: any;
  a: string;
  b: string;
  read(): Promise<any>;
  end(body?: object): Promise<any>;
  callFrom(side: 'a' | 'b'): Promise<VobizReply>;
  eventFrom(side: 'a' | 'b'): Record<string, string>;
  explain(side: 'a' | 'b', from?: string): Promise<any>;
  /** As if this time had gone by: every moment that the session and its bindings know is so much longer ago. */
  pass(seconds: number): Promise<void>;
  /** Until when its numbers are reserved, in seconds after it was off; fails when its bindings differ. */
  reservedFor(): Promise<number>;
};

export async function openGrace(world: World, tenant: Tenant, more: object = {}): Promise<Grace> {
  const [a = '', b = ''] = freshNumbers(2, '+9196');
  const session = await newSession(tenant, a, b, more);
  const { id } = session;
  const numberOf = (side: 'a' | 'b') => session.parties[side].masking_number;
  const eventFrom = (side: 'a' | 'b') => answerEvent(numberOf(side), (side === 'a' ? a : b).slice(1));
  return {
    session,
    a,
    b,
    eventFrom,
    async read() {
      return (await tenant.api.get(`/v1/sessions/${id}`)).body;
    },
    async end(body = {}) {
      const reply = await tenant.api.post(`/v1/sessions/${id}/end`, body);
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
    },
    callFrom: (side) => postForm(world, tenant.account.webhookPath, eventFrom(side)),
    async explain(side, from = side === 'a' ? a : b) {
      return (await tenant.api.post('/v1/routes/explain', { to: numberOf(side), from })).body;
    },
    async pass(seconds) {
      const ago = 'make_interval(secs => $2)';
      await world.sql(
        `update sessions set expires_at = expires_at - ${ago}, ended_at = ended_at - ${ago} where id = $1`,
        [id, seconds],
      );
      await world.sql(
        `update bindings set released_at = released_at - ${ago}, free_at = free_at - ${ago} where session_id = $1`,
        [id, seconds],
      );
    },
    async reservedFor() {
      const rows = await world.sql<{ seconds: number }>(
        `select extract(epoch from b.free_at - least(s.ended_at, s.expires_at))::float as seconds
           from bindings b join sessions s on s.tenant_id = b.tenant_id and s.id = b.session_id
          where s.id = $1 and (b.released_at is null or b.released_at >= least(s.ended_at, s.expires_at))`,
        [id],
      );
      assert.equal(rows.length, 2);
      assert.equal(rows[0]?.seconds, rows[1]?.seconds);
      return rows[0]?.seconds ?? 0;
    },
  };
}
