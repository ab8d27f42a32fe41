import type { Chance } from './chance.ts';
import type { Game } from './game.ts';
import { done, type Operation } from './operation.ts';
import { seconds } from './oracle.ts';
import { turningPointsOf } from './oracle-phase.ts';

const HOUR = 3_600;

/** The moments at which something changes by itself, the next ones first. */
function turningPoints({ books }: Game): number[] {
  const points = [
    ...books.sessions.slice(-40).flatMap(turningPointsOf),
    ...books.bindings.map((binding) => binding.freeAt),
    ...books.bindings.flatMap(({ releasedAt }) => (releasedAt === null ? [] : [releasedAt])),
  ];
  return [...new Set(points)].sort((x, y) => x - y);
}

/** Mostly to where the rules change, or a breath beside it: there an off-by-one is seen. */
function nextTime(game: Game, chance: Chance): number {
  const { now } = game.books;
  const way = chance.weighted([60, 25, 3, 12]);
  if (way === 0) {
    const next = turningPoints(game).filter((point) => point >= now - 1);
    if (next.length > 0)
      return Math.max(now, chance.pick(next.slice(0, 4)) + chance.pick([-1, 0, 0, 0, 1, 1000]));
  }
  if (way === 2) return now + seconds(chance.pick([HOUR, 24 * HOUR, 4 * 24 * HOUR, 100 * 24 * HOUR]));
  if (way === 3) {
    const past = turningPoints(game).filter((point) => point <= now && point >= now - seconds(HOUR));
    if (past.length > 0 && chance.hit(0.5)) return chance.pick(past) + chance.pick([-1, 0, 1]);
    return now - seconds(chance.pick([1, 60, HOUR]));
  }
  return now + Math.floor(seconds(chance.pick([1, 10, 120])) * chance.random());
}

const turningClock: Operation<{ kind: 'clock'; to: number; by: number }> = {
  kind: 'clock',
  weight: 14,
  draw(game, chance) {
    const to = nextTime(game, chance);
    return { to, by: (to - game.books.now) / 1000 };
  },
  async perform({ world }, { to }) {
    await world.setClock(to);
    return done;
  },
  judge({ books }, { to }) {
    books.now = to;
    return [];
  },
};

const losingRedis: Operation<{ kind: 'redis'; fault: 'flush' | 'kill' | 'start' }> = {
  kind: 'redis',
  weight: 0.5,
  draw({ world }, chance) {
    if (!world.redis.isUp()) return { fault: 'start' };
    // Starting one takes longer than a hundred steps.
    return { fault: chance.hit(0.03) ? 'kill' : 'flush' };
  },
  async perform({ world }, { fault }) {
    if (fault === 'kill') await world.redis.kill();
    else if (fault === 'start') await world.redis.start();
    else await world.redis.flush();
    return done;
  },
  // Redis holds nothing that an answer could depend on.
  judge: () => [],
};

export const worldOperations: readonly Operation[] = [turningClock, losingRedis];
