/**
 * How networks say that a caller does not show a number. Vobiz documents no form of it, so every usual
 * word is taken; a word that is missed here still yields no number and never matches a binding.
 */
const WITHHELD = new Set([
  'anonymous',
  'blocked',
  'hidden',
  'nocallerid',
  'none',
  'notavailable',
  'null',
  'private',
  'privatenumber',
  'restricted',
  'unavailable',
  'undefined',
  'unknown',
  'withheld',
]);

/**
 * True when `from`, as Vobiz sent it, says that the caller withheld the number: nothing at all, a word such as
 * `anonymous`, or a SIP address of such a user or host (`sip:anonymous@anonymous.invalid`, RFC 3323).
 * False does not promise a readable number.
 */
export function isWithheld(from: string | null | undefined): boolean {
  const text = unescaped(from ?? '').toLowerCase();
  const address = /(?:^|<)\s*(?:sips?|tel):([^>]*)/.exec(text)?.[1] ?? text;
  const [user = '', host = ''] = (address.split(';')[0] ?? '').split('@');
  const word = user.replace(/[^\p{L}\p{N}]/gu, '');
  // No letters and no digits but zeros: `0`, `+`, `-`, `0000000000`.
  return /^0*$/.test(word) || WITHHELD.has(word) || host.trim() === 'anonymous.invalid';
}

/** Undoes URL encoding that a proxy applied once too often; text that is not encoded stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
