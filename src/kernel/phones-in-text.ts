import { type CountryCode, readPhone } from './phone.ts';

/** Groups of digits with what people put between them; enough of them to be a phone number. */
const RUN = /(?:\+|\b00)?\d(?:[\s().\p{Pd}/]{0,3}\d){5,29}/gu;
/** Where the digits 0 to 9 of other scripts begin: Arabic, Persian, and those of India. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66];

/**
 * The text without what is a phone number: in the way of the country, or written for abroad. A long number that is none, say
 * of an order, stays.
 */
export function withoutPhones(text: string, country: CountryCode): string {
  return asciiDigits(text).replace(RUN, (run) => (holdsPhone(run, country) ? '' : run));
}

/** Also when other digits stand before or behind it: "12 9800000001". */
function holdsPhone(run: string, country: CountryCode): boolean {
  const groups = run.match(/\+?\d+/g) ?? [];
  for (let from = 0; from < groups.length; from += 1) {
    for (let to = from + 1; to <= groups.length; to += 1) {
      if (readPhone(groups.slice(from, to).join(''), country) !== null) return true;
    }
  }
  return false;
}

function asciiDigits(text: string): string {
  return text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = ZEROS.find((start) => code >= start && code < start + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}
