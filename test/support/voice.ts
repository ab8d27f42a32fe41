import { newSession, type Tenant } from './api.ts';
import { answerEvent } from './vobiz.ts';
import { checkDocument, type Element } from './vobiz-document.ts';
import type { World } from './world.ts';

export type Heard = {
  status: number;
  xml: string;
  elements: Element[];
  /** What is spoken, and played, in order; of a question its prompt. */
  said: string[];
};

/** A call and what Vobiz posts in its course. Every document is held against the subset. */
export type PlayedCall = {
  uuid: string;
  id: string;
  /** The first document. */
  answer: Heard;
  /** Posts to the call's own URL of this name. */
  post(path: string, fields: Record<string, string>): Promise<Heard>;
  /** The end of a Dial. */
  dialEnded(status: string, path?: string, more?: Record<string, string>): Promise<Heard>;
};

/** Not read as by a platform that is taken to speak no Hindi: see src/features/vobiz/speech.ts. */
async function heard(world: World, path: string, fields: Record<string, string>): Promise<Heard> {
  const reply = await fetch(`${world.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  const xml = await reply.text();
  const elements = checkDocument(xml);
  const spoken = elements.flatMap((element) => (element.name === 'Gather' ? element.children : [element]));
  const said = spoken.filter(({ name }) => name === 'Speak' || name === 'Play').map(({ text }) => text);
  return { status: reply.status, xml, elements, said };
}

export async function callFrom(world: World, tenant: Tenant, to: string, from: string): Promise<PlayedCall> {
  const event = answerEvent(to, from);
  const answer = await heard(world, tenant.account.webhookPath, event);
  const [row] = await world.sql<{ id: string; tenant_id: string }>(
    'select id, tenant_id from calls where provider_call_id = $1',
    [event.CallUUID],
  );
  const id = row?.id ?? 'call_none';
  const base = `${tenant.account.webhookPath}/tenants/${tenant.id}/calls/${id}`;
  const uuid = event.CallUUID ?? '';
  const post: PlayedCall['post'] = (path, fields) =>
    heard(world, `${base}/${path}`, { CallUUID: uuid, ...fields });
  return {
    uuid,
    id,
    answer,
    post,
    dialEnded: (status, path = 'dial', more = {}) =>
      post(path, {
        Event: 'Redirect',
        CallStatus: 'in-progress',
        DialStatus: status,
        DialBLegUUID: '',
        ...more,
      }),
  };
}

/** A session with these settings, and a call of party a to its number. */
export async function calledWith(
  world: World,
  tenant: Tenant,
  phones: { a: string; b: string | string[] },
  more: object,
): Promise<{ session: any; call: PlayedCall }> {
  const b = Array.isArray(phones.b) ? { phones: phones.b } : { phone: phones.b };
  const session = await newSession(tenant, phones.a, '', {
    ...more,
    parties: { a: { phone: phones.a, role: 'rider' }, b },
  });
  const call = await callFrom(world, tenant, session.parties.a.masking_number, phones.a.slice(1));
  return { session, call };
}
