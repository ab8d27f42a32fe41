import type { Chance } from './chance.ts';
import { differences, refusalDiffers } from './compare.ts';
import type { Outcome } from './desk.ts';
import { anyOwner, anyPhone, coolings, expiries, partyOf, someControls } from './drawing.ts';
import { type Game, phones } from './game.ts';
import type { Operation } from './operation.ts';
import { type Side, the } from './oracle.ts';
import { type CreateBody, create, phonesOf, refusalOfCreate } from './oracle-create.ts';
import { type PairRequest, saturationOf, whyNot } from './oracle-pairs.ts';
import { viewOf } from './oracle-view.ts';

type CreateMove = { kind: 'create'; owner: number; key: string; body: CreateBody };

const creating: Operation<CreateMove> = {
  kind: 'create',
  weight: 20,
  draw(game, chance) {
    const { books } = game;
    const again = chance.hit(0.04) && books.keys.length > 0 ? chance.pick(books.keys) : null;
    if (again !== null && chance.hit(0.8)) {
      return { owner: again.owner, key: again.key, body: JSON.parse(again.body) };
    }
    const owner = again?.owner ?? anyOwner(game, chance);
    const key = again?.key ?? `key-${books.sessions.length}-${chance.random()}`;
    return { owner, key, body: anyBody(game, chance, owner) };
  },
  perform: ({ ask, actors }, { owner, key, body }) => ask('createSession', the(actors, owner), { key, body }),
  judge(game, { owner, key, body }, outcome) {
    const text = JSON.stringify(body);
    const kept = game.books.keys.find((one) => one.owner === owner && one.key === key);
    if (kept !== undefined && kept.body === text) {
      return 'ok' in outcome ? differences(kept.view, outcome.ok) : refusalDiffers(outcome, null);
    }
    const refusal = refusalOfCreate(game.books, owner, body);
    if (kept !== undefined) {
      return refusalDiffers(outcome, { refused: ['idempotency_key_reused', ...(refusal?.refused ?? [])] });
    }
    const phonesOfBoth = { a: phonesOf(body.parties.a), b: phonesOf(body.parties.b) };
    const request = { owner, pool: body.pool, phones: phonesOfBoth };
    const wrong = [...refusalDiffers(outcome, refusal), ...saturationDiffers(game, request, outcome)];
    if (wrong.length > 0 || !('ok' in outcome)) return wrong;
    const given = pairGiven(game, request, outcome.ok);
    if ('wrong' in given) return given.wrong;
    const session = create(game.books, owner, body, given.pair);
    game.ids.sessions.push(outcome.ok.id);
    const view = { id: outcome.ok.id, ...viewOf(game.books, session) };
    game.books.keys.push({ owner, key, body: text, session, view, at: game.books.now });
    return differences(view, outcome.ok);
  },
};

function anyBody({ books }: Game, chance: Chance, owner: number): CreateBody {
  const pools = books.pools.filter((pool) => pool.owner === owner).map((pool) => pool.name);
  const [ofA = 1, ofB = 1] = chance.hit(0.15) ? [chance.pick([1, 2, 3]), chance.pick([1, 2])] : [];
  const drawn = chance.some(phones, ofA + ofB);
  if (chance.hit(0.02)) drawn[0] = anyPhone(chance);
  return {
    pool: chance.hit(0.01) ? 'nowhere' : chance.pick(pools),
    expires_in_seconds: chance.pick(expiries),
    parties: { a: partyOf(drawn.slice(0, ofA), chance), b: partyOf(drawn.slice(ofA), chance) },
    ...someControls(chance),
    ...(chance.hit(0.5) ? { cooling_seconds: chance.pick(coolings) } : {}),
    ...(chance.hit(0.15) ? { sliding_seconds: chance.pick([1, 60, 600]) } : {}),
    ...(chance.hit(0.15) ? { max_calls: chance.pick([1, 2, 3]) } : {}),
    ...(chance.hit(0.15) ? { end_after_first_call: true } : {}),
    ...(chance.hit(0.05) ? { transaction_ref: chance.pick(['ride-1', 'ride-2']) } : {}),
  };
}

/** A pool that is exhausted has to say of what. */
export function saturationDiffers({ books }: Game, request: PairRequest, outcome: Outcome): string[] {
  if ('ok' in outcome || outcome.refused !== 'pool_exhausted') return [];
  return differences(saturationOf(books, request), outcome.details.saturation, 'saturation');
}

/** The pair that the service chose, as places in the books; what is wrong when it should not have. */
export function pairGiven(
  { books }: Game,
  request: PairRequest,
  view: any,
): { pair: Record<Side, number> } | { wrong: string[] } {
  const placeOf = (number: string) =>
    books.dids.findIndex(
      (did) => did.owner === request.owner && did.number === number && did.status === 'active',
    );
  const pair = { a: placeOf(view.parties.a.masking_number), b: placeOf(view.parties.b.masking_number) };
  if (pair.a < 0 || pair.b < 0) return { wrong: ["a masking number is no active DID of the tenant's"] };
  const why = whyNot(books, request, pair);
  return why === null ? { pair } : { wrong: [why] };
}

export const creatingOperations: readonly Operation[] = [creating];
