import { type SessionBook, type StageBook, seconds } from './oracle.ts';

export type Phase =
  | { status: 'active' }
  /** `after`: what it is called when the stage, and those that follow it, are over. */
  | { status: 'grace'; stage: StageBook; after: 'ended' | 'expired' }
  | { status: 'ended' | 'expired' };

/** The moment from which a session has no full rights any more, as things stand. */
export function offAt(session: SessionBook): number {
  return Math.min(session.endedAt ?? Number.POSITIVE_INFINITY, session.expiresAt);
}

/** Its stages are in force one after the other, from the moment on which it was off. */
export function phaseOf(session: SessionBook, now: number): Phase {
  if (session.endedAt === null && now < session.expiresAt) return { status: 'active' };
  const after = session.endedAt === null ? 'expired' : 'ended';
  let until = offAt(session);
  for (const stage of session.stages) {
    until += seconds(stage.seconds);
    if (now < until) return { status: 'grace', stage, after };
  }
  return { status: after };
}

export function graceEndsAt(session: SessionBook): number | null {
  if (session.stages.length === 0) return null;
  return offAt(session) + seconds(totalOf(session.stages));
}

/** The moments at which it changes by itself: it is off, and each of its stages ends. */
export function turningPointsOf(session: SessionBook): number[] {
  let at = offAt(session);
  return [at, ...session.stages.map((stage) => (at += seconds(stage.seconds)))];
}

export function totalOf(stages: readonly StageBook[]): number {
  return stages.reduce((sum, stage) => sum + stage.seconds, 0);
}
