import { type Call, type CallUrls, channelsInUse, type LegMessage } from './call.ts';
import { type OutboundOptions, playOutbound } from './call-life.ts';
import type { Fields } from './delivery.ts';
import { type Account, mainOf, mayShow } from './estate.ts';
import { causes } from './hangup-causes.ts';
import type { Network } from './network.ts';
import { newCall } from './new-call.ts';
import { isNumber, plainDigits } from './wire-formats.ts';

/** A call that the customer asks for over REST. Numbers are E.164. */
export type Placing = {
  account: Account;
  from: string;
  to: string;
  urls: CallUrls;
  ringSeconds: number;
  limitSeconds: number;
  machine: OutboundOptions['machine'];
  sipHeaders: Fields;
};

/** Why a call is not even tried: no money, or no channel left. */
export function refusedPlacing(network: Network, account: Account): 'no_credit' | 'no_channel' | null {
  const main = mainOf(account);
  if (main.balanceMicros <= 0) return 'no_credit';
  return channelsInUse(network.stage, main) >= main.channels ? 'no_channel' : null;
}

export function placeCall(network: Network, placing: Placing): Call {
  const { stage } = network;
  const { account, from, to } = placing;
  const uuid = stage.nextId();
  const phone = network.phones.find(to);
  const refusal = refusalOf(network, placing);
  const isFree = phone !== null && phone.leg === null && refusal === null;
  const call = newCall(
    stage,
    {
      uuid,
      account,
      direction: 'outbound',
      did: network.estate.numbers.get(from) ?? null,
      urls: placing.urls,
      from: plainDigits(from),
      to: plainDigits(to),
      callerName: null,
      forwardedFrom: null,
      sipHeaders: placing.sipHeaders,
      requestUuid: uuid,
    },
    { party: to, shown: from, phone: isFree ? phone : null, reactions: phone?.reactions ?? [] },
  );
  stage.journal.write({ what: 'dialled', call: uuid, from, to, direction: 'outbound' });
  const { ringSeconds, limitSeconds, machine } = placing;
  call.done = playOutbound(stage, call, { ringSeconds, limitSeconds, machine, refusal });
  return call;
}

function refusalOf(network: Network, { account, from, to }: Placing): (LegMessage & { kind: 'over' }) | null {
  const phone = network.phones.find(to);
  if (!isNumber(from) || !mayShow(network.estate, account, from))
    return { kind: 'over', cause: causes.unknownCallerId, source: 'Vobiz' };
  if (network.estate.numbers.has(to)) return { kind: 'over', cause: causes.loop, source: 'Vobiz' };
  if (network.switches.mediaAnchoring && from.startsWith('+91') && !to.startsWith('+91'))
    return { kind: 'over', cause: causes.anchoring, source: 'Vobiz' };
  if (phone === null) return { kind: 'over', cause: causes.invalidDestination, source: 'Carrier' };
  return phone.leg === null ? null : { kind: 'over', cause: causes.busy, source: 'Callee' };
}
