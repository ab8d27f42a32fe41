import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isIpOrBlock } from './ip.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Networks beside the public internet that may be reached, as their operator has named them. */
export type AllowedNetworks = readonly (readonly [network: Address, bits: number])[];

/** Networks with commas between them, each an address or a CIDR block. Null when one of them is neither. */
export function readNetworks(text: string): AllowedNetworks | null {
  const entries = text.split(',').map((entry) => entry.trim());
  if (!entries.every(isIpOrBlock)) return null;
  return entries.map((entry) => {
    const [address = '', bits] = entry.split('/');
    const network = ipaddr.parse(address);
    return [network, bits === undefined ? network.toByteArray().length * 8 : Number(bits)] as const;
  });
}

/** Whether one of the networks holds the address. An unreadable address is in none. */
export function isInNetworks(address: string, networks: AllowedNetworks): boolean {
  const read = parse(address);
  if (read === null) return false;
  return networks.some(([network, bits]) => network.kind() === read.kind() && read.match(network, bits));
}

/** What looks public and is not: the address by which Azure's machines ask about themselves. */
const notPublic = ipaddr.parse('168.63.129.16');
/** All that has been given to anybody; what lies outside has no owner, or holds an IPv4 address in some other way. */
const givenOut = ipaddr.IPv6.parse('2000::');
const GIVEN_OUT_BITS = 3;

/** An address that belongs to somebody on the public internet. What cannot be read, or wraps another address, is not. */
export function isPublicAddress(address: string): boolean {
  const read = parse(address);
  if (read === null || read.range() !== 'unicast') return false;
  if (read.kind() === 'ipv4') return read.toString() !== notPublic.toString();
  return read.match(givenOut, GIVEN_OUT_BITS);
}

/** Only as people write them: the package also reads octal, hexadecimal and shortened addresses. */
function parse(address: string): Address | null {
  return isIP(address) === 0 || address.includes('%') ? null : ipaddr.parse(address);
}
