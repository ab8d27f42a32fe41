import type { Actor } from '../../src/api/contract.ts';
import { callerIndex } from '../../src/crypto/blind-index.ts';
import { createKeyRing } from '../../src/features/tenants/key-ring.ts';
import type { TenantId } from '../../src/kernel/ids.ts';
import type { E164 } from '../../src/kernel/phone.ts';
import type { Chance } from './chance.ts';
import { type Desk, deskOf } from './desk.ts';
import { type Books, the } from './oracle.ts';
import { register } from './oracle-numbers.ts';
import type { ModelWorld } from './world.ts';

/** Few of everything, so that what is rare in life is common here: full pools, cooling numbers, phones that meet again. */
export const phones = Array.from({ length: 8 }, (_, place) => `+9198000000${String(place).padStart(2, '0')}`);
/** More than are in use at first; the last one is also somebody's phone. */
export const didNumbers = [
  ...Array.from({ length: 11 }, (_, place) => `+9179000000${String(place).padStart(2, '0')}`),
  phones[7] ?? '',
];
const START = Date.parse('2026-06-08T06:07:34.130Z');
const OPERATOR: Actor = { kind: 'operator', keyId: 'key_model' };

/** One world of tenants with what the service should know of it; `ids`: by the places in the books. */
export type Game = {
  world: ModelWorld;
  ask: Desk;
  books: Books;
  operator: Actor;
  /** One for each owner. */
  actors: Actor[];
  tenantIds: string[];
  ids: { dids: string[]; sessions: string[]; pools: string[] };
  account: { id: string; token: string };
  /** The phone behind a caller index, by tenant and index in hex. */
  phoneOf: Map<string, string>;
  /** How many calls there were; each is named by a number. */
  calls: number;
  /** Of calls that were bridged: what our own URLs call them. */
  legs: Map<number, { tenantId: string; callId: string }>;
};

const desks = new WeakMap<ModelWorld, Desk>();

/** Two tenants, one of them in test mode as well, with some DIDs each. */
export async function newGame(world: ModelWorld, chance: Chance): Promise<Game> {
  const ask = desks.get(world) ?? deskOf(world.container);
  desks.set(world, ask);
  await world.clear();
  await world.setClock(START);
  const account = made(
    await ask('createProviderAccount', OPERATOR, {
      body: { provider: 'vobiz', auth_id: 'MA_XXXXXXXX', auth_token: 'test_token', signature_mode: 'off' },
    }),
  );
  const game: Game = {
    world,
    ask,
    operator: OPERATOR,
    books: {
      now: START,
      tenants: [
        { status: 'active', policy: 'announce' },
        { status: 'active', policy: 'reject' },
      ],
      owners: [
        { tenant: 0, livemode: true },
        { tenant: 1, livemode: true },
        { tenant: 0, livemode: false },
      ],
      pools: [],
      dids: [],
      sessions: [],
      bindings: [],
      memories: [],
      calls: [],
      keys: [],
    },
    actors: [],
    tenantIds: [],
    ids: { dids: [], sessions: [], pools: [] },
    account: { id: account.id, token: account.webhook_url.split('/').at(-1) },
    phoneOf: new Map(),
    calls: 0,
    legs: new Map(),
  };
  for (const { policy } of game.books.tenants) await addTenant(game, policy);
  for (const { tenant, livemode } of game.books.owners) {
    const tenantId = the(game.tenantIds, tenant) as TenantId;
    const rights = { keyId: 'key_model', scopes: [], defaultCountry: 'IN' as const };
    game.actors.push({ kind: 'tenant', tenantId, livemode, ...rights });
  }
  await addPool(game, 0, 'default', 600);
  await addPool(game, 0, 'city', 60);
  await addPool(game, 1, 'default', 3_600);
  await addPool(game, 2, 'default', 30);
  const share: [owner: number, pool: string, from: number, to: number][] = [
    [0, 'default', 0, 4],
    [0, 'city', 4, 6],
    [1, 'default', 6, 9],
    [2, 'default', 0, 3],
  ];
  for (const [owner, pool, from, to] of share) {
    for (const number of didNumbers.slice(from, to)) await addDid(game, owner, number, pool, chance.random());
  }
  return game;
}

async function addTenant(game: Game, policy: string): Promise<void> {
  const { container, master } = game.world;
  const body = { name: 'Acme', default_country: 'IN', out_of_session_policy: policy };
  const { id } = made(await game.ask('createTenant', OPERATOR, { body }));
  game.tenantIds.push(id);
  const keyRing = createKeyRing(master);
  const acting = { as: 'tenant' as const, tenantId: id };
  const keys = await container.database.transaction(acting, (unit) => keyRing.current(unit, id));
  for (const phone of new Set([...phones, ...didNumbers])) {
    game.phoneOf.set(`${id} ${callerIndex(keys, phone as E164).toString('hex')}`, phone);
  }
}

async function addPool(game: Game, owner: number, name: string, coolingSeconds: number): Promise<void> {
  const body = { cooling_seconds: coolingSeconds };
  const actor = the(game.actors, owner);
  const pool =
    name === 'default'
      ? await game.ask('updatePool', actor, { params: { pool_id: name }, body })
      : await game.ask('createPool', actor, { body: { name, ...body } });
  game.books.pools.push({ owner, name, coolingSeconds });
  game.ids.pools.push(made(pool).id);
}

/** @param spread where in its pool it stands; Postgres would throw dice for it that no seed governs */
export async function addDid(
  game: Game,
  owner: number,
  number: string,
  pool: string,
  spread: number,
): Promise<void> {
  const body = { e164: number, pool, provider_account: game.account.id };
  const did = made(await game.ask('createDid', the(game.actors, owner), { body }));
  await game.world.rows('update dids set spread = $2 where id = $1', [did.id, spread]);
  game.ids.dids.push(did.id);
  register(game.books, owner, number, pool);
}

function made(outcome: Awaited<ReturnType<Desk>>): any {
  if ('refused' in outcome) throw new Error(`the game cannot be set up: ${JSON.stringify(outcome)}`);
  return outcome.ok;
}
