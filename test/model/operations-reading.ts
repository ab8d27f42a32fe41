import type { Chance } from './chance.ts';
import { differences, refusalDiffers } from './compare.ts';
import type { Outcome } from './desk.ts';
import { anySession, turningSessions } from './drawing.ts';
import { didNumbers, type Game, phones } from './game.ts';
import type { Operation } from './operation.ts';
import { viewDiffers } from './operations-sessions.ts';
import { the } from './oracle.ts';
import { phaseOf } from './oracle-phase.ts';
import { decide, dialled } from './oracle-routes.ts';
import { viewOf } from './oracle-view.ts';

const reading: Operation<{ kind: 'read'; owner: number; session: number }> = {
  kind: 'read',
  weight: 2,
  draw: anySession,
  perform: ({ ask, actors, ids }, { owner, session }) =>
    ask('getSession', the(actors, owner), { params: { session_id: the(ids.sessions, session) } }),
  judge(game, { owner, session }, outcome) {
    const isOwn = the(game.books.sessions, session).owner === owner;
    const refusal = isOwn ? null : { refused: ['not_found'] };
    return [...refusalDiffers(outcome, refusal), ...viewDiffers(game, session, outcome)];
  },
};

const LIST = 20;
const listing: Operation<{ kind: 'list'; owner: number; status: string | null; ref: string | null }> = {
  kind: 'list',
  weight: 1,
  draw: ({ books }, chance) => ({
    owner: chance.pick([...books.owners.keys()]),
    status: chance.pick([null, 'active', 'ended', 'expired', 'grace']),
    ref: chance.hit(0.3) ? chance.pick(['ride-1', 'ride-2']) : null,
  }),
  perform: ({ ask, actors }, { owner, status, ref }) =>
    ask('listSessions', the(actors, owner), {
      query: {
        limit: LIST,
        ...(status === null ? {} : { status }),
        ...(ref === null ? {} : { transaction_ref: ref }),
      },
    }),
  judge({ books, ids }, { owner, status, ref }, outcome) {
    const all = [...books.sessions.keys()].reverse().filter((place) => {
      const session = the(books.sessions, place);
      if (session.owner !== owner || (ref !== null && session.transactionRef !== ref)) return false;
      return status === null || phaseOf(session, books.now).status === status;
    });
    const data = all
      .slice(0, LIST)
      .map((place) => ({ id: the(ids.sessions, place), ...viewOf(books, place) }));
    const expected = { data, has_more: all.length > LIST };
    return 'ok' in outcome ? differences(expected, outcome.ok) : refusalDiffers(outcome, null);
  },
};

export type ExplainMove = { kind: 'explain'; owner: number; to: string; from: string | null };

const explaining: Operation<ExplainMove> = {
  kind: 'explain',
  weight: 2,
  draw: (game, chance) => ({
    ...anyQuestion(game, chance),
    from: chance.hit(0.05) ? null : anyCaller(chance),
  }),
  perform: ({ ask, actors }, { owner, to, from }) =>
    ask('explainRoute', the(actors, owner), { body: { to, from } }),
  judge: judgeExplain,
};

function anyCaller(chance: Chance): string {
  return chance.hit(0.02) ? chance.pick(didNumbers) : chance.pick(phones);
}

function anyQuestion({ books }: Game, chance: Chance): { owner: number; to: string } {
  const did = chance.pick(books.dids);
  return { owner: did.owner, to: chance.hit(0.02) ? chance.pick(didNumbers) : did.number };
}

/** Asks about a caller whom what has just happened may concern, or for whom it is a turning point; else about any. */
export function nearbyQuestion(game: Game, chance: Chance, touched: number | null): ExplainMove {
  const { books } = game;
  const sessions = touched === null ? turningSessions(game) : [touched];
  const near = books.bindings.filter((binding) => sessions.includes(binding.session));
  if (near.length > 0 && chance.hit(0.8)) {
    const { did, phone } = chance.pick(near);
    const { owner, number } = the(books.dids, did);
    return { kind: 'explain', owner, to: number, from: phone };
  }
  return { kind: 'explain', ...anyQuestion(game, chance), from: anyCaller(chance) };
}

export async function askAbout(
  game: Game,
  move: ExplainMove,
): Promise<{ outcome: Outcome; wrong: string[] }> {
  const outcome = await explaining.perform(game, move);
  return { outcome, wrong: judgeExplain(game, move, outcome) };
}

function judgeExplain({ books, ids }: Game, move: ExplainMove, outcome: Outcome): string[] {
  const route = decide(books, dialled(books, move.to, move.owner), move.from);
  const expected = {
    decision: route.decision,
    reason: route.reason,
    session: route.session === null ? null : the(ids.sessions, route.session),
    caller_id: 'callerId' in route ? route.callerId : null,
  };
  return 'ok' in outcome ? differences(expected, outcome.ok) : refusalDiffers(outcome, null);
}

export const readingOperations: readonly Operation[] = [reading, listing, explaining];
