import { callerIndex } from '../../crypto/blind-index.ts';
import { seal, unseal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import { Failure, type Fault } from '../../kernel/errors.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { type CountryCode, type E164, readPhone } from '../../kernel/phone.ts';
import type { Side } from './binding-store.ts';

export type PhoneTexts = { a?: string | undefined; b?: string | undefined };
export type Phones = { a?: E164; b?: E164 };

/** Reads the phones that a request gives. Throws invalid_phone with a fault for each wrong one, and same_phone. */
export function readPhones(texts: PhoneTexts, country: CountryCode): Phones {
  const phones: Phones = {};
  const faults: Fault[] = [];
  for (const side of ['a', 'b'] as const) {
    const text = texts[side];
    if (text === undefined) continue;
    const phone = readPhone(text, country);
    if (phone === null) faults.push({ pointer: pointerOf(side), message: 'is not a valid phone number' });
    else phones[side] = phone;
  }
  if (faults.length > 0) {
    throw new Failure('invalid_phone', "A party's phone is not a valid phone number.", { faults });
  }
  if (phones.a !== undefined && phones.a === phones.b) throw samePhone('b');
  return phones;
}

export function samePhone(side: Side): Failure {
  const faults = [{ pointer: pointerOf(side), message: "is the other party's phone too" }];
  return new Failure('same_phone', 'The two parties need different phones.', { faults });
}

/** Throws phone_is_a_did: a call to a masking number of ours would come back to us. */
export function refuseDids(phones: Phones, dids: readonly E164[]): void {
  const faults = (['a', 'b'] as const)
    .filter((side) => phones[side] !== undefined && dids.includes(phones[side]))
    .map((side) => ({ pointer: pointerOf(side), message: 'is one of your masking numbers' }));
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

function pointerOf(side: Side): string {
  return `/parties/${side}/phone`;
}
