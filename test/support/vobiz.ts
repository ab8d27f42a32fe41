import { randomInt } from 'node:crypto';
import type { Account } from '../../src/features/sandbox/estate.ts';
import { answerFields } from '../../src/features/sandbox/event-fields.ts';
import { httpPost } from '../../src/features/sandbox/http-post-adapter.ts';
import { signatureHeaders } from '../../src/features/sandbox/signing.ts';
import { strictSwitches } from '../../src/features/sandbox/switches.ts';
import { readVerbs } from '../../src/features/sandbox/xml-document.ts';
import type { World } from './world.ts';

export type VobizReply = {
  status: number;
  contentType: string;
  xml: string;
  /** The one Dial, as attributes and its number; null when there is none. */
  dial: ({ [attribute: string]: string } & { number: string }) | null;
  /** What is spoken, in order. */
  spoken: string[];
  verbs: string[];
};

/** Reads a document as the platform does; throws when the platform would drop the call. */
export function readDocument(xml: string): Pick<VobizReply, 'dial' | 'spoken' | 'verbs'> {
  const verbs = readVerbs(xml);
  const dial = verbs.find(({ name }) => name === 'Dial');
  return {
    verbs: verbs.map(({ name }) => name),
    spoken: verbs.filter(({ name }) => name === 'Speak').map(({ text }) => text),
    dial: dial === undefined ? null : { ...dial.attributes, number: dial.children[0]?.text ?? '' },
  };
}

/** The headers of a request that is signed in one version, by the documented scheme. */
export function signatureOf(url: string, token: string, version: 'V2' | 'V3' = 'V3', nonce = newNonce()) {
  const keys = { authId: 'MA_XXXXXXXX', token, parentToken: token };
  const switches = { ...strictSwitches, signatures: [version] };
  return signatureHeaders({ url, method: 'POST', fields: {} }, keys, { v2: nonce, v3: nonce }, switches);
}

export function newNonce(): string {
  return Array.from({ length: 20 }, () => randomInt(10)).join('');
}

const post = httpPost();
/** Far longer than any answer may take; a test that waits for it has failed. */
const MOST_MS = 30_000;

/** Posts a form as Vobiz does. */
export async function postForm(
  world: World,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<VobizReply> {
  const request = { url: `${world.url}${path}`, method: 'POST', fields } as const;
  const answer = await post({ ...request, headers: { 'User-Agent': 'Vobiz', ...headers } }, MOST_MS);
  if (answer.outcome !== 'answered') throw new Error(`the webhook was ${answer.outcome}`);
  const { status, contentType, body } = answer;
  return { status, contentType, xml: body, ...readDocument(body) };
}

/** The account of the samples. */
const account: Account = {
  authId: 'MA_XXXXXXXX',
  authToken: 'test_token',
  previousToken: null,
  parent: null,
  name: 'Samples',
  currency: 'INR',
  balanceMicros: 0,
  ratePerMinuteMicros: 0,
  pulseSeconds: 60,
  channels: 3,
  callsPerSecond: 1,
  isTrial: false,
  createdAt: 0,
};
/** When the captured call came, to the microsecond. */
const STARTED_AT = Date.parse('2026-06-08T06:07:34.130Z') + 0.248;

let calls = 0;
/** The answer event of an inbound call as it was captured, with a call of its own; the numbers as they are given. */
export function answerEvent(
  to: string,
  from: string,
  more: Record<string, string> = {},
): Record<string, string> {
  calls += 1;
  const call = {
    uuid: `11111111-2222-3333-4444-${String(calls).padStart(12, '0')}`,
    account,
    direction: 'inbound',
    from,
    to,
    callerName: from.startsWith('91') ? `+${from}` : from,
    forwardedFrom: null,
    sipHeaders: {},
    requestUuid: null,
    startedAt: STARTED_AT,
  } as const;
  return { ...answerFields(call, strictSwitches), ...more };
}
