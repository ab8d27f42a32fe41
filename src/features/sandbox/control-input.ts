import { answers, isBusy, isOff, type Reaction, rejects, ringsOut } from './phones.ts';
import { type Body, invalid, requiredText, textOf } from './rest-answers.ts';
import { isNumber } from './wire-formats.ts';

/** Reads what the control requests of the double say. Throws `Refusal` for what makes no sense. */

const MOST_REACTIONS = 100;
const MOST_SECONDS = 86_400;

export function numberOf(body: Body, name: string): string {
  const number = requiredText(body, name);
  if (!isNumber(number)) throw invalid(`${name} must be E.164`);
  return number;
}

/** A named behaviour, or single reactions. */
export function reactionsOf(body: Body): Reaction[] {
  if (body.reactions !== undefined) return readReactions(body.reactions);
  const behaviour = textOf(body, 'behaviour') ?? 'answers';
  switch (behaviour) {
    case 'answers':
      return answers(secondsOf(body, 'after_seconds') ?? 3, secondsOf(body, 'talk_seconds'));
    case 'busy':
      return isBusy();
    case 'rejects':
      return rejects(secondsOf(body, 'after_seconds') ?? 2);
    case 'off':
      return isOff();
    case 'rings_out':
      return ringsOut();
    default:
      throw invalid('behaviour is answers, busy, rejects, off or rings_out');
  }
}

export function readReactions(value: unknown): Reaction[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MOST_REACTIONS)
    throw invalid(`reactions is a list of at most ${MOST_REACTIONS}`);
  return value.map((item) => {
    if (typeof item !== 'object' || item === null) throw invalid('a reaction is an object');
    const one = item as Body;
    const on = one.on;
    if (on !== 'ring' && on !== 'answer' && on !== 'bridge' && on !== 'ask')
      throw invalid('on is ring, answer, bridge or ask');
    return { on, afterMs: (secondsOf(one, 'after_seconds') ?? 0) * 1_000, act: actOf(one) };
  });
}

function actOf(body: Body): Reaction['act'] {
  const act = requiredText(body, 'do');
  switch (act) {
    case 'answer':
    case 'busy':
    case 'reject':
    case 'switched_off':
    case 'hang_up':
      return { do: act };
    case 'press': {
      const digits = requiredText(body, 'digits');
      if (!/^[0-9*#]{1,64}$/.test(digits)) throw invalid('digits are 0-9, * and #');
      return { do: 'press', digits };
    }
    default:
      throw invalid('do is answer, busy, reject, switched_off, hang_up or press');
  }
}

export function secondsOf(body: Body, name: string): number | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !(value >= 0 && value <= MOST_SECONDS))
    throw invalid(`${name} is a number of seconds`);
  return value;
}

export function whoOf(body: Body): 'caller' | 'callee' {
  const who = textOf(body, 'who') ?? 'caller';
  if (who !== 'caller' && who !== 'callee') throw invalid('who is caller or callee');
  return who;
}

/** Changes known settings to values of the same type; names what is not known. */
export function settingsOf<T extends object>(body: Body, known: T): Partial<T> {
  for (const [name, value] of Object.entries(body)) {
    const current = Object.hasOwn(known, name) ? known[name as keyof T] : undefined;
    if (current === undefined) throw invalid(`${name} is not known`);
    if (typeof current !== typeof value || Array.isArray(current) !== Array.isArray(value))
      throw invalid(`${name} has another type`);
  }
  return body as Partial<T>;
}
