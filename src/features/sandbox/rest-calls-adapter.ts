import { Router } from 'express';
import type { Call } from './call.ts';
import { mainOf } from './estate.ts';
import {
  hangUpCall,
  liveCall,
  liveCalls,
  recordCall,
  sendTones,
  stopRecordingCall,
  type Target,
  transferCall,
} from './live-calls.ts';
import type { Network } from './network.ts';
import { placeCall, refusedPlacing } from './outbound.ts';
import { DEFAULT_RECORD_SECONDS } from './recordings.ts';
import {
  type Body,
  type Desk,
  invalid,
  methodOf,
  notFound,
  Refusal,
  requiredText,
  textOf,
  urlOf,
  wholeOf,
} from './rest-answers.ts';
import { sessionStart } from './wire-formats.ts';

const MOST_DESTINATIONS = 1_000;

/** `/Account/{id}/Call/` and what can be done with a live call. Paths end with a slash. */
export function callRoutes(deskOf: (locals: Record<string, unknown>) => Desk): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const placed = new Map<string, number[]>();
  const live = ({ network, account }: Desk, uuid: string): Call => {
    const call = liveCall(network, account, uuid);
    if (call === null) throw notFound('Call');
    return call;
  };

  router.post('/Call/', (req, res) => {
    const desk = deskOf(res.locals);
    const { network, account } = desk;
    const body: Body = req.body;
    const from = e164Of(requiredText(body, 'from'));
    const to = requiredText(body, 'to').split('<').map(e164Of);
    if (to.length > MOST_DESTINATIONS) throw invalid(`to has more than ${MOST_DESTINATIONS} numbers`);
    const answer = targetOf(body, 'answer_url', 'answer_method');
    if (answer === null) throw invalid('answer_url is required');
    const machine = textOf(body, 'machine_detection');
    takeRate(network, placed, desk, to.length);
    const calls = to.map((number) => {
      refuseWhenFull(desk);
      return placeCall(network, {
        account,
        from,
        to: number,
        urls: {
          answer,
          hangup: targetOf(body, 'hangup_url', 'hangup_method') ?? answer,
          fallback: targetOf(body, 'fallback_url', 'fallback_method'),
          ring: targetOf(body, 'ring_url', 'ring_method'),
        },
        ringSeconds: wholeOf(body, 'ring_timeout', 120),
        limitSeconds: wholeOf(body, 'time_limit', 14_400),
        machine:
          machine === null || machine === 'false'
            ? null
            : {
                hangUp: machine === 'hangup',
                callback: targetOf(body, 'machine_detection_url', 'machine_detection_method'),
              },
        sipHeaders: {},
      });
    });
    const ids = calls.map(({ uuid }) => uuid);
    res.status(network.switches.callStatus).json({
      api_id: network.chance.uuid(),
      message: 'call fired',
      request_uuid: ids.length === 1 ? ids[0] : ids,
    });
  });

  router.get('/Call/', (req, res) => {
    const { network, account } = deskOf(res.locals);
    const calls = liveCalls(network, account).filter(
      ({ leg, direction }) =>
        (direction === 'outbound' && leg.answeredAt === null) === (req.query.status === 'queued'),
    );
    res.json({ api_id: network.chance.uuid(), calls: calls.map(({ uuid }) => uuid) });
  });

  router.get('/Call/:uuid/', (req, res) => {
    const desk = deskOf(res.locals);
    res.json({ api_id: desk.network.chance.uuid(), ...viewOf(live(desk, req.params.uuid)) });
  });

  router.post('/Call/:uuid/', (req, res) => {
    const desk = deskOf(res.locals);
    const call = live(desk, req.params.uuid);
    const body: Body = req.body;
    const legs = textOf(body, 'legs') ?? 'aleg';
    if (!['aleg', 'bleg', 'both'].includes(legs)) throw invalid('legs must be aleg, bleg or both');
    const aleg = legs === 'bleg' ? null : targetOf(body, 'aleg_url', 'aleg_method');
    const bleg = legs === 'aleg' ? null : targetOf(body, 'bleg_url', 'bleg_method');
    if ((legs !== 'bleg' && aleg === null) || (legs !== 'aleg' && bleg === null))
      throw invalid('a URL is needed for each leg');
    if (!transferCall(call, aleg, bleg)) throw notFound('B leg');
    const ids = { api_id: desk.network.chance.uuid(), call_uuids: [call.uuid] };
    res.status(202).json({ ...ids, message: 'transfer executed' });
  });

  router.delete('/Call/:uuid/', (req, res) => {
    const call = live(deskOf(res.locals), req.params.uuid);
    hangUpCall(call, req.params.uuid);
    res.status(204).end();
  });

  router.post('/Call/:uuid/Record/', (req, res) => {
    const desk = deskOf(res.locals);
    const call = live(desk, req.params.uuid);
    const body: Body = req.body;
    const recording = recordCall(desk.network, call, {
      format: textOf(body, 'file_format') === 'wav' ? 'wav' : 'mp3',
      mostSeconds: wholeOf(body, 'time_limit', DEFAULT_RECORD_SECONDS),
      callback: targetOf(body, 'callback_url', 'callback_method'),
    });
    if (recording === null) throw notFound('Call');
    const { id, url } = recording;
    res.json({
      api_id: desk.network.chance.uuid(),
      message: 'call recording started',
      recording_id: id,
      url,
    });
  });

  router.delete('/Call/:uuid/Record/', (req, res) => {
    const desk = deskOf(res.locals);
    if (!stopRecordingCall(desk.network, live(desk, req.params.uuid))) throw notFound('Recording');
    res.status(204).end();
  });

  for (const [name, field] of [
    ['Speak', 'text'],
    ['Play', 'urls'],
  ] as const) {
    router.post(`/Call/:uuid/${name}/`, (req, res) => {
      const desk = deskOf(res.locals);
      const call = live(desk, req.params.uuid);
      const text = requiredText(req.body, field);
      desk.network.journal.write({ what: 'heard', call: call.uuid, leg: call.leg.uuid, verb: name, text });
      res.status(202).json({ api_id: desk.network.chance.uuid(), message: `${name.toLowerCase()} started` });
    });
    router.delete(`/Call/:uuid/${name}/`, (req, res) => {
      live(deskOf(res.locals), req.params.uuid);
      res.status(204).end();
    });
  }

  router.post('/Call/:uuid/DTMF/', (req, res) => {
    const desk = deskOf(res.locals);
    const call = live(desk, req.params.uuid);
    const leg = textOf(req.body, 'leg') === 'bleg' ? 'bleg' : 'aleg';
    if (!sendTones(desk.network, call, leg, requiredText(req.body, 'digits'))) throw notFound('B leg');
    res.status(202).json({ api_id: desk.network.chance.uuid(), message: 'digits sent' });
  });
  return router;
}

