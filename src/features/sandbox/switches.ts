/** Of times that do not say theirs. */
export type Zone = '+05:30' | 'Z';

/**
 * One switch for each point on which the sources about Vobiz disagree or say nothing. A default is the stricter side:
 * what works against it works against the other one.
 */
export type Switches = {
  /** How the dialled DID is written in `To`. */
  to: 'national' | 'digits' | 'e164' | 'bare';
  /** How the caller is written in `From`. */
  from: 'digits' | 'national' | 'e164' | 'sip';
  /** How a withheld number is written. */
  withheld: string;
  /** CallerName is the number again, with +, or missing. */
  callerName: 'number' | 'absent';
  routeType: '' | 'Not_Domestic';

  /** Which signature headers come. V1 alone proves nothing. */
  signatures: readonly ('V1' | 'V2' | 'V3' | 'MA-V2' | 'MA-V3')[];
  /** Whether an explicit port is part of what is signed. */
  signedPort: 'kept' | 'dropped';
  /** Plivo's V3 covers parameters as well; the SDKs build this one. */
  v3: 'documented' | 'plivo';
  /** During a rotation: the new token at once, or the previous one in a time of grace. */
  signingToken: 'current' | 'previous';
  /** The account's credentials as clear headers, as one sample's documentation claims. */
  credentialHeaders: boolean;

  /** How long the answer URL may take: the pages say 3, 10 and 60 s. */
  answerTimeoutMs: number;
  callbackTimeoutMs: number;
  /** Repeats after the first try, at 1, 2, 4 times the back-off. */
  retries: number;
  retryBackoffMs: number;
  /** Whether a document (answer, action) is asked for again, or only events. */
  retryDocuments: boolean;
  retryClientErrors: boolean;
  /** Whether a repeat has a nonce of its own. */
  retryNonce: 'fresh' | 'same';

  /** A Dial on a call that was not answered yet: fails with ORIGINATOR_CANCEL, or works. */
  bareDial: 'fails' | 'works';
  /** A Dial from a number that is not the account's: no B leg at all, or one that ends with 3030. */
  strangeCallerId: 'no_leg' | 'refused';
  /** After a Dial without action and redirect: the next verb, or the answer URL once more. */
  dialWithoutAction: 'refetch' | 'next';
  /** A Record inside Dial: ends it as busy, or is ignored. */
  nestedRecord: 'false_busy' | 'ignored';
  relativeUrls: 'fail' | 'resolve';
  /** GetDigits, MultiPartyCall and other words that do not exist. */
  unknownElement: 'drop' | 'skip';
  unknownAttribute: 'drop' | 'skip';
  emptyResponse: 'ends' | 'continues';
  gatherNoInput: 'next' | 'post_empty';
  /** Whether a B leg outside India ends with 2070 when its DID is Indian. */
  mediaAnchoring: boolean;

  /** The Dial action says Redirect when its document is run, or always DialAction. */
  dialActionEvent: 'redirect' | 'dial_action';
  /** The Dial action after the Hangup event, when the caller hung up. */
  actionAfterHangup: boolean;
  dialActionLeg: 'given' | 'empty';
  /** What DialStatus is called when nobody picked up. */
  unansweredStatus: 'no-answer' | 'timeout';
  recordUrlField: 'RecordUrl' | 'RecordFile';
  /** Whether every callback has auth_id and timestamp, as one page says and no capture shows. */
  accountFields: boolean;
  /** The zone of StartTime, AnswerTime and EndTime. */
  localTime: Zone;
  /** What is inside a recording that is named .mp3. */
  recordingContainer: 'as_named' | 'other';
  recordingReadyMs: number;

  createStatus: 201 | 200;
  attachStatus: 200 | 204;
  callStatus: 200 | 201;
  /** An application with numbers: refused, or gone while its numbers fall back. */
  deleteAttachedApplication: 'conflict' | 'detaches';
  cdrListCurrency: 'USD' | 'INR';
  /** Whether the main account may use its credentials on a sub-account's path. */
  parentOnSubPath: 'refused' | 'allowed';
  errorShape: 'documented' | 'error_message' | 'error_details' | 'nested' | 'api_id';
};

export const strictSwitches: Switches = {
  to: 'national',
  from: 'digits',
  withheld: '',
  callerName: 'number',
  routeType: '',
  signatures: ['V1', 'V2', 'V3', 'MA-V2', 'MA-V3'],
  signedPort: 'kept',
  v3: 'documented',
  signingToken: 'current',
  credentialHeaders: false,
  answerTimeoutMs: 10_000,
  callbackTimeoutMs: 10_000,
  retries: 3,
  retryBackoffMs: 1_000,
  retryDocuments: true,
  retryClientErrors: true,
  retryNonce: 'fresh',
  bareDial: 'fails',
  strangeCallerId: 'no_leg',
  dialWithoutAction: 'refetch',
  nestedRecord: 'false_busy',
  relativeUrls: 'fail',
  unknownElement: 'drop',
  unknownAttribute: 'drop',
  emptyResponse: 'ends',
  gatherNoInput: 'next',
  mediaAnchoring: true,
  dialActionEvent: 'redirect',
  actionAfterHangup: true,
  dialActionLeg: 'given',
  unansweredStatus: 'no-answer',
  recordUrlField: 'RecordUrl',
  accountFields: false,
  localTime: '+05:30',
  recordingContainer: 'as_named',
  recordingReadyMs: 2_000,
  createStatus: 201,
  attachStatus: 200,
  callStatus: 200,
  deleteAttachedApplication: 'conflict',
  cdrListCurrency: 'USD',
  parentOnSubPath: 'refused',
  errorShape: 'documented',
};
