/** Why a leg ended, in words that stay the same whatever Vobiz calls it. docs/calls.md says what each means. */
export const hangupReasons = [
  'caller_hung_up',
  'callee_hung_up',
  'hung_up_by_us',
  'busy',
  'no_answer',
  'rejected',
  'canceled',
  'answered_elsewhere',
  'time_limit',
  'unreachable',
  'blocked',
  'no_capacity',
  'out_of_credit',
  'our_document',
  'provider_error',
  'unknown',
] as const;
export type HangupReason = (typeof hangupReasons)[number];

/** How Vobiz says it: `code` is its own, `cause` FreeSWITCH's word, `source` who did it. */
export type HangupWords = { code: number | null; cause: string | null; source: string | null };

/** First and last code of a range, and what it means. The first range that fits counts. */
const byCode: readonly (readonly [from: number, to: number, reason: HangupReason])[] = [
  [1000, 1000, 'canceled'],
  [1010, 1010, 'out_of_credit'],
  [1020, 1020, 'no_capacity'],
  [2000, 2020, 'unreachable'],
  [2030, 2070, 'blocked'],
  [3000, 3000, 'no_answer'],
  [3010, 3010, 'busy'],
  [3020, 3020, 'rejected'],
  // The document named a caller ID that the account does not own.
  [3030, 3030, 'our_document'],
  [3040, 3140, 'provider_error'],
  [4010, 4030, 'hung_up_by_us'],
  [5030, 5030, 'no_capacity'],
  [5000, 5020, 'provider_error'],
  [6000, 6000, 'time_limit'],
  [6010, 6010, 'no_answer'],
  [6020, 6020, 'provider_error'],
  [7011, 7034, 'our_document'],
  [8011, 8014, 'our_document'],
  [9000, 9000, 'answered_elsewhere'],
  [9100, 9100, 'hung_up_by_us'],
  [9110, 9110, 'rejected'],
];

/** Vobiz gives one word to several codes, so a word counts only where there is no code. */
const byCause: Readonly<Record<string, HangupReason>> = {
  ORIGINATOR_CANCEL: 'canceled',
  USER_BUSY: 'busy',
  NO_ANSWER: 'no_answer',
  NO_USER_RESPONSE: 'no_answer',
  CALL_REJECTED: 'rejected',
  LOSE_RACE: 'answered_elsewhere',
  PICKED_OFF: 'answered_elsewhere',
  ALLOTTED_TIMEOUT: 'time_limit',
  UNALLOCATED_NUMBER: 'unreachable',
  SUBSCRIBER_ABSENT: 'unreachable',
  USER_NOT_REGISTERED: 'unreachable',
  NO_ROUTE_DESTINATION: 'unreachable',
  DESTINATION_OUT_OF_ORDER: 'unreachable',
  NUMBER_CHANGED: 'unreachable',
  INVALID_NUMBER_FORMAT: 'unreachable',
  OUTGOING_CALL_BARRED: 'blocked',
  INCOMING_CALL_BARRED: 'blocked',
  NORMAL_CIRCUIT_CONGESTION: 'no_capacity',
  SWITCH_CONGESTION: 'provider_error',
  NETWORK_OUT_OF_ORDER: 'provider_error',
  NORMAL_TEMPORARY_FAILURE: 'provider_error',
  RECOVERY_ON_TIMER_EXPIRE: 'provider_error',
  MEDIA_TIMEOUT: 'provider_error',
};

/** Of a hangup that was a normal one: it matters only who did it. */
const bySource: Readonly<Record<string, HangupReason>> = {
  caller: 'caller_hung_up',
  callee: 'callee_hung_up',
  'answer xml': 'hung_up_by_us',
  'api request': 'hung_up_by_us',
  error: 'provider_error',
};

/** The code first, then the word, then who did it. (Vobiz documentation: hangup causes.) */
export function hangupReason({ code, cause, source }: HangupWords): HangupReason {
  const ranged = byCode.find(([from, to]) => code !== null && code >= from && code <= to);
  if (ranged !== undefined) return ranged[2];
  const word = cause?.trim().toUpperCase() ?? '';
  if (code === null && Object.hasOwn(byCause, word)) return byCause[word] ?? 'unknown';
  // A code that nobody has documented is no normal hangup.
  if (code !== null && code !== 4000) return 'unknown';
  const who = source?.trim().toLowerCase() ?? '';
  return Object.hasOwn(bySource, who) ? (bySource[who] ?? 'unknown') : 'unknown';
}
