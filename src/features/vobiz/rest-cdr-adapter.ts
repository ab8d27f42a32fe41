import { type CdrAnswer, readCdr } from './cdr.ts';
import type { RestConnection } from './rest-client.ts';

/** The record of a leg, as the account whose call it was sees it. */
export async function fetchCdr(rest: RestConnection, account: string, callUuid: string): Promise<CdrAnswer> {
  const answer = await rest.ask(account, 'GET', `cdr/${encodeURIComponent(callUuid)}`);
  if (answer.kind !== 'found')
    return answer.kind === 'refused' ? { kind: 'refused', status: answer.status } : answer;
  const cdr = answer.status === 200 ? readCdr(answer.body, callUuid) : null;
  return cdr === null ? { kind: 'failed', reason: 'unreadable' } : { kind: 'found', cdr };
}
