import type { Leg, Stage } from './call.ts';
import type { XmlElement } from './xml-document.ts';

/** A guess at speech: what matters is that it takes time. */
const SPEECH_MS_PER_CHARACTER = 60;
const LEAST_SPEECH_MS = 1_000;
const AUDIO_MS = 3_000;
/** `loop="0"` plays until somebody hangs up; a call lasts at most this long by default. */
const ENDLESS_MS = 14_400_000;

export function isPrompt(element: XmlElement): boolean {
  return element.name === 'Speak' || element.name === 'Play' || element.name === 'Wait';
}

/** Writes down what the leg hears, and says how long it takes. */
export function startPrompt(stage: Stage, leg: Leg, element: XmlElement): number {
  if (element.name === 'Wait') return Number(element.attributes.length ?? '1') * 1_000;
  const text = element.text.trim();
  stage.journal.write({ what: 'heard', call: leg.call.uuid, leg: leg.uuid, verb: element.name, text });
  const loop = Number(element.attributes.loop ?? '1');
  const once =
    element.name === 'Play' ? AUDIO_MS : Math.max(LEAST_SPEECH_MS, text.length * SPEECH_MS_PER_CHARACTER);
  return loop === 0 ? ENDLESS_MS : once * loop;
}
