/**
 * The last part of a URL that our documents hand out, and what is posted there: a Dial's end and its legs' events, and
 * whom a call asks something of us. A party's further phones, tried one after the other, have paths of their own, so
 * that nothing but the signed path says which one is next.
 */
export type CallPath =
  | Attempt<'dial'>
  | Attempt<'leg'>
  | 'whisper'
  | 'digits'
  | 'record'
  | 'voicemail'
  | PlacedPath
  | PinPath;
/** Of a call that we placed: its answer and hangup URL, which every other call has in its application. */
type PlacedPath = 'answer' | 'hangup';
/** Where the n-th PIN of a call is posted. */
type PinPath = `pin-${number}`;
type Attempt<Name extends string> = Name | `${Name}-${number}`;

/** The path of the Dial, or of its legs, of a party's n-th phone; from 1. */
export function attemptPath<Name extends 'dial' | 'leg'>(name: Name, attempt: number): Attempt<Name> {
  return attempt === 1 ? name : `${name}-${attempt}`;
}

/** Which of a party's phones the Dial of this path has rung; null for another path. */
export function attemptOf(path: CallPath): number | null {
  const [, attempt = '1'] = /^dial(?:-(\d+))?$/.exec(path) ?? [];
  return path.startsWith('dial') ? Number(attempt) : null;
}

export function pinPath(attempt: number): PinPath {
  return `pin-${attempt}`;
}

/** Which try this path's PIN is, from 1; null for another path. */
export function pinTryOf(path: CallPath): number | null {
  return path.startsWith('pin-') ? Number(path.slice('pin-'.length)) : null;
}

/** Whether what is posted here may be the first that names a call of ours. */
export function isPlacedPath(path: CallPath): path is PlacedPath {
  return path === 'answer' || path === 'hangup';
}
