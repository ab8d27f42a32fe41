import { Interrupted, type Leg, type Stage } from './call.ts';
import { endDialled } from './dial-legs.ts';
import { outgoing, type Target } from './documents.ts';
import { legFields } from './event-fields.ts';
import { causes } from './hangup-causes.ts';
import { answerLeg, nextOf, react } from './leg-life.ts';
import type { XmlElement } from './xml-document.ts';

const DEFAULT_LIMIT_SECONDS = 14_400;
/** Longer limits are cut. */
const MOST_SECONDS = 86_400;

/** Lets two legs talk until one goes, and ends the B leg. What interrupted the A leg, or null when it goes on. */
export async function converse(
  stage: Stage,
  leg: Leg,
  other: Leg,
  element: XmlElement,
  callback: Target | null,
): Promise<Interrupted | null> {
  const { call } = leg;
  const { attributes } = element;
  connect(stage, leg, other, callback);
  const child = element.children.filter(({ name }) => name === 'Number' || name === 'User')[
    other.position - 1
  ];
  const tones = child?.attributes.sendDigits;
  if (tones !== undefined)
    stage.journal.write({ what: 'tones_sent', call: call.uuid, leg: other.uuid, digits: tones });

  const limit = Math.min(Number(attributes.timeLimit ?? DEFAULT_LIMIT_SECONDS), MOST_SECONDS);
  const until = stage.clock.now() + limit * 1_000;
  const matching = {
    aleg: matcher(attributes.digitsMatch),
    bleg: matcher(attributes.digitsMatchBLeg),
  };
  const pressed = (digit: string, by: 'aleg' | 'bleg') => {
    const match = matching[by](digit);
    if (match === null || callback === null) return;
    const fields = { ...legFields(other, 'digits'), DialDigitsMatch: match, DialDigitsPressedBy: by };
    stage.delivery.tell(outgoing(call, 'dial_event', callback, fields));
  };

  try {
    for (;;) {
      const message = await nextOf(leg, until);
      if (message === null) {
        endDialled(stage, other, callback, causes.timeLimit, 'Vobiz');
        return null;
      }
      if (message.kind === 'digit') {
        pressed(message.digit, 'aleg');
        if (message.digit === '*' && attributes.hangupOnStar === 'true') {
          endDialled(stage, other, callback, causes.normal, 'Caller');
          return null;
        }
      }
      if (message.kind !== 'of_leg' || message.leg !== other) continue;
      const news = message.message;
      if (news.kind === 'digit') pressed(news.digit, 'bleg');
      if (news.kind === 'over') {
        endDialled(stage, other, callback, news.cause, news.source);
        return null;
      }
      if (news.kind === 'transfer') {
        part(stage, leg, other);
        stage.adopt(other, news.url, news.method);
        return null;
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const source = error.by.kind === 'over' ? error.by.source : 'API Request';
    endDialled(stage, other, callback, causes.normal, source);
    return error;
  }
}

function connect(stage: Stage, leg: Leg, other: Leg, callback: Target | null): void {
  const { call } = leg;
  // Without a prompt before it, the caller is connected to the platform only now.
  answerLeg(stage, leg);
  other.bridgedAt = stage.clock.now();
  other.bridgedWith = leg;
  leg.bridgedWith = other;
  stage.journal.write({
    what: 'bridged',
    call: call.uuid,
    leg: leg.uuid,
    otherLeg: other.uuid,
    from: leg.party,
    to: other.party,
    shown: other.shown,
  });
  if (callback !== null)
    stage.delivery.tell(outgoing(call, 'dial_event', callback, legFields(other, 'connected')));
  for (const start of call.onBridge.splice(0)) start();
  react(stage, leg, 'bridge');
  react(stage, other, 'bridge');
}

/** The B leg goes on without the A leg. */
function part(stage: Stage, leg: Leg, other: Leg): void {
  const seconds = (stage.clock.now() - (other.bridgedAt ?? stage.clock.now())) / 1_000;
  const { uuid } = leg;
  stage.journal.write({
    what: 'parted',
    call: leg.call.uuid,
    leg: uuid,
    otherLeg: other.uuid,
    seconds,
    by: 'API Request',
  });
  other.listener = null;
  other.bridgedAt = null;
}

/** Tells with each key whether one of the listed sequences has just been completed. */
function matcher(list: string | undefined): (digit: string) => string | null {
  const wanted = list?.split(',').map((text) => text.trim()) ?? [];
  let typed = '';
  return (digit) => {
    typed = (typed + digit).slice(-32);
    const match = wanted.find((sequence) => typed.endsWith(sequence)) ?? null;
    if (match !== null) typed = '';
    return match;
  };
}
