import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readNetworks } from '../../src/kernel/networks.ts';
import { createOutbound, type Lookup, type Outbound, whyUrlRefused } from '../../src/outbound/client.ts';
import { openReceiver, type Receiver, watchDialling } from '../support/receiver.ts';

const request = (url: string) => ({ url, headers: {}, body: '{}', timeoutMs: 2_000 });
const refused = { kind: 'failed', reason: 'address_refused' };
const networks = (text: string) => readNetworks(text) ?? assert.fail(text);

/** Addresses that are not for tenants to reach, and why. */
const addresses: Record<string, string[]> = {
  'this machine': ['127.0.0.1', '127.255.255.254', '127.0.0.53', '::1', '0.0.0.0', '0.1.2.3', '::'],
  'private networks': ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
  'metadata of clouds': [
    '169.254.169.254',
    '169.254.170.2',
    'fd00:ec2::254',
    'fd20:ce::254',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
  ],
  'carrier grade NAT': ['100.64.0.1', '100.127.255.255'],
  'link local': ['169.254.0.1', 'fe80::1', 'febf::1', 'fec0::1'],
  'IPv4 in IPv6': [
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::808:808',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '2001:0:4136:e378:8000:63bf:80ff:fffe',
    '2001::1',
  ],
  'multicast and broadcast': ['224.0.0.1', '239.255.255.250', '255.255.255.255', 'ff02::1', 'ff0e::1'],
  'reserved and documentation': [
    '240.0.0.1',
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '198.18.0.1',
    '192.88.99.1',
    '2001:db8::1',
    '3fff::1',
    '100::1',
    '5f00::1',
    '4000::1',
    '2001:2::1',
    '2001:20::1',
  ],
};
/** Other spellings of them, which only a URL can have. */
const spellings = [
  'https://2130706433/',
  'https://0x7f000001/',
  'https://017700000001/',
  'https://0177.0.0.1/',
  'https://0x7f.0.0.1/',
  'https://127.1/',
  'https://127.0.1/',
  'https://2852039166/',
  'https://0xa9.0xfe.0xa9.0xfe/',
  'https://①②⑦.⓪.⓪.①/',
  'https://127.0.0.1./',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[0000::0001]/',
  'https://[::ffff:7f00:1]/',
  'https://LOCALHOST/',
  'https://localhost./',
  'https://api.localhost/',
  'https://127.0.0.1:8443/',
];
/** What no address could make right. */
const shapes: [url: string, why: RegExp][] = [
  ['http://example.com/', /starts? with https/],
  ['http://8.8.8.8/', /starts? with https/],
  ['http://8.8.8.8:443/', /starts? with https/],
  ['ftp://example.com/', /starts? with https/],
  ['file:///etc/passwd', /starts? with https/],
  ['gopher://127.0.0.1:6379/_FLUSHALL', /starts? with https/],
  ['//example.com/', /starts? with https/],
  ['https:example.com', /starts? with https/],
  ['https:\\\\example.com\\', /starts? with https/],
  ['https://exa\nmple.com/', /starts? with https/],
  [' https://example.com/', /starts? with https/],
  ['https://', /starts? with https/],
  ['https://256.256.256.256/', /starts? with https/],
  ['https://[fe80::1%25eth0]/', /starts? with https/],
  ['https://example.com:22/', /port 443 or 8443/],
  ['https://example.com:80/', /port 443 or 8443/],
  ['https://8.8.8.8:6379/', /port 443 or 8443/],
  ['https://example.com@127.0.0.1/', /user or a password/],
  ['https://user:secret@example.com/', /user or a password/],
  [`https://example.com/${'x'.repeat(2_048)}`, /longer than 2048/],
];
const inUrl = (address: string) => `https://${address.includes(':') ? `[${address}]` : address}/hook`;

describe('what tenants choose cannot make us dial what is not public', () => {
  let watch: ReturnType<typeof watchDialling>;
  before(() => {
    watch = watchDialling();
  });
  after(() => watch.stop());

  const answers: Record<string, readonly string[]> = {};
  const lookup: Lookup = async (name) => answers[name] ?? [];
  const outbound = createOutbound({ allowed: [], lookup });
  after(() => outbound.close());
  const nothingDialled = async (work: () => Promise<void>) => {
    watch.dialled.length = 0;
    await work();
    assert.deepEqual(watch.dialled, []);
  };

  for (const [why, list] of Object.entries(addresses)) {
    it(`${why}: refused as a URL, and as what a name leads to`, () =>
      nothingDialled(async () => {
        for (const address of list) {
          assert.match(whyUrlRefused(inUrl(address), []) ?? 'not at all', /public/, address);
          assert.deepEqual(await outbound.post(request(inUrl(address))), refused, address);
          answers['rebound.example.com'] = [address];
          assert.equal(whyUrlRefused('https://rebound.example.com/', []), null);
          assert.deepEqual(await outbound.post(request('https://rebound.example.com/')), refused, address);
        }
      }));
  }

  it('another spelling of an address is that address', () =>
    nothingDialled(async () => {
      for (const url of spellings) {
        assert.match(whyUrlRefused(url, []) ?? 'not at all', /public/, url);
        assert.deepEqual(await outbound.post(request(url)), refused, url);
      }
    }));

  it('schemes, ports, users and lengths that are not for receivers are refused before any name is asked', () =>
    nothingDialled(async () => {
      answers['example.com'] = ['8.8.8.8'];
      for (const [url, why] of shapes) {
        assert.match(whyUrlRefused(url, []) ?? 'not at all', why, url);
        assert.deepEqual(await outbound.post(request(url)), refused, url);
      }
    }));

  it('one private address among the public ones of a name spoils it', () =>
    nothingDialled(async () => {
      for (const mixed of [
        ['8.8.8.8', '10.0.0.1'],
        ['10.0.0.1', '8.8.8.8'],
        ['2606:4700::1111', '::1'],
      ]) {
        answers['mixed.example.com'] = mixed;
        assert.deepEqual(await outbound.post(request('https://mixed.example.com/')), refused);
      }
    }));

  it('what is no address at all is refused like one', () =>
    nothingDialled(async () => {
      for (const nonsense of ['', 'example.org', '127.1', '0x7f000001', '8.8.8.8/32', '2606::1%eth0']) {
        answers['odd.example.com'] = [nonsense];
        assert.deepEqual(await outbound.post(request('https://odd.example.com/')), refused, nonsense);
      }
    }));

  it('a name without addresses, and one that cannot be asked, is told apart from a refusal', () =>
    nothingDialled(async () => {
      const failing = createOutbound({ allowed: [], lookup: () => Promise.reject(new Error('SERVFAIL')) });
      for (const one of [outbound, failing]) {
        const answer = await one.post(request('https://nobody.example.com/'));
        assert.deepEqual(answer, { kind: 'failed', reason: 'dns' });
      }
      await failing.close();
    }));

  it('public addresses of both families pass, at 443 and 8443', () => {
    for (const url of [
      'https://8.8.8.8/',
      'https://93.184.216.34:8443/hook?x=1',
      'https://[2606:4700:4700::1111]/',
      'https://hooks.example.com:443/',
      'https://xn--bcher-kva.example/',
    ]) {
      assert.equal(whyUrlRefused(url, []), null, url);
    }
  });
});

