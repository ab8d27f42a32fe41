import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answers, hangsUp } from '../../src/features/sandbox/phones.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { openTown } from '../support/town.ts';
import { callFrom } from '../support/voice.ts';
import { openWorld, type World } from '../support/world.ts';

const SELLER = '+919800000001';
const BUYER = '+919800000002';
const SECOND = '+919800000003';

describe('listings', () => {
  let world: World;
  let tenant: Tenant;
  let dids: string[];
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const fresh = async (count = 3, more: object = {}) => {
    dids = freshNumbers(count);
    tenant = await newTenant(world, { dids });
    return newListing(more);
  };
  const newListing = async (more: object = {}) => {
    const reply = await tenant.api.post('/v1/listings', {
      seller: { phone: SELLER, role: 'seller' },
      expires_in_seconds: 3600,
      transaction_ref: 'flat-12',
      ...more,
    });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };
  const explain = async (to: string, from: string | null) =>
    (await tenant.api.post('/v1/routes/explain', { to, from })).body;
  const sessionsOf = async (listing: any) =>
    (await tenant.api.get(`/v1/sessions?listing=${listing.id}`)).body.data;
  const dialOf = (call: Awaited<ReturnType<typeof callFrom>>) => {
    const dial = call.answer.elements.find(({ name }) => name === 'Dial');
    return { to: dial?.children[0]?.text, shown: dial?.attributes.callerId };
  };

  it('anybody reaches the seller, who sees a number for this buyer and reaches it by calling back', async () => {
    const listing = await fresh();
    const { network, clock } = openTown(world, tenant, dids);
    network.phones.set(SELLER, answers(2, 5));
    network.phones.set(BUYER, answers(2, 7));
    network.dial({ from: BUYER, to: listing.masking_number, reactions: [hangsUp('bridge', 60)] });
    await clock.play();
    const [first] = network.journal.conversations();
    assert.deepEqual([first?.from, first?.to, first?.seconds], [BUYER, SELLER, 5]);
    assert.notEqual(first?.shown, listing.masking_number);
    network.dial({ from: SELLER, to: first?.shown ?? '' });
    await clock.play();
    const back = network.journal.conversations().at(-1);
    assert.deepEqual([back?.from, back?.to, back?.shown], [SELLER, BUYER, listing.masking_number]);

    const [session, ...others] = await sessionsOf(listing);
    assert.deepEqual(others, []);
    assert.equal(session.listing, listing.id);
    assert.equal(session.transaction_ref, 'flat-12');
    assert.equal(session.expires_at <= listing.expires_at, true);
    assert.deepEqual([session.parties.a.role, session.parties.b.role], ['seller', 'buyer']);
    assert.equal(session.parties.b.masking_number, listing.masking_number);
    assert.equal((await tenant.api.get(`/v1/listings/${listing.id}`)).body.buyers, 1);
    const calls = (await tenant.api.get(`/v1/calls?session=${session.id}`)).body.data;
    assert.equal(calls.length, 2);
  });

  it('each buyer has a session of its own, and the seller another number for each', async () => {
    const listing = await fresh();
    const one = dialOf(await callFrom(world, tenant, listing.masking_number, BUYER));
    const other = dialOf(await callFrom(world, tenant, listing.masking_number, SECOND));
    const again = dialOf(await callFrom(world, tenant, listing.masking_number, BUYER));
    assert.equal(one.to, SELLER);
    assert.equal(other.to, SELLER);
    assert.notEqual(one.shown, other.shown);
    assert.deepEqual(again, one);
    assert.equal((await sessionsOf(listing)).length, 2);
    assert.equal(dialOf(await callFrom(world, tenant, other.shown ?? '', SELLER)).to, SECOND);
  });

  it('two calls of a new buyer at once make one session, and both are connected', async () => {
    const listing = await fresh();
    const calls = await Promise.all(
      Array.from({ length: 6 }, () => callFrom(world, tenant, listing.masking_number, BUYER)),
    );
    const dials = calls.map(dialOf);
    for (const dial of dials) assert.deepEqual(dial, dials[0]);
    assert.equal(dials[0]?.to, SELLER);
    assert.equal((await sessionsOf(listing)).length, 1);
  });

  it('more buyers than the seller has numbers for hear that nobody can be reached', async () => {
    const listing = await fresh(2);
    await callFrom(world, tenant, listing.masking_number, BUYER);
    const call = await callFrom(world, tenant, listing.masking_number, SECOND);
    assert.match(call.answer.said.join(), /not available/);
    const shown = (await tenant.api.get(`/v1/calls/${call.id}`)).body;
    assert.deepEqual([shown.decision, shown.reason], ['announce', 'listing_unavailable']);
    assert.match(shown.trace.at(-1).detail, /pool_exhausted/);
  });

  it('its seller reaches nobody by it, and a withheld caller has no session', async () => {
    const listing = await fresh();
    const own = await explain(listing.masking_number, SELLER);
    assert.deepEqual([own.decision, own.reason], ['announce', 'listing_seller']);
    const withheld = await explain(listing.masking_number, null);
    assert.equal(withheld.reason, 'caller_withheld');
    await callFrom(world, tenant, listing.masking_number, SELLER);
    await callFrom(world, tenant, listing.masking_number, 'anonymous');
    assert.deepEqual(await sessionsOf(listing), []);
  });

  it('an explanation says so, and makes nothing; a party of another session on the DID reaches that one', async () => {
    const listing = await fresh(2, {});
    const told = await explain(listing.masking_number, BUYER);
    assert.deepEqual([told.decision, told.reason, told.session], ['bridge', 'listing_call', null]);
    assert.equal(told.trace.at(-1).rule, 'listing');
    assert.deepEqual(await sessionsOf(listing), []);
    const required = { required_dids: { a: [listing.masking_number] } };
    const session = await newSession(tenant, SECOND, BUYER, { allocation: required });
    const bound = await explain(listing.masking_number, SECOND);
    assert.deepEqual([bound.reason, bound.session], ['live_binding', session.id]);
  });

  it('ending it ends its sessions, and nobody new comes in; a session that is ended alone stays over for its buyer', async () => {
    const listing = await fresh();
    await callFrom(world, tenant, listing.masking_number, BUYER);
    await callFrom(world, tenant, listing.masking_number, SECOND);
    const [session] = await sessionsOf(listing);
    await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
    assert.equal((await explain(listing.masking_number, SECOND)).reason, 'session_ended');
    const ended = await tenant.api.post(`/v1/listings/${listing.id}/end`);
    assert.deepEqual([ended.status, ended.body.status], [200, 'ended']);
    const again = await tenant.api.post(`/v1/listings/${listing.id}/end`);
    assert.deepEqual(again.body, ended.body);
    assert.ok((await sessionsOf(listing)).every(({ status }: any) => status === 'ended'));
    assert.equal((await explain(listing.masking_number, BUYER)).reason, 'session_ended');
    assert.equal((await explain(listing.masking_number, '+919800000009')).reason, 'caller_not_allowed');
  });

  it('makes no session any more when it is ended while its buyer calls', async () => {
    const listing = await fresh(8);
    const callers = Array.from({ length: 6 }, (_, place) => `+91980000200${place}`);
    await Promise.all([
      ...callers.map((caller) => callFrom(world, tenant, listing.masking_number, caller)),
      tenant.api.post(`/v1/listings/${listing.id}/end`),
    ]);
    const sessions = await sessionsOf(listing);
    assert.ok(
      sessions.every(({ status }: any) => status === 'ended'),
      'none is left that the end did not see',
    );
  });

  it('expires with its sessions, and makes room on its DID', async () => {
    const listing = await fresh(2, { did: undefined });
    await callFrom(world, tenant, listing.masking_number, BUYER);
    const busy = await tenant.api.post('/v1/listings', {
      ...{ seller: { phone: SECOND }, did: listing.masking_number, expires_in_seconds: 60 },
    });
    assert.deepEqual([busy.status, busy.body.code], [409, 'did_has_listing']);
    await world.sql("update listings set expires_at = now() - interval '1 second' where id = $1", [
      listing.id,
    ]);
    await world.sql("update sessions set expires_at = now() - interval '1 second' where listing_id = $1", [
      listing.id,
    ]);
    assert.equal((await tenant.api.get(`/v1/listings/${listing.id}`)).body.status, 'expired');
    assert.equal((await explain(listing.masking_number, BUYER)).reason, 'session_expired');
    assert.equal((await explain(listing.masking_number, SECOND)).reason, 'caller_not_allowed');
    const next = await newListing({ did: listing.masking_number });
    assert.equal(next.masking_number, listing.masking_number);
    assert.equal((await tenant.api.get(`/v1/listings/${listing.id}`)).body.status, 'expired');
  });

  it('of many listings at once each gets a DID of its own, and those without one are refused', async () => {
    await fresh(3, {});
    const body = { seller: { phone: SECOND }, expires_in_seconds: 60 };
    const replies = await Promise.all(Array.from({ length: 4 }, () => tenant.api.post('/v1/listings', body)));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 201, 409, 409]);
    const listed = (await tenant.api.get('/v1/listings')).body.data;
    assert.equal(new Set(listed.map((one: any) => one.masking_number)).size, 3);
  });

  it('422 for a seller that is no phone or a masking number, an unknown pool or DID', async () => {
    await fresh(1, {});
    const refused = async (body: object) => {
      const reply = await tenant.api.post('/v1/listings', {
        ...{ seller: { phone: SELLER }, expires_in_seconds: 60, ...body },
      });
      return [reply.status, reply.body.code];
    };
    assert.deepEqual(await refused({ seller: { phone: '12' } }), [422, 'invalid_phone']);
    assert.deepEqual(await refused({ seller: { phone: dids[0] } }), [422, 'phone_is_a_did']);
    assert.deepEqual(await refused({ pool: 'nowhere' }), [422, 'unknown_reference']);
    assert.deepEqual(await refused({ did: '+917912345678' }), [422, 'unknown_reference']);
  });
});
