import { differences, refusalDiffers } from './compare.ts';
import { didNumbers } from './game.ts';
import type { Operation } from './operation.ts';
import { poolOf, the } from './oracle.ts';
import { refusalOfRegister, refusalOfRetire, register, retire, sweep } from './oracle-numbers.ts';

type RegisterMove = { kind: 'register'; owner: number; number: string; pool: string; spread: number };

const registering: Operation<RegisterMove> = {
  kind: 'register',
  weight: 2,
  draw({ books }, chance) {
    const pool = chance.pick(books.pools);
    const number = chance.pick(didNumbers);
    return { owner: pool.owner, number, pool: pool.name, spread: chance.random() };
  },
  async perform({ ask, actors, account, world }, { owner, number, pool, spread }) {
    const body = { e164: number, pool, provider_account: account.id };
    const outcome = await ask('createDid', the(actors, owner), { body });
    if ('ok' in outcome) {
      await world.rows('update dids set spread = $2 where id = $1', [outcome.ok.id, spread]);
    }
    return outcome;
  },
  judge({ books, ids }, { owner, number, pool }, outcome) {
    const refusal = refusalOfRegister(books, owner, number);
    if (refusal === null) register(books, owner, number, pool);
    if ('ok' in outcome) ids.dids.push(outcome.ok.id);
    const wrong = refusalDiffers(outcome, refusal);
    return 'ok' in outcome
      ? [...wrong, ...differences({ e164: number, pool, status: 'active' }, outcome.ok)]
      : wrong;
  },
};

const retiring: Operation<{ kind: 'retire'; owner: number; did: number }> = {
  kind: 'retire',
  weight: 2,
  draw({ books }, chance) {
    const did = chance.pick([...books.dids.keys()]);
    const { owner } = the(books.dids, did);
    return { owner: chance.hit(0.05) ? chance.pick([...books.owners.keys()]) : owner, did };
  },
  perform: ({ ask, actors, ids }, { owner, did }) =>
    ask('retireDid', the(actors, owner), { params: { did_id: the(ids.dids, did) } }),
  judge({ books, ids }, { owner, did }, outcome) {
    const refusal = refusalOfRetire(books, owner, did);
    if (refusal === null) retire(books, did);
    const wrong = refusalDiffers(outcome, refusal);
    const view = { id: the(ids.dids, did), status: the(books.dids, did).status };
    return 'ok' in outcome ? [...wrong, ...differences(view, outcome.ok)] : wrong;
  },
};

type PoolMove = { kind: 'pool'; owner: number; pool: string; coolingSeconds: number };

const changingPool: Operation<PoolMove> = {
  kind: 'pool',
  weight: 1,
  draw({ books }, chance) {
    const { owner, name: pool } = chance.pick(books.pools);
    return { owner, pool, coolingSeconds: chance.pick([0, 30, 600, 86_400]) };
  },
  perform: ({ ask, actors }, { owner, pool, coolingSeconds }) =>
    ask('updatePool', the(actors, owner), {
      params: { pool_id: pool },
      body: { cooling_seconds: coolingSeconds },
    }),
  judge({ books }, { owner, pool, coolingSeconds }, outcome) {
    const book = poolOf(books, owner, pool);
    if (book !== null) book.coolingSeconds = coolingSeconds;
    return refusalDiffers(outcome, null);
  },
};

type TenantMove = { kind: 'tenant'; tenant: number; status: 'active' | 'suspended' };

/** Calls of a suspended tenant hear that; what its keys may still do is the API's business and not the model's. */
const suspending: Operation<TenantMove> = {
  kind: 'tenant',
  weight: 1,
  draw({ books }, chance) {
    const tenant = chance.pick([...books.tenants.keys()]);
    const isActive = the(books.tenants, tenant).status === 'active';
    return { tenant, status: isActive && chance.hit(0.3) ? 'suspended' : 'active' };
  },
  perform: ({ ask, operator, tenantIds }, { tenant, status }) =>
    ask('updateTenant', operator, { params: { tenant_id: the(tenantIds, tenant) }, body: { status } }),
  judge({ books }, { tenant, status }, outcome) {
    the(books.tenants, tenant).status = status;
    return refusalDiffers(outcome, null);
  },
};

/** Any job may run at any time. What one measures of the DIDs is the service's own business, but it decides who is chosen last. */
const working: Operation<{ kind: 'job'; job: string }> = {
  kind: 'job',
  weight: 5,
  draw: ({ world }, chance) => {
    const [sweep, ...others] = world.container.jobs.map((job) => job.name);
    return { job: others.length > 0 && chance.hit(0.2) ? chance.pick(others) : (sweep ?? '') };
  },
  async perform({ world }, { job }) {
    await world.container.jobs.find(({ name }) => name === job)?.work();
    return { ok: { unhealthy: await world.rows('select id from dids where health < 0.5') } };
  },
  judge({ books, ids }, { job }, outcome) {
    if (job === 'sweep_tenants') sweep(books);
    const unhealthy = 'ok' in outcome ? outcome.ok.unhealthy.map(({ id }: { id: string }) => id) : [];
    for (const [place, did] of books.dids.entries()) {
      did.isUnhealthy = unhealthy.includes(the(ids.dids, place));
    }
    return [];
  },
};

export const numberOperations: readonly Operation[] = [
  registering,
  retiring,
  changingPool,
  suspending,
  working,
];
