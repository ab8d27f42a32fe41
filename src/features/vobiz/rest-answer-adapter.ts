import type { RestAnswer } from './rest-client.ts';

/** What an area of the interface answers: something that was read, or what `ask` says instead. */
export type Answered<T> =
  | { kind: 'found'; value: T }
  | Exclude<RestAnswer, { kind: 'found' | 'failed' }>
  | { kind: 'failed'; reason: 'timeout' | 'connection' | 'server_error' | 'unreadable' };

/** @param reader gives null for what it cannot read */
export function read<T>(answer: RestAnswer, reader: (body: unknown) => T | null): Answered<T> {
  if (answer.kind !== 'found') return answer;
  const value = reader(answer.body);
  return value === null ? { kind: 'failed', reason: 'unreadable' } : { kind: 'found', value };
}
