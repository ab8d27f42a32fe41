import type { Call, Leg, Stage } from './call.ts';
import { type Account, mainOf } from './estate.ts';
import { newLeg } from './leg-life.ts';
import type { Phone, Reaction } from './phones.ts';
import type { SigningKeys } from './signing.ts';
import type { Switches } from './switches.ts';

type GivenParts = Pick<
  Call,
  | 'uuid'
  | 'account'
  | 'direction'
  | 'did'
  | 'urls'
  | 'from'
  | 'to'
  | 'callerName'
  | 'forwardedFrom'
  | 'sipHeaders'
  | 'requestUuid'
>;

/** A call with its A leg, live from now on; its play is added next. */
export function newCall(
  stage: Stage,
  given: GivenParts,
  a: Pick<Leg, 'party' | 'shown'> & { phone: Phone | null; reactions: readonly Reaction[] },
): Call {
  const call: Omit<Call, 'leg'> & { leg?: Leg } = {
    ...given,
    keys: keysOf(given.account, stage.switches),
    startedAt: stage.clock.now(),
    legs: new Set(),
    recordings: [],
    onBridge: [],
    afterHangup: [],
    documentUrl: given.urls.answer.url,
    done: Promise.resolve(),
  };
  const whole = call as Call;
  whole.leg = newLeg(stage, whole, { ...a, uuid: given.uuid, role: 'a', position: 0 });
  stage.live.set(given.uuid, whole);
  return whole;
}

function keysOf(account: Account, switches: Pick<Switches, 'signingToken'>): SigningKeys {
  const tokenOf = (one: Account) =>
    switches.signingToken === 'previous' ? (one.previousToken ?? one.authToken) : one.authToken;
  return { authId: account.authId, token: tokenOf(account), parentToken: tokenOf(mainOf(account)) };
}
