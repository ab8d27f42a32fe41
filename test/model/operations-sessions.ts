import type { Chance } from './chance.ts';
import { differences, refusalDiffers } from './compare.ts';
import type { Outcome } from './desk.ts';
import { anyPhone, anySession, expiries, type OfSession, partyOf, pathOf, someControls } from './drawing.ts';
import { type Game, phones } from './game.ts';
import type { Operation } from './operation.ts';
import { pairGiven, saturationDiffers } from './operations-creating.ts';
import { type Side, sides, the } from './oracle.ts';
import {
  type ChangeBody,
  change,
  refusalOfChange,
  refusalOfRehome,
  rehome,
  rehomeRequest,
} from './oracle-change.ts';
import type { PartyBody } from './oracle-create.ts';
import { end, refusalOfReopen, reopen } from './oracle-ending.ts';
import { viewOf } from './oracle-view.ts';

/** For what answers with the session as it is then. */
export function viewDiffers({ books, ids }: Game, session: number, outcome: Outcome): string[] {
  if (!('ok' in outcome)) return [];
  return differences({ id: the(ids.sessions, session), ...viewOf(books, session) }, outcome.ok);
}

const changing: Operation<{ kind: 'change'; body: ChangeBody } & OfSession> = {
  kind: 'change',
  weight: 14,
  draw(game, chance) {
    const of = anySession(game, chance);
    if (of === null) return null;
    const parties = otherPhones(game, chance, of.session);
    const body: ChangeBody = {
      ...someControls(chance),
      ...(Object.keys(parties).length > 0 ? { parties } : {}),
      ...(chance.hit(0.4) ? { expires_in_seconds: chance.pick(expiries) } : {}),
    };
    return { ...of, body: Object.keys(body).length > 0 ? body : { expires_in_seconds: 600 } };
  },
  perform: (game, { body, ...of }) =>
    game.ask('updateSession', the(game.actors, of.owner), { ...pathOf(game, of), body }),
  judge(game, { owner, session, body }, outcome) {
    const refusal = refusalOfChange(game.books, owner, session, body);
    if (refusal === null) change(game.books, session, body);
    return [...refusalDiffers(outcome, refusal), ...viewDiffers(game, session, outcome)];
  },
};

/** Some stay, some come: a party that gets a second phone, loses one, or gets others altogether. */
function otherPhones({ books }: Game, chance: Chance, session: number): { [side in Side]?: PartyBody } {
  const parties: { [side in Side]?: PartyBody } = {};
  for (const side of sides) {
    if (!chance.hit(0.35)) continue;
    const now = the(books.sessions, session).parties[side].phones;
    const some = chance.some(phones, chance.pick([1, 1, 1, 2, 3]));
    const drawn = chance.hit(0.4) ? [...now, ...some] : some;
    if (chance.hit(0.02)) drawn[0] = anyPhone(chance);
    parties[side] = partyOf([...new Set(drawn)].slice(0, 4), chance);
  }
  return parties;
}

const ending: Operation<{ kind: 'end'; immediately: boolean } & OfSession> = {
  kind: 'end',
  weight: 8,
  draw(game, chance) {
    const of = anySession(game, chance);
    return of === null ? null : { ...of, immediately: chance.hit(0.25) };
  },
  perform: (game, { immediately, ...of }) =>
    game.ask('endSession', the(game.actors, of.owner), { ...pathOf(game, of), body: { immediately } }),
  judge(game, { owner, session, immediately }, outcome) {
    const isOwn = the(game.books.sessions, session).owner === owner;
    if (isOwn) end(game.books, session, immediately);
    const refusal = isOwn ? null : { refused: ['not_found'] };
    return [...refusalDiffers(outcome, refusal), ...viewDiffers(game, session, outcome)];
  },
};

const reopening: Operation<{ kind: 'reopen'; expiresInSeconds: number } & OfSession> = {
  kind: 'reopen',
  weight: 6,
  draw(game, chance) {
    const of = anySession(game, chance);
    return of === null ? null : { ...of, expiresInSeconds: chance.pick(expiries) };
  },
  perform: (game, { expiresInSeconds, ...of }) => {
    const body = { expires_in_seconds: expiresInSeconds };
    return game.ask('reopenSession', the(game.actors, of.owner), { ...pathOf(game, of), body });
  },
  judge(game, { owner, session, expiresInSeconds }, outcome) {
    const refusal = refusalOfReopen(game.books, owner, session);
    if (refusal === null) reopen(game.books, session, expiresInSeconds);
    return [...refusalDiffers(outcome, refusal), ...viewDiffers(game, session, outcome)];
  },
};

const rehoming: Operation<{ kind: 'rehome' } & OfSession> = {
  kind: 'rehome',
  weight: 5,
  draw: anySession,
  perform: (game, of) =>
    game.ask('rehomeSession', the(game.actors, of.owner), { ...pathOf(game, of), body: {} }),
  judge(game, { owner, session }, outcome) {
    const refusal = refusalOfRehome(game.books, owner, session);
    const request = rehomeRequest(game.books, session);
    const wrong = [...refusalDiffers(outcome, refusal), ...saturationDiffers(game, request, outcome)];
    if (wrong.length > 0 || !('ok' in outcome)) return wrong;
    const given = pairGiven(game, request, outcome.ok);
    if ('wrong' in given) return given.wrong;
    rehome(game.books, session, given.pair);
    return viewDiffers(game, session, outcome);
  },
};

export const sessionOperations: readonly Operation[] = [changing, ending, reopening, rehoming];
