import { createHmac, randomInt } from 'node:crypto';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
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

/** Reads a document strictly; throws when it is not XML. */
export function readDocument(xml: string): Pick<VobizReply, 'dial' | 'spoken' | 'verbs'> {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(`not XML: ${valid.err.msg}`);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    preserveOrder: true,
    parseTagValue: false,
  });
  const response = parser.parse(xml).find((node: any) => node.Response !== undefined)?.Response as any[];
  const verbs = response.map((node) => Object.keys(node).find((key) => key !== ':@') ?? '');
  const spoken = response.filter((node) => node.Speak).map((node) => String(node.Speak[0]?.['#text'] ?? ''));
  const dialNode = response.find((node) => node.Dial);
  const dial =
    dialNode === undefined
      ? null
      : { ...dialNode[':@'], number: String(dialNode.Dial[0].Number[0]['#text']) };
  return { dial, spoken, verbs };
}

/** The headers of a signed request, by the documented scheme. */
export function signatureOf(url: string, token: string, version: 'V2' | 'V3' = 'V3', nonce = newNonce()) {
  const signed = version === 'V3' ? `${url}.${nonce}` : `${url}${nonce}`;
  const signature = createHmac('sha256', token).update(signed).digest('base64');
  return { [`X-Vobiz-Signature-${version}`]: signature, [`X-Vobiz-Signature-${version}-Nonce`]: nonce };
}

export function newNonce(): string {
  return Array.from({ length: 20 }, () => randomInt(10)).join('');
}

/** Posts a form as Vobiz does. */
export async function postForm(
  world: World,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<VobizReply> {
  const response = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'User-Agent': 'Vobiz', ...headers },
    body: new URLSearchParams(fields),
  });
  const xml = await response.text();
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    xml,
    ...readDocument(xml),
  };
}

let calls = 0;
/** The captured answer event of an inbound call, with a call of its own. */
export function answerEvent(
  to: string,
  from: string,
  more: Record<string, string> = {},
): Record<string, string> {
  calls += 1;
  return {
    BillRate: '0',
    CallStatus: 'ringing',
    CallUUID: `11111111-2222-3333-4444-${String(calls).padStart(12, '0')}`,
    CallerName: from.startsWith('91') ? `+${from}` : from,
    CountryCode: '',
    Direction: 'inbound',
    Event: 'StartApp',
    From: from,
    ParentAuthID: 'MA_XXXXXXXX',
    RouteType: '',
    STIRAttestation: 'Not Applicable',
    STIRVerification: 'Not Applicable',
    SessionStart: '2026-06-08 06:07:34.130248',
    To: to,
    ...more,
  };
}