/** CPS limits what is initiated, concurrency what is up. */
function takeRate(network: Network, placed: Map<string, number[]>, { account }: Desk, count: number): void {
  const main = mainOf(account);
  const now = network.clock.now();
  const recent = (placed.get(main.authId) ?? []).filter((at) => at > now - 1_000);
  if (recent.length + count > main.callsPerSecond)
    throw limited('cps', main.callsPerSecond, recent.length + count);
  placed.set(main.authId, [...recent, ...Array.from({ length: count }, () => now)]);
}

function refuseWhenFull({ network, account }: Desk): void {
  const why = refusedPlacing(network, account);
  if (why === 'no_credit') throw new Refusal(402, 'INSUFFICIENT_BALANCE', 'The balance is used up');
  const most = mainOf(account).channels;
  if (why === 'no_channel') throw limited('concurrency', most, most);
}

function limited(limitType: string, limit: number, current: number): Refusal {
  const details = { limitType, limit, current, retryAfter: 1 };
  return new Refusal(429, 'RATE_LIMIT_EXCEEDED', 'Too many calls', details);
}

function targetOf(body: Body, name: string, method: string): Target | null {
  const url = urlOf(body, name);
  return url === null ? null : { url, method: methodOf(body, method) };
}

function e164Of(text: string): string {
  const number = `+${text.trim().replace(/^\+/, '')}`;
  if (!/^\+[1-9]\d{6,14}$/.test(number)) throw invalid('a number must be E.164');
  return number;
}

function viewOf(call: Call) {
  return {
    call_uuid: call.uuid,
    request_uuid: call.requestUuid,
    direction: call.direction,
    from: call.from,
    to: call.to,
    caller_name: call.callerName ?? '',
    call_status: call.leg.answeredAt === null ? 'ringing' : 'in-progress',
    session_start: sessionStart(call.startedAt),
  };
}
