import { randomUUID } from 'node:crypto';
import type { Tenant } from './api.ts';
import { answerEvent, postForm, type VobizReply } from './vobiz.ts';
import type { World } from './world.ts';

/** A call of a tenant's, as Vobiz would post it; which of its events are posted, and when, is the test's business. */
export type Played = {
  uuid: string;
  legUuid: string;
  answer: Record<string, string>;
  /** Posts the answer event. */
  ring(): Promise<VobizReply>;
  /** To the URLs of this call, which are known once it was answered. */
  leg(event: string, more?: Record<string, string>): Promise<VobizReply>;
  action(status: string): Promise<VobizReply>;
  hangup(more?: Record<string, string>): Promise<VobizReply>;
  id(): string;
};

export function playCall(world: World, tenant: Tenant, did: string, from: string): Played {
  const answer = { ...answerEvent(did, from.slice(1)), CallUUID: randomUUID() };
  const { CallUUID: uuid } = answer;
  const legUuid = randomUUID();
  let id = '';
  const ownPath = (event: string) =>
    `${tenant.account.webhookPath}/tenants/${tenant.id}/calls/${id}/${event}`;
  return {
    uuid,
    legUuid,
    answer,
    async ring() {
      const reply = await postForm(world, tenant.account.webhookPath, answer);
      // A document that connects nobody does not name it.
      const [row] = await world.sql<{ id: string }>('select id from calls where provider_call_id = $1', [
        uuid,
      ]);
      id = row?.id ?? '';
      return reply;
    },
    leg: (event, more = {}) =>
      postForm(world, ownPath('leg'), {
        Event: event,
        CallUUID: uuid,
        DialBLegUUID: legUuid,
        DialBLegTo: '919800000002',
        DialBLegPosition: '1',
        ...more,
      }),
    action: (status) =>
      postForm(world, ownPath('dial'), {
        Event: 'Redirect',
        CallUUID: uuid,
        DialStatus: status,
        DialBLegUUID: '',
      }),
    hangup: (more = {}) =>
      postForm(world, tenant.account.webhookPath, {
        ...answer,
        Event: 'Hangup',
        CallStatus: 'completed',
        Duration: '21',
        BillDuration: '60',
        HangupCause: 'NORMAL_CLEARING',
        HangupCauseCode: '4000',
        HangupSource: 'Answer XML',
        ...more,
      }),
    id: () => id,
  };
}
