import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

export type { CountryCode };

/** A phone number with `+`, country code and 7 to 15 digits. Made only by this module. */
export type E164 = string & { readonly __brand: 'E164' };

const E164_SHAPE = /^\+[1-9]\d{6,14}$/;
/** What a person writes: 15 digits, a 00, a country code and generous separators fit in it. */
const MAX_WRITTEN_LENGTH = 32;
/** What a carrier sends may be a SIP URI with a host and parameters. */
const MAX_SENT_LENGTH = 256;
/** Each candidate costs a look-up while a caller waits. */
const MAX_CANDIDATES = 6;

/** True for a two-letter ISO 3166 code whose numbering plan is known. */
export function isCountry(text: string): text is CountryCode {
  return isSupportedCountry(text);
}

/**
 * Reads a number as a person or a tenant writes it: `09800000001`, `9800000001`, `0091…`, `91…`, `+91 98000-00001`.
 * National first; then `00` as `+`; then the country's own code without `+`. Another country's number needs `+` or
 * its exit code: a national number with one digit too many must not become a stranger abroad.
 * Null when it is no valid phone number, has letters or an extension, or is longer than 32 characters.
 */
export function readPhone(text: string, defaultCountry: CountryCode): E164 | null {
  if (text.length > MAX_WRITTEN_LENGTH) return null;
  const digits = withoutSeparators(text);
  if (digits === null) return null;
  const national = parse(digits, defaultCountry);
  if (national?.valid) return national.e164;
  const ownCode = getCountryCallingCode(defaultCountry);
  for (const prefix of ['00', ownCode]) {
    if (!digits.startsWith(prefix)) continue;
    const international = parse(`+${prefix === '00' ? digits.slice(2) : digits}`);
    if (international?.valid) return international.e164;
  }
  return null;
}

/**
 * Every plausible reading of a number as a carrier sends it: `919800000001`, `09800000001`, `+91…`, `0091…`,
 * `sip:919800000001@host`. Valid numbers first, then merely possible ones (new ranges are in use before the
 * metadata knows them); among equals national before international, in the order of `defaultCountries`.
 * No duplicates, at most 6. Empty when it holds no number: withheld, a SIP user name, junk.
 */
export function candidatesOf(text: string, defaultCountries: readonly CountryCode[]): E164[] {
  if (text.length > MAX_SENT_LENGTH) return [];
  const digits = withoutSeparators(userOf(text));
  if (digits === null) return [];
  const readings: (Reading | null)[] = [];
  if (digits.startsWith('+')) {
    readings.push(parse(digits));
  } else {
    // An unescaped + in a form arrives as a space.
    if (text.startsWith(' ')) readings.push(parse(`+${digits}`));
    if (digits.startsWith('00')) readings.push(parse(`+${digits.slice(2)}`));
    for (const country of defaultCountries) readings.push(parse(digits, country));
    readings.push(parse(`+${digits.replace(/^0+/, '')}`));
  }
  const found = readings.filter((reading) => reading !== null);
  const likelyFirst = [...found.filter((r) => r.valid), ...found.filter((r) => !r.valid)];
  return [...new Set(likelyFirst.map((reading) => reading.e164))].slice(0, MAX_CANDIDATES);
}

/** The country that a number belongs to; null for numbers of none (+800) and unknown ranges of a shared code. */
export function countryOf(e164: E164): CountryCode | null {
  return parsePhoneNumberFromString(e164)?.country ?? null;
}

/** The last four digits: what a tenant may see of a number. */
export function last4(e164: E164): string {
  return e164.slice(-4);
}

/** `+91******0001`: fit for a person to recognise, not to dial. Short numbers keep only two digits. */
export function maskPhone(e164: E164): string {
  const code = parsePhoneNumberFromString(e164)?.countryCallingCode ?? '';
  const national = e164.slice(1 + code.length);
  const shown = national.length >= 8 ? 4 : 2;
  return `+${code}${'*'.repeat(national.length - shown)}${national.slice(-shown)}`;
}

type Reading = { e164: E164; valid: boolean };

function parse(digits: string, country?: CountryCode): Reading | null {
  const parsed = parsePhoneNumberFromString(
    digits,
    country ? { defaultCountry: country, extract: false } : { extract: false },
  );
  if (!parsed?.isPossible() || !isE164(parsed.number)) return null;
  return { e164: parsed.number, valid: parsed.isValid() };
}

function isE164(text: string): text is E164 {
  return E164_SHAPE.test(text);
}

/** `+` and ASCII digits only; null when anything else but separators and invisible marks is there. */
function withoutSeparators(text: string): string | null {
  const digits = text.replace(/[\s().\p{Pd}\p{Cf}]/gu, '');
  return /^\+?\d{4,20}$/.test(digits) ? digits : null;
}

/** The user part of `sip:user;params@host`, `<sip:user@host>` and `tel:user;params`; other text as it is. */
function userOf(text: string): string {
  const uri = /(?:^|<)\s*(?:sips?|tel):([^@;>]*)/i.exec(text);
  return (uri?.[1] ?? text).replace(/%2B/gi, '+');
}
