import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contentOf, freshNumbers, newSession, newTenant, type Reply, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

describe('which masking numbers a session gets', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  let phones = 0;
  /** A phone that no other test has. */
  const phone = () => `+9197${String(10_000_000 + phones++)}`;
  const poolOf = (size: number): Promise<Tenant> => newTenant(world, { dids: freshNumbers(size) });
  const ask = (tenant: Tenant, a: string, b: string, more: object = {}): Promise<Reply> =>
    tenant.api.post('/v1/sessions', { parties: { a: { phone: a }, b: { phone: b } }, ...more });
  const end = (tenant: Tenant, id: string) => tenant.api.post(`/v1/sessions/${id}/end`, {});
  const sweep = async () => {
    for (const job of world.container.jobs) await job.work();
  };
  const addDid = async (tenant: Tenant): Promise<string> => {
    const [e164 = ''] = freshNumbers(1);
    const reply = await tenant.api.post('/v1/dids', { e164, provider_account: tenant.account.id });
    assert.equal(reply.status, 201, reply.text);
    return e164;
  };

  describe('the one that the caller let go of longest ago', () => {
    /** Each number again only after all others. */
    const takesTurns = (numbers: string[], size: number) => {
      for (let start = 0; start + size <= numbers.length; start += 1) {
        const turn = numbers.slice(start, start + size);
        assert.equal(
          new Set(turn).size,
          size,
          `${start}: ${numbers.map((each) => each.slice(-3)).join(' ')}`,
        );
      }
    };
    const ways: Record<string, (tenant: Tenant, id: string) => Promise<unknown>> = {
      'sessions that are ended': end,
      'sessions that expire': (_tenant, id) =>
        world.sql(
          `with s as (update sessions set expires_at = now() where id = $1 returning *)
           update bindings b set free_at = s.expires_at from s where b.session_id = s.id`,
          [id],
        ),
      'bindings that are swept away in between': async (tenant, id) => {
        await end(tenant, id);
        await sweep();
      },
    };
    for (const [way, over] of Object.entries(ways)) {
      it(`a phone goes round all four DIDs of the pool, as party a: ${way}`, async () => {
        const tenant = await poolOf(4);
        const busy = phone();
        const numbers: string[] = [];
        for (let n = 0; n < 12; n += 1) {
          const { id, parties } = await newSession(tenant, busy, phone(), { cooling_seconds: 0 });
          numbers.push(parties.a.masking_number);
          await over(tenant, id);
        }
        takesTurns(numbers, 4);
      });
    }

    it('a phone goes round all four DIDs of the pool, as party b', async () => {
      const tenant = await poolOf(4);
      const busy = phone();
      const numbers: string[] = [];
      for (let n = 0; n < 40; n += 1) {
        const { id, parties } = await newSession(tenant, phone(), busy, { cooling_seconds: 0 });
        numbers.push(parties.b.masking_number);
        await end(tenant, id);
      }
      takesTurns(numbers, 4);
    });

    it('is counted from when the session was over, not from when its cooling time was', async () => {
      const tenant = await poolOf(2);
      const busy = phone();
      const first = await newSession(tenant, busy, phone(), { cooling_seconds: 600 });
      await end(tenant, first.id);
      const second = await newSession(tenant, busy, phone(), { cooling_seconds: 0 });
      await end(tenant, second.id);
      await world.sql('update bindings set free_at = now() where session_id = $1', [first.id]);
      const { parties } = await newSession(tenant, busy, phone());
      assert.equal(parties.a.masking_number, first.parties.a.masking_number);
    });

    it('a DID that the caller never had comes first of all', async () => {
      const tenant = await poolOf(2);
      const busy = phone();
      for (let n = 0; n < 4; n += 1) {
        const { id } = await newSession(tenant, busy, phone(), { cooling_seconds: 0 });
        await end(tenant, id);
      }
      await sweep();
      const fresh = await addDid(tenant);
      const { parties } = await newSession(tenant, busy, phone());
      assert.equal(parties.a.masking_number, fresh);
    });

    it('what one caller let go of says nothing about another caller', async () => {
      const tenant = await poolOf(2);
      const [one, two] = [phone(), phone()];
      for (let n = 0; n < 3; n += 1) {
        const { id } = await newSession(tenant, one, phone(), { cooling_seconds: 0 });
        await end(tenant, id);
      }
      const first = await newSession(tenant, two, phone(), { cooling_seconds: 0 });
      await end(tenant, first.id);
      const second = await newSession(tenant, two, phone());
      assert.notEqual(second.parties.a.masking_number, first.parties.a.masking_number);
    });
  });

  it('phones that are new start at different places of the pool, not all at its first DID', async () => {
    const tenant = await poolOf(20);
    const used = new Set<string>();
    for (let n = 0; n < 30; n += 1) {
      const { parties } = await newSession(tenant, phone(), phone());
      used.add(parties.a.masking_number).add(parties.b.masking_number);
    }
    assert.ok(used.size >= 6, `${used.size} of 20`);
  });

  describe('cooling', () => {
    it('keeps a DID from the caller that had it, and from nobody else', async () => {
      const tenant = await poolOf(2);
      const [a, b] = [phone(), phone()];
      const first = await newSession(tenant, a, b, { cooling_seconds: 600 });
      await end(tenant, first.id);
      // Nobody else minds: other phones get both numbers, in any order.
      for (let n = 0; n < 5; n += 1) await newSession(tenant, phone(), phone());
      // The caller gets the other one only.
      const second = await newSession(tenant, a, phone(), { cooling_seconds: 600 });
      assert.notEqual(second.parties.a.masking_number, first.parties.a.masking_number);
      await end(tenant, second.id);
      assert.equal((await ask(tenant, a, phone())).body.code, 'pool_exhausted');
      await sweep();
      assert.equal(
        (await ask(tenant, a, phone())).body.code,
        'pool_exhausted',
        'a sweep frees nothing early',
      );
    });

    it('is over by the clock of Postgres, whether or not anything was swept', async () => {
      for (const swept of [false, true]) {
        const tenant = await poolOf(2);
        const [a, b] = [phone(), phone()];
        const made = [await newSession(tenant, a, b), await newSession(tenant, a, b)];
        for (const { id } of made) await end(tenant, id);
        assert.equal((await ask(tenant, a, b)).status, 409);
        await world.sql(`update bindings set free_at = now() + interval '1 minute' where tenant_id = $1`, [
          tenant.id,
        ]);
        assert.equal((await ask(tenant, a, b)).status, 409);
        await world.sql('update bindings set free_at = now() where tenant_id = $1', [tenant.id]);
        if (swept) await sweep();
        await newSession(tenant, a, b);
      }
    });

    it('begins when the session expires, though nobody ends it', async () => {
      const tenant = await poolOf(2);
      const [a, b] = [phone(), phone()];
      for (let n = 0; n < 2; n += 1) await newSession(tenant, a, b, { cooling_seconds: 60 });
      const age = (seconds: number) =>
        world.sql(
          `with s as (update sessions set expires_at = now() - make_interval(secs => $2) where tenant_id = $1 returning *)
           update bindings b set free_at = s.expires_at + make_interval(secs => s.cooling_seconds)
             from s where b.session_id = s.id`,
          [tenant.id, seconds],
        );
      await age(59);
      assert.equal((await ask(tenant, a, b)).body.code, 'pool_exhausted');
      await age(60);
      await newSession(tenant, a, b);
    });
  });

  describe('409 pool_exhausted', () => {
    /** Refused with these figures; and with one DID less than `dids_needed` still refused, with as many not. */
    const isExhausted = async (
      tenant: Tenant,
      [a, b]: readonly [string, string],
      [party, inPool, held, needed]: readonly [string, number, number, number],
    ) => {
      const content = await contentOf(world, true);
      const reply = await ask(tenant, a, b);
      assert.equal(reply.status, 409, reply.text);
      assert.equal(reply.body.code, 'pool_exhausted');
      const expected = { party, dids_in_pool: inPool, dids_held: held, dids_needed: needed };
      assert.deepEqual(reply.body.saturation, expected);
      for (const text of [a, b]) assert.ok(!reply.text.includes(text.slice(3)));
      assert.deepEqual(await contentOf(world, true), content, 'a refused session was written');
      for (let size = inPool + 1; size <= needed; size += 1) {
        await addDid(tenant);
        assert.equal((await ask(tenant, a, b)).status, size < needed ? 409 : 201, `with ${size} DIDs`);
      }
    };

    it('an empty pool', async () => {
      await isExhausted(await poolOf(0), [phone(), phone()], ['both', 0, 0, 2]);
    });

    it('a pool of one DID, which cannot be two numbers', async () => {
      await isExhausted(await poolOf(1), [phone(), phone()], ['both', 1, 0, 2]);
    });

    for (const others of [0, 1]) {
      it(`party a holds every DID; party b holds ${others}`, async () => {
        const tenant = await poolOf(2);
        const [a, b] = [phone(), phone()];
        for (let n = 0; n < 2; n += 1) await newSession(tenant, a, n < others ? b : phone());
        await isExhausted(tenant, [a, b], ['a', 2, 2, 3]);
      });

      it(`party b holds every DID; party a holds ${others}`, async () => {
        const tenant = await poolOf(2);
        const [a, b] = [phone(), phone()];
        for (let n = 0; n < 2; n += 1) await newSession(tenant, n < others ? a : phone(), b);
        await isExhausted(tenant, [a, b], ['b', 2, 2, 3]);
      });
    }

    it('both hold every DID', async () => {
      const tenant = await poolOf(2);
      const [a, b] = [phone(), phone()];
      for (let n = 0; n < 2; n += 1) await newSession(tenant, a, b);
      await isExhausted(tenant, [a, b], ['both', 2, 2, 4]);
    });

    it('both have the same single DID left', async () => {
      const tenant = await poolOf(2);
      const [a, b] = [phone(), phone()];
      for (let n = 0; n < 2; n += 1) await newSession(tenant, a, b);
      await addDid(tenant);
      await isExhausted(tenant, [a, b], ['both', 3, 2, 4]);
    });

    it('what cools is held as well, and what retires is no part of the pool', async () => {
      const tenant = await poolOf(3);
      const [a, b] = [phone(), phone()];
      const { id, parties } = await newSession(tenant, a, b);
      await end(tenant, id);
      const { data } = (await tenant.api.get('/v1/dids')).body;
      const rest = data.filter((did: any) => did.e164 !== parties.a.masking_number);
      for (const did of rest) await tenant.api.delete(`/v1/dids/${did.id}`);
      await isExhausted(tenant, [a, b], ['a', 1, 1, 2]);
    });

    it('DIDs that the phone holds in another pool do not count', async () => {
      const tenant = await poolOf(2);
      const a = phone();
      for (let n = 0; n < 2; n += 1) await newSession(tenant, a, phone());
      await tenant.api.post('/v1/pools', { name: 'pune' });
      const reply = await ask(tenant, a, phone(), { pool: 'pune' });
      assert.equal(reply.body.saturation.dids_held, 0);
      for (const e164 of freshNumbers(2)) {
        await tenant.api.post('/v1/dids', { e164, provider_account: tenant.account.id, pool: 'pune' });
      }
      assert.equal((await ask(tenant, a, phone(), { pool: 'pune' })).status, 201);
    });
  });

  it('K DIDs carry K sessions of one phone at once, and any number of sessions of others', async () => {
    const tenant = await poolOf(5);
    const busy = phone();
    const numbers = new Set<string>();
    for (let n = 0; n < 5; n += 1) {
      numbers.add((await newSession(tenant, busy, phone())).parties.a.masking_number);
    }
    assert.equal(numbers.size, 5);
    assert.equal((await ask(tenant, phone(), busy)).body.saturation.party, 'b');
    for (let n = 0; n < 20; n += 1) await newSession(tenant, phone(), phone());
  });
});