describe('with allowed networks', () => {
  let sentinel: Receiver;
  before(async () => {
    sentinel = await openReceiver();
  });
  after(() => sentinel.close());
  const open: Outbound[] = [];
  const outboundTo = (allowed: string, lookup: Lookup = async () => []) => {
    const outbound = createOutbound({ allowed: networks(allowed), lookup });
    open.push(outbound);
    return outbound;
  };
  after(() => Promise.all(open.map((one) => one.close())));

  it('only these are reached, by http and at any port too; their neighbours are not', async () => {
    const named: Lookup = async () => ['127.0.0.1'];
    const near = outboundTo('127.0.0.0/32, 127.0.0.2/31, ::1/128, 10.0.0.0/8', named);
    const byName = `http://receiver.internal:${sentinel.port}/`;
    for (const url of [sentinel.url, byName, `http://localhost:${sentinel.port}/`]) {
      assert.deepEqual(await near.post(request(url)), refused, url);
    }
    assert.equal(sentinel.connections, 0);
    const there = outboundTo('127.0.0.1/32', named);
    for (const url of [sentinel.url, byName, `http://localhost:${sentinel.port}/`]) {
      assert.equal((await there.post(request(url))).kind, 'answered', url);
    }
    assert.equal(sentinel.requests, 3);
  });

  it('an address that wraps an allowed one is another address', async () => {
    const outbound = outboundTo('127.0.0.0/8', async () => ['::ffff:127.0.0.1']);
    const before = sentinel.connections;
    for (const host of ['[::ffff:127.0.0.1]', 'wrapped.internal']) {
      assert.deepEqual(await outbound.post(request(`http://${host}:${sentinel.port}/`)), refused);
    }
    assert.equal(sentinel.connections, before);
  });

  it('a public address is still reached by https and at the usual ports only', async () => {
    const allowed = networks('10.0.0.0/8');
    assert.match(whyUrlRefused('http://8.8.8.8/', allowed) ?? '', /https/);
    assert.match(whyUrlRefused('https://8.8.8.8:9443/', allowed) ?? '', /port/);
    // A name may lead into the allowed network: only dialling can tell.
    const outbound = outboundTo('10.0.0.0/8', async () => ['8.8.8.8']);
    for (const url of [
      'http://public.example.com/',
      'http://public.example.com:443/',
      'https://public.example.com:9443/',
    ]) {
      assert.equal(whyUrlRefused(url, allowed), null);
      assert.deepEqual(await outbound.post(request(url)), refused, url);
    }
  });

  it('a resolver that gives another address the next time is asked once for a connection, and that one is dialled', async () => {
    let asked = 0;
    const changing = outboundTo('127.0.0.2/32', async () => (asked++ === 0 ? ['127.0.0.2'] : ['127.0.0.1']));
    const before = sentinel.connections;
    // Nothing listens at 127.0.0.2. Did it ask again, it would come to the sentinel.
    const first = await changing.post(request(`http://rebound.internal:${sentinel.port}/`));
    assert.deepEqual(first, { kind: 'failed', reason: 'connection' });
    assert.equal(asked, 1);
    const second = await changing.post(request(`http://rebound.internal:${sentinel.port}/`));
    assert.deepEqual([asked, second], [2, refused]);
    assert.equal(sentinel.connections, before);
  });

  it('a redirect is an answer, wherever it leads', async () => {
    const before = sentinel.connections;
    for (const status of [301, 302, 303, 307, 308]) {
      const redirecting = await openReceiver((_req, res) => {
        res.writeHead(status, { Location: sentinel.url }).end();
      });
      const answer = await outboundTo('127.0.0.1/32').post(request(redirecting.url));
      assert.deepEqual(answer, { kind: 'answered', status, retryAfterSeconds: null });
      await redirecting.close();
    }
    assert.equal(sentinel.connections, before);
  });
});
