export type HangupSource =
  | 'Caller'
  | 'Callee'
  | 'Vobiz'
  | 'Carrier'
  | 'API Request'
  | 'Answer XML'
  | 'Error'
  | 'Unknown';

/** `word` is FreeSWITCH's, `code` and `name` are Vobiz' own (Vobiz documentation: hangup causes). */
export type Cause = { word: string; code: number; name: string };

/** Names that the documentation leaves out are Plivo's, whose table has the same codes. */
export const causes = {
  cancelled: { word: 'ORIGINATOR_CANCEL', code: 1000, name: 'Cancelled' },
  outOfCredits: { word: 'CALL_REJECTED', code: 1010, name: 'Cancelled (Out Of Credits)' },
  invalidDestination: { word: 'UNALLOCATED_NUMBER', code: 2000, name: 'Invalid Destination Address' },
  switchedOff: { word: 'SUBSCRIBER_ABSENT', code: 2010, name: 'Destination Out Of Service' },
  notRegistered: { word: 'USER_NOT_REGISTERED', code: 2020, name: 'Endpoint Not Registered' },
  loop: { word: 'EXCHANGE_ROUTING_ERROR', code: 2060, name: 'Loop Detected' },
  anchoring: { word: 'CALL_REJECTED', code: 2070, name: 'Violates Media Anchoring' },
  busy: { word: 'USER_BUSY', code: 3010, name: 'Busy Line' },
  rejected: { word: 'CALL_REJECTED', code: 3020, name: 'Rejected' },
  unknownCallerId: { word: 'CALL_REJECTED', code: 3030, name: 'Unknown Caller ID' },
  normal: { word: 'NORMAL_CLEARING', code: 4000, name: 'Normal Hangup' },
  endOfXml: { word: 'NORMAL_CLEARING', code: 4010, name: 'End Of XML Instructions' },
  concurrency: { word: 'NORMAL_CIRCUIT_CONGESTION', code: 5030, name: 'India Concurrency Limit Reached' },
  timeLimit: { word: 'ALLOTTED_TIMEOUT', code: 6000, name: 'Scheduled Hangup' },
  ringTimeout: { word: 'NO_ANSWER', code: 6010, name: 'Ring Timeout Reached' },
  lostRace: { word: 'LOSE_RACE', code: 9000, name: 'Lost Race' },
  machine: { word: 'NORMAL_CLEARING', code: 9100, name: 'Machine Detected' },
  confirmKey: { word: 'NORMAL_CLEARING', code: 9110, name: 'Confirm Key Challenge Failed' },
} as const satisfies Record<string, Cause>;

/** What a document was asked for; the last digit of the codes of its troubles. */
export type DocumentKind = 'answer' | 'action' | 'transfer' | 'redirect';

const kinds: Record<DocumentKind, { digit: number; name: string }> = {
  answer: { digit: 1, name: 'Answer' },
  action: { digit: 2, name: 'Action' },
  transfer: { digit: 3, name: 'Transfer' },
  redirect: { digit: 4, name: 'Redirect' },
};

export function unreachableCause(kind: DocumentKind): Cause {
  const { digit, name } = kinds[kind];
  return { word: 'NORMAL_CLEARING', code: 7010 + digit, name: `Error Reaching ${name} URL` };
}

export function invalidXmlCause(kind: DocumentKind): Cause {
  const { digit, name } = kinds[kind];
  return { word: 'NORMAL_CLEARING', code: 8010 + digit, name: `Invalid ${name} XML` };
}
