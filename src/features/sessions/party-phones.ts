import { callerIndex } from '../../crypto/blind-index.ts';
import { seal, unseal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import { Failure, type Fault } from '../../kernel/errors.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { type CountryCode, type E164, readPhone } from '../../kernel/phone.ts';
import { type Side, sides } from './session.ts';

/** A party's phones as a request gives them: one, or a list, in the order in which they are tried. */
export type PhonesInput = { phone?: string; phones?: string[] };
/** Null: the request says nothing about this party's phones. */
export type Phones = Record<Side, E164[] | null>;

type GivenText = { side: Side; pointer: string; text: string };

/**
 * Reads the phones that a request gives, for both sides. Throws invalid_request when a party has both or, if `required`,
 * none of `phone` and `phones`; invalid_phone with a fault for each wrong one; same_phone when one stands twice.
 */
export function readPhones(
  parties: { [side in Side]?: PhonesInput | undefined },
  country: CountryCode,
  required: boolean,
): Phones {
  const given = sides.flatMap((side) => givenTexts(side, parties[side], required));
  const phones: Phones = { a: null, b: null };
  const faults: Fault[] = [];
  for (const { side, pointer, text } of given) {
    const phone = readPhone(text, country);
    if (phone === null) faults.push({ pointer, message: 'is not a valid phone number' });
    else phones[side] = [...(phones[side] ?? []), phone];
  }
  if (faults.length > 0) {
    throw new Failure('invalid_phone', "A party's phone is not a valid phone number.", { faults });
  }
  const seen = new Set<string>();
  for (const [place, phone] of [...(phones.a ?? []), ...(phones.b ?? [])].entries()) {
    if (seen.has(phone)) throw samePhone(given[place]?.pointer ?? '');
    seen.add(phone);
  }
  return phones;
}

function givenTexts(side: Side, party: PhonesInput | undefined, required: boolean): GivenText[] {
  const { phone, phones } = party ?? {};
  const pointer = `/parties/${side}`;
  if (phone !== undefined && phones !== undefined) {
    const faults = [{ pointer: `${pointer}/phones`, message: 'may not stand beside phone' }];
    throw new Failure('invalid_request', 'A party has either one phone or a list of phones.', { faults });
  }
  if (phone !== undefined) return [{ side, pointer: `${pointer}/phone`, text: phone }];
  if (phones !== undefined) {
    return phones.map((text, place) => ({ side, pointer: `${pointer}/phones/${place}`, text }));
  }
  if (!required) return [];
  const faults = [{ pointer: `${pointer}/phone`, message: 'is required, or phones' }];
  throw new Failure('invalid_request', 'A party needs a phone.', { faults });
}

export function samePhone(pointer: string): Failure {
  const faults = [{ pointer, message: 'is given twice, in one party or in both' }];
  return new Failure('same_phone', 'Every phone of a session must be a different one.', { faults });
}

/** Throws phone_is_a_did: a call to a masking number of ours would come back to us. */
export function refuseDids(phones: Phones, dids: readonly string[]): void {
  const faults = sides
    .filter((side) => phones[side]?.some((phone) => dids.includes(phone)))
    .map((side) => ({ pointer: `/parties/${side}/phone`, message: 'is one of your masking numbers' }));
  if (faults.length > 0)
    throw new Failure('phone_is_a_did', 'A masking number cannot be a party.', { faults });
}

/** What is stored of a phone: its blind index, and the number sealed for this place only. */
export type StoredPhone = { caller: Buffer; sealed: Buffer; keyVersion: number };

export function storedPhone(
  keys: TenantKeys,
  tenantId: TenantId,
  sessionId: string,
  side: Side,
  phone: E164,
): StoredPhone {
  return {
    caller: callerIndex(keys, phone),
    sealed: seal(keys.dataKey, phone, placeOf(tenantId, sessionId, side)),
    keyVersion: keys.version,
  };
}

/** The real number. Throws when the blob was sealed for another tenant, session or side. */
export function openPhone(
  keys: TenantKeys,
  tenantId: TenantId,
  sessionId: string,
  side: Side,
  sealed: Buffer,
): E164 {
  return unseal(keys.dataKey, sealed, placeOf(tenantId, sessionId, side)).toString() as E164;
}

function placeOf(tenantId: TenantId, sessionId: string, side: Side): string {
  return `${tenantId}|session_phones|${sessionId}|${side}`;
}
