import { Interrupted, type Leg, type LegMessage, type Stage } from './call.ts';
import { outgoing, readAnswer, type Target, trap } from './documents.ts';
import { causes } from './hangup-causes.ts';
import { nextOf, pause, react } from './leg-life.ts';
import { isPrompt, startPrompt } from './prompts.ts';
import type { XmlElement } from './xml-document.ts';

const DEFAULT_CONFIRM_SECONDS = 10;

/** What is whispered to somebody who picked up, before they are connected; and the key that they may have to press. */
export type Whisper = { sound: Target | null; key: string | null; timeoutSeconds: number | null };

/** Says `confirmed`, or how the leg ended instead. */
export async function whisper(
  stage: Stage,
  leg: Leg,
  { sound, key, timeoutSeconds }: Whisper,
): Promise<LegMessage> {
  const refused: LegMessage = { kind: 'over', cause: causes.confirmKey, source: 'Vobiz' };
  try {
    react(stage, leg, 'ask');
    for (const prompt of sound === null ? [] : await remoteSounds(stage, leg, sound)) {
      const until = stage.clock.now() + startPrompt(stage, leg, prompt);
      if (await isPressed(leg, key, until)) return { kind: 'confirmed' };
    }
    if (key === null) return { kind: 'confirmed' };
    const until = stage.clock.now() + (timeoutSeconds ?? DEFAULT_CONFIRM_SECONDS) * 1_000;
    return (await isPressed(leg, key, until)) ? { kind: 'confirmed' } : refused;
  } catch (error) {
    if (error instanceof Interrupted) return error.by;
    throw error;
  }
}

/** Prompts only; without a usable document there is silence. */
async function remoteSounds(stage: Stage, leg: Leg, sound: Target): Promise<XmlElement[]> {
  const { call } = leg;
  const fields = { Event: 'DialRemoteSounds', CallUUID: call.uuid };
  const asked = await stage.delivery.ask(outgoing(call, 'remote_sounds', sound, fields), (milliseconds) =>
    pause(stage, leg, milliseconds),
  );
  if (asked.outcome !== 'document') return [];
  const { verbs, isUsable } = readAnswer(stage, call, asked);
  const others = verbs.filter((verb) => !isPrompt(verb));
  for (const { name } of others) trap(stage, call, 'whisper_not_a_prompt', name);
  return isUsable ? verbs.filter(isPrompt) : [];
}

/** Waits until then, or until the key; any other key is no answer. */
async function isPressed(leg: Leg, key: string | null, until: number): Promise<boolean> {
  for (;;) {
    const message = await nextOf(leg, until);
    if (message === null) return false;
    if (message.kind === 'digit' && key !== null && message.digit === key) return true;
  }
}
