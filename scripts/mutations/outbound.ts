import type { Mutation } from './mutation.ts';

const networks = 'src/kernel/networks.ts';
const rules = 'src/outbound/url-rules.ts';
const dial = 'src/outbound/dial.ts';
const client = 'src/outbound/client.ts';
const refusals = 'test/http/outbound-refusals.test.ts';
const posting = 'test/http/outbound.test.ts';

/** What keeps tenants' URLs from leading to where they should not, and their receivers from holding us up. */
export const outboundMutations: readonly Mutation[] = [
  {
    guard: 'an address is looked at when it is dialled, not only when its URL is read',
    edits: [
      {
        file: dial,
        from: 'if (!addresses.every((address) => mayReach(address, place, allowed)))',
        to: 'if (false)',
      },
    ],
    tests: [refusals],
  },
  {
    guard: 'one private address among those of a name spoils it',
    edits: [{ file: dial, from: '!addresses.every(', to: '!addresses.some(' }],
    tests: [refusals],
  },
  {
    guard: 'the addresses that were looked at are the ones that are dialled',
    edits: [{ file: dial, from: ', lookup: always(addresses), noDelay', to: ', noDelay' }],
    tests: [refusals, posting],
  },
  {
    guard: 'of IPv6 only what is given out counts as public: IPv4 addresses are wrapped elsewhere too',
    edits: [{ file: networks, from: 'return read.match(givenOut, GIVEN_OUT_BITS);', to: 'return true;' }],
    tests: [refusals],
  },
  {
    guard: 'special ranges are not public',
    edits: [{ file: networks, from: "|| read.range() !== 'unicast'", to: '' }],
    tests: [refusals],
  },
  {
    guard: "the metadata address of Azure is none of the public's",
    edits: [{ file: networks, from: 'read.toString() !== notPublic.toString()', to: 'true' }],
    tests: [refusals],
  },
  {
    guard: 'what is no plain address is in no network and not public',
    edits: [{ file: networks, from: "isIP(address) === 0 || address.includes('%')", to: 'false' }],
    tests: [refusals],
  },
  {
    guard: 'public addresses are reached by TLS only',
    edits: [
      {
        file: rules,
        from: 'return isTls && publicPorts.includes(port);',
        to: 'return publicPorts.includes(port);',
      },
    ],
    tests: [refusals],
  },
  {
    guard: 'public addresses are reached at two ports only',
    edits: [{ file: rules, from: 'return isTls && publicPorts.includes(port);', to: 'return isTls;' }],
    tests: [refusals],
  },
  {
    guard: 'a URL holds no user and no password',
    edits: [{ file: rules, from: "if (url.username !== '' || url.password !== '')", to: 'if (false)' }],
    tests: [refusals],
  },
  {
    guard: 'a certificate must be for the name that was asked for',
    edits: [
      {
        file: dial,
        from: "            ALPNProtocols: ['http/1.1'],\n",
        to: "            ALPNProtocols: ['http/1.1'],\n            checkServerIdentity: () => undefined,\n",
      },
    ],
    tests: [posting],
  },
  {
    guard: 'somebody who is trusted must vouch for a certificate',
    edits: [
      {
        file: dial,
        from: "            ALPNProtocols: ['http/1.1'],\n",
        to: "            ALPNProtocols: ['http/1.1'],\n            rejectUnauthorized: false,\n",
      },
    ],
    tests: [posting],
  },
  {
    guard: 'no more than 64 kB of an answer are read',
    edits: [{ file: client, from: 'if (read > mostBytes) return null;', to: '' }],
    tests: [posting],
  },
  {
    guard: 'one time-out is over all of it',
    edits: [
      {
        file: client,
        from: 'setTimeout(end, request.timeoutMs)',
        to: 'setTimeout(end, request.timeoutMs + 60_000)',
      },
    ],
    tests: [posting],
  },
];
