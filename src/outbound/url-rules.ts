import { isIP } from 'node:net';
import { type AllowedNetworks, isInNetworks, isPublicAddress } from '../kernel/networks.ts';

const LONGEST_URL = 2_048;
/** Where public receivers listen; any other port may be a service that was never meant to be reached like this. */
const publicPorts = [443, 8443];

export type Place = { isTls: boolean; port: number };

/** The rule of all: public addresses by TLS at the usual ports, allowed networks in any way. Asked of each address that is dialled. */
export function mayReach(address: string, place: Place, allowed: AllowedNetworks): boolean {
  return isInNetworks(address, allowed) || (isUsual(place) && isPublicAddress(address));
}

/**
 * Why a URL cannot be posted to, whatever the name in it leads to; null when only dialling can tell. For the moment when a URL
 * is registered: the addresses are looked at each time that one is dialled.
 */
export function whyUrlRefused(text: string, allowed: AllowedNetworks): string | null {
  if (text.length > LONGEST_URL) return `must not be longer than ${LONGEST_URL} characters`;
  // A URL's parser drops tabs and line ends, and takes a backslash for a slash: what is meant has neither.
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text))
    return 'must be a URL that starts with https://';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password';
  const place = placeOf(url);
  const address = fixedAddressOf(hostOf(url));
  if (address !== null && isInNetworks(address, allowed)) return null;
  if (address !== null && !isPublicAddress(address)) return 'must lead to a public address';
  // Where networks are allowed, a name may lead into one of them, and there anything goes.
  if (isUsual(place) || (address === null && allowed.length > 0)) return null;
  return place.isTls ? `must have port ${publicPorts.join(' or ')}` : 'must start with https://';
}

export function placeOf({ protocol, port }: { protocol: string; port: string }): Place {
  const isTls = protocol === 'https:';
  return { isTls, port: port === '' ? (isTls ? 443 : 80) : Number(port) };
}

/**
 * The address that a host stands for without being asked for anywhere, or null. URLs have turned all other spellings
 * (decimal, octal, hexadecimal) into the usual one.
 */
export function fixedAddressOf(host: string): string | null {
  if (isIP(host) !== 0) return host;
  return /(^|\.)localhost\.?$/i.test(host) ? '127.0.0.1' : null;
}

function isUsual({ isTls, port }: Place): boolean {
  return isTls && publicPorts.includes(port);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
