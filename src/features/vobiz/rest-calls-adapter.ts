import type { ControlOutcome, PlacingOrder, PlacingOutcome } from './control-outcome.ts';
import type { RestAnswer, RestConnection } from './rest-client.ts';

/** Ends the call with its A leg, and with it all of it. Safe to repeat: a call that is over is `gone`. */
export async function hangUpLiveCall(
  rest: RestConnection,
  account: string,
  callUuid: string,
): Promise<ControlOutcome> {
  return outcomeOf(await rest.ask(account, 'DELETE', pathOf(callUuid)));
}

/** Never to be repeated after `failed`: there is no key that would keep a phone from ringing twice. */
export async function placeLiveCall(
  rest: RestConnection,
  account: string,
  order: PlacingOrder,
): Promise<PlacingOutcome> {
  const answer = await rest.ask(account, 'POST', 'Call/', {
    from: order.from,
    to: order.to,
    answer_url: order.answerUrl,
    answer_method: 'POST',
    hangup_url: order.hangupUrl,
    hangup_method: 'POST',
    ring_timeout: order.ringSeconds,
    time_limit: order.limitSeconds,
  });
  if (answer.kind === 'found') return { kind: 'placed', callUuid: requestUuidOf(answer.body) };
  const outcome = outcomeOf(answer);
  // A path that it does not know, for an account that is none.
  if (outcome.kind === 'gone') return { kind: 'refused', status: 404 };
  return outcome.kind === 'done' ? { kind: 'failed' } : outcome;
}

function pathOf(callUuid: string): string {
  return `Call/${encodeURIComponent(callUuid)}/`;
}

function outcomeOf(answer: RestAnswer): ControlOutcome {
  switch (answer.kind) {
    case 'found':
      return { kind: 'done' };
    case 'unknown':
      return { kind: 'gone' };
    case 'limited':
      return answer;
    case 'refused':
      return { kind: 'refused', status: answer.status };
    case 'failed':
      return { kind: 'failed' };
  }
}

/** One id for one number; the documentation also shows a list for several. */
function requestUuidOf(body: unknown): string | null {
  const said = (body as { request_uuid?: unknown } | null)?.request_uuid;
  const one = Array.isArray(said) ? said[0] : said;
  return typeof one === 'string' && /^[\w-]{1,128}$/.test(one) ? one : null;
}
