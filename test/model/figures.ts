/** What a run has seen; a model that never refuses or never bridges proves little. */
export type Figures = {
  games: number;
  steps: number;
  /** Routes that were asked about between the steps. */
  questions: number;
  moves: Record<string, number>;
  refusals: Record<string, number>;
  /** Of calls, by reason. */
  routes: Record<string, number>;
  /** Calls that were connected: to the other party, or forwarded. */
  connected: number;
  misroutes: number;
};

export function newFigures(): Figures {
  return {
    games: 0,
    steps: 0,
    questions: 0,
    moves: {},
    refusals: {},
    routes: {},
    connected: 0,
    misroutes: 0,
  };
}

export function count(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

const shouldBeSeen = {
  refusals: [
    ...['same_phone', 'phone_is_a_did', 'unknown_reference', 'pool_exhausted', 'idempotency_key_reused'],
    ...['not_found', 'session_over', 'phone_busy_on_did', 'not_reopenable', 'did_already_assigned'],
  ],
  routes: [
    ...[
      'live_binding',
      'grace_binding',
      'grace_forward',
      'session_ended',
      'session_expired',
      'session_rehomed',
    ],
    ...[
      'phone_replaced',
      'direction_not_allowed',
      'call_limit_reached',
      'caller_not_allowed',
      'caller_withheld',
    ],
    ...['tenant_suspended', 'unknown_did'],
  ],
};

/** The refusals and decisions that a long run has to come across, and has not. */
export function unseen({ refusals, routes }: Figures): string[] {
  return [
    ...shouldBeSeen.refusals.filter((code) => refusals[code] === undefined),
    ...shouldBeSeen.routes.filter((reason) => routes[reason] === undefined),
  ];
}

export function toldFigures(figures: Figures, secondsTaken: number): string[] {
  const { games, steps, questions, connected, misroutes } = figures;
  const perSecond = Math.round(steps / secondsTaken);
  return [
    `${steps} steps in ${games} games, ${questions} questions, ${Math.round(secondsTaken)} s, ${perSecond} steps/s`,
    `moves: ${listed(figures.moves)}`,
    `refusals: ${listed(figures.refusals)}`,
    `calls: ${listed(figures.routes)}`,
    `connected: ${connected}, misroutes: ${misroutes}`,
  ];
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .sort(([, x], [, y]) => y - x)
    .map(([what, times]) => `${what} ${times}`)
    .join(', ');
}
