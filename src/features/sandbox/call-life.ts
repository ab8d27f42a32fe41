import { type Call, Interrupted, type Leg, type LegMessage, type Stage } from './call.ts';
import type { Method } from './delivery.ts';
import { askDocument, type Document, outgoing, type Target } from './documents.ts';
import { answerFields, hangupFields, ringFields, standardFields, transferFields } from './event-fields.ts';
import { causes } from './hangup-causes.ts';
import { answerLeg, endLeg, nextOf, pause, react, tellLeg } from './leg-life.ts';
import { stopRecording } from './recordings.ts';
import { runDocuments } from './run-document.ts';

/** How soon a network says that somebody cannot be reached. */
const REFUSAL_MS = 500;

/** Plays an incoming call from its first ring to its Hangup event. Rejects only for a fault of the double itself. */
export async function playInbound(stage: Stage, call: Call): Promise<void> {
  react(stage, call.leg, 'ring');
  await play(stage, call, () => askAnswer(stage, call));
}

/** What an outbound call was asked for with. */
export type OutboundOptions = {
  ringSeconds: number;
  limitSeconds: number;
  /** What is done about an answering machine; null: nothing looks for one. */
  machine: { hangUp: boolean; callback: Target | null } | null;
  /** Why it cannot ring at all. */
  refusal: (LegMessage & { kind: 'over' }) | null;
};

/** Plays a call that was asked for over REST. */
export async function playOutbound(stage: Stage, call: Call, options: OutboundOptions): Promise<void> {
  const { leg } = call;
  await play(stage, call, async () => {
    if (options.refusal !== null) {
      await pause(stage, leg, REFUSAL_MS);
      throw new Interrupted(options.refusal);
    }
    stage.journal.write({ what: 'ringing', call: call.uuid, leg: leg.uuid, to: leg.party, shown: leg.shown });
    react(stage, leg, 'ring');
    if (call.urls.ring !== null)
      stage.delivery.tell(outgoing(call, 'ring', call.urls.ring, ringFields(call)));
    const until = stage.clock.now() + options.ringSeconds * 1_000;
    for (let isAnswered = false; !isAnswered; ) {
      const message = await nextOf(leg, until);
      if (message === null)
        throw new Interrupted({ kind: 'over', cause: causes.ringTimeout, source: 'Vobiz' });
      isAnswered = message.kind === 'answered';
    }
    answerLeg(stage, leg);
    const limit = () => tellLeg(leg, { kind: 'over', cause: causes.timeLimit, source: 'Vobiz' });
    leg.timers.push(stage.clock.after(options.limitSeconds * 1_000, limit));
    if (options.machine !== null && leg.phone?.isMachine === true) meetMachine(stage, call, options.machine);
    return askAnswer(stage, call);
  });
}

function meetMachine(stage: Stage, call: Call, machine: NonNullable<OutboundOptions['machine']>): void {
  if (machine.callback !== null) {
    const fields = { ...standardFields(call, stage.switches), Event: 'MachineDetection', Machine: 'true' };
    stage.delivery.tell(outgoing(call, 'machine', machine.callback, fields));
  }
  if (machine.hangUp) throw new Interrupted({ kind: 'over', cause: causes.machine, source: 'Vobiz' });
}

function askAnswer(stage: Stage, call: Call): Promise<Document> {
  const fields = answerFields(call, stage.switches);
  return askDocument(stage, call.leg, { kind: 'answer', as: 'answer', target: call.urls.answer, fields });
}

async function play(stage: Stage, call: Call, begin: () => Promise<Document>): Promise<void> {
  const over = await untilOver(stage, call.leg, begin);
  endCall(stage, call, over);
}

/** Runs documents, through transfers, until the leg is over. */
async function untilOver(
  stage: Stage,
  leg: Leg,
  begin: () => Promise<Document>,
): Promise<LegMessage & { kind: 'over' }> {
  let next = begin;
  for (;;) {
    try {
      await runDocuments(stage, leg, await next());
    } catch (error) {
      // A fault of the double itself must not leave a call hanging.
      if (!(error instanceof Interrupted)) {
        endCall(stage, leg.call, { kind: 'over', cause: causes.normal, source: 'Error' });
        throw error;
      }
      if (error.by.kind === 'over') return error.by;
      const { url, method } = error.by;
      next = () => askTransfer(stage, leg, url, method);
    }
  }
}

function askTransfer(stage: Stage, leg: Leg, url: string, method: Method): Promise<Document> {
  stage.journal.write({ what: 'transferred', call: leg.call.uuid, leg: leg.uuid });
  const fields = transferFields(leg.call, stage.switches);
  const target = { url, method };
  return askDocument(stage, leg, { kind: 'transfer', as: 'transfer', target, fields });
}

/** A B leg that a transfer took out of its Dial: it runs documents of its own, and ends without a Hangup event. */
export async function playAdopted(stage: Stage, leg: Leg, url: string, method: Method): Promise<void> {
  const over = await untilOver(stage, leg, () => askTransfer(stage, leg, url, method));
  endLeg(stage, leg, over.cause, over.source);
  forgetIfDone(stage, leg.call);
}

/** The A leg is over: its recordings end with it, and the customer is told. */
function endCall(stage: Stage, call: Call, { cause, source }: LegMessage & { kind: 'over' }): void {
  if (call.leg.endedAt !== null) return;
  for (const recording of [...call.recordings]) stopRecording(stage, call, recording, 'HungUp');
  endLeg(stage, call.leg, cause, source);
  const fields = hangupFields(call, stage.switches);
  stage.delivery.tell(outgoing(call, 'hangup', call.urls.hangup, fields));
  for (const tell of call.afterHangup.splice(0)) tell();
  forgetIfDone(stage, call);
}

function forgetIfDone(stage: Stage, call: Call): void {
  if (call.legs.size === 0) stage.live.delete(call.uuid);
}
