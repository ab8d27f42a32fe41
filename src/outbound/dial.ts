import { Resolver } from 'node:dns/promises';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import type { AllowedNetworks } from '../kernel/networks.ts';
import { fixedAddressOf, mayReach, placeOf } from './url-rules.ts';

/** Every address of a name. Rejects, or gives none, when there is none. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** A receiver that takes longer to be reached is as good as away. */
const CONNECT_MS = 5_000;

export type DialFaultReason = 'timeout' | 'address_refused' | 'dns' | 'tls' | 'connection';

export class DialFault extends Error {
  readonly reason: DialFaultReason;
  constructor(reason: DialFaultReason, cause?: unknown) {
    super(`not connected: ${reason}`, { cause });
    this.reason = reason;
  }
}

/**
 * Opens sockets, for undici. A name is looked up here, all its addresses are looked at, and those are the ones that are then
 * dialled: nobody can answer a check with one address and the dialling with another.
 * @param ca certificates of authorities to trust instead of the usual ones
 */
export function createDial(parts: {
  allowed: AllowedNetworks;
  lookup: Lookup;
  ca?: string;
}): buildConnector.connector {
  return (target, callback) => {
    dial(target, parts).then(
      (socket) => callback(null, socket),
      (fault: Error) => callback(fault, null),
    );
  };
}

function dial(
  { hostname, protocol, port }: Pick<buildConnector.Options, 'hostname' | 'protocol' | 'port'>,
  { allowed, lookup, ca }: Parameters<typeof createDial>[0],
): Promise<Socket> {
  const place = placeOf({ protocol, port });
  const fixed = fixedAddressOf(hostname);
  return new Promise((resolve, reject) => {
    let socket: Socket | null = null;
    let isOver = false;
    const fail = (reason: DialFaultReason, cause?: unknown) => {
      isOver = true;
      clearTimeout(timer);
      socket?.destroy();
      reject(new DialFault(reason, cause));
    };
    const timer = setTimeout(fail, CONNECT_MS, 'timeout');

    const open = (addresses: readonly string[]) => {
      if (isOver) return;
      if (addresses.length === 0) return fail('dns');
      // One that is refused spoils the name: whoever mixes them is up to something, or has made a mistake.
      if (!addresses.every((address) => mayReach(address, place, allowed))) return fail('address_refused');
      const options = { host: hostname, port: place.port, lookup: always(addresses), noDelay: true };
      const opened = place.isTls
        ? connectTls({
            ...options,
            // An address has no name to be shown, and its certificate is held against the address.
            servername: isIP(hostname) === 0 ? hostname : '',
            ALPNProtocols: ['http/1.1'],
            ...(ca === undefined ? {} : { ca }),
          })
        : connectTcp(options);
      socket = opened;
      let isReached = false;
      opened.once('connect', () => {
        isReached = true;
      });
      opened.once(place.isTls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        resolve(opened);
      });
      opened.on('error', (error: NodeJS.ErrnoException) => {
        if (isReached && place.isTls) fail('tls', error);
        else fail(error.code === 'ETIMEDOUT' ? 'timeout' : 'connection', error);
      });
    };
    (fixed === null ? lookup(hostname) : Promise.resolve([fixed])).then(open, (error) => fail('dns', error));
  });
}

/** Gives the socket the addresses that were looked at, and no chance to ask again. */
function always(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, options, callback) => {
    if (options.all === true) callback(null, all);
    else callback(null, all[0]?.address ?? '', all[0]?.family ?? 0);
  };
}

/**
 * Asks the name servers, both families at once. Not the system's own way (getaddrinfo): that holds one of the process' four
 * threads for as long as a name server likes, and tenants choose the name servers.
 */
export function systemLookup(): Lookup {
  const resolver = new Resolver({ timeout: 1_500, tries: 2 });
  return async (name) => {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  };
}
