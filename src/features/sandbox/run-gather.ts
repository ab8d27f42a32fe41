import type { Leg, Stage } from './call.ts';
import { askDocument, type Document, outgoing, targetOf, trap } from './documents.ts';
import { gatherFields } from './event-fields.ts';
import { nextOf, react } from './leg-life.ts';
import { startPrompt } from './prompts.ts';
import type { XmlElement } from './xml-document.ts';

/** `digitEndTimeout="auto"`. */
const AUTO_DIGIT_END_MS = 2_000;

/** Prompts, and collects keys. The document of its action, or null for the next verb. */
export async function runGather(stage: Stage, leg: Leg, element: XmlElement): Promise<Document | null> {
  const { call } = leg;
  const { attributes } = element;
  const inputType = attributes.inputType ?? 'dtmf';
  if (attributes.log !== 'false' && inputType.includes('dtmf'))
    trap(stage, call, 'gather_logs_digits', 'Gather');
  const digits = await collect(stage, leg, element);
  stage.journal.write({ what: 'collected', call: call.uuid, leg: leg.uuid, digits });
  const action = targetOf(call, element, 'action', 'method');
  if (action === null) return null;
  if (digits === '' && stage.switches.gatherNoInput === 'next') return null;
  const fields = gatherFields(call, digits, inputType === 'speech' ? 'speech' : 'dtmf', stage.switches);
  if (attributes.redirect === 'false') {
    stage.delivery.tell(outgoing(call, 'gather', action, fields));
    return null;
  }
  return askDocument(stage, leg, { kind: 'gather', as: 'action', target: action, fields });
}

async function collect(stage: Stage, leg: Leg, { attributes, children }: XmlElement): Promise<string> {
  const { clock } = stage;
  const most = Number(attributes.numDigits ?? '32');
  const finish = attributes.finishOnKey ?? '#';
  const endTimeout = attributes.digitEndTimeout ?? 'auto';
  const betweenMs = endTimeout === 'auto' ? AUTO_DIGIT_END_MS : Number(endTimeout) * 1_000;
  let digits = '';
  const take = (digit: string): boolean => {
    if (finish !== 'none' && finish.includes(digit)) return true;
    digits += digit;
    return digits.length >= most;
  };

  react(stage, leg, 'ask');
  // The first key stops the prompts.
  let isDone = false;
  for (const prompt of children) {
    const until = clock.now() + startPrompt(stage, leg, prompt);
    const message = await nextKey(leg, until);
    if (message === null) continue;
    isDone = take(message);
    break;
  }
  const last = clock.now() + Number(attributes.executionTimeout ?? '15') * 1_000;
  while (!isDone) {
    const until = digits === '' ? last : Math.min(last, clock.now() + betweenMs);
    const key = await nextKey(leg, until);
    if (key === null) break;
    isDone = take(key);
  }
  return digits;
}

async function nextKey(leg: Leg, until: number): Promise<string | null> {
  for (;;) {
    const message = await nextOf(leg, until);
    if (message === null) return null;
    if (message.kind === 'digit') return message.digit;
  }
}
