/** What an attribute may hold. Ranges are what the documentation states; where it states none, only the type counts. */
export type AttributeRule =
  | { is: 'url' }
  | { is: 'boolean' }
  | { is: 'whole'; least: number; most: number }
  | { is: 'word'; of: readonly string[] }
  | { is: 'text'; most?: number; shape?: RegExp };

export type ElementRule = {
  attributes: Readonly<Record<string, AttributeRule>>;
  required?: readonly string[];
  children: readonly string[];
  /** `none`: text in it is a fault. */
  text: 'none' | 'speech' | 'url' | 'number' | 'sip' | 'digits' | 'name' | 'wss';
};

const url: AttributeRule = { is: 'url' };
const boolean: AttributeRule = { is: 'boolean' };
const method: AttributeRule = { is: 'word', of: ['GET', 'POST'] };
const seconds = (least = 0, most = 86_400 * 31): AttributeRule => ({ is: 'whole', least, most });
const keys: AttributeRule = { is: 'text', shape: /^(none|[0-9*#]*)$/ };
const digitLists: AttributeRule = { is: 'text', shape: /^[0-9*#]+(,[0-9*#]+)*$/ };
const toneText: AttributeRule = { is: 'text', shape: /^[0-9*#wW]+$/ };
/** Each key ends in X-VH, values are letters and digits only: one bad one discards the whole set silently. */
const sipHeaders: AttributeRule = { is: 'text', shape: /^\w+X-VH=[A-Za-z0-9]+(,\w+X-VH=[A-Za-z0-9]+)*$/ };

/** Speak's languages. Hindi and Indian English are not among them (Vobiz documentation: xml/speak). */
export const languages =
  'da-DK nl-NL en-AU en-GB en-US fr-FR fr-CA de-DE it-IT pl-PL pt-PT pt-BR ru-RU es-ES es-US sv-SE'.split(
    ' ',
  );

const ssml = ['break', 'emphasis', 'lang', 'p', 'phoneme', 'prosody', 's', 'say-as', 'sub', 'w'];

export const elements: Readonly<Record<string, ElementRule>> = {
  Response: {
    attributes: {},
    children: [
      ...['Speak', 'Play', 'Gather', 'Dial', 'Record', 'Conference', 'Redirect', 'Hangup', 'Wait'],
      ...['PreAnswer', 'DTMF', 'Stream'],
    ],
    text: 'none',
  },
  Speak: {
    attributes: {
      voice: { is: 'word', of: ['WOMAN', 'MAN'] },
      language: { is: 'word', of: languages },
      loop: { is: 'whole', least: 0, most: 1_000 },
    },
    children: ssml,
    text: 'speech',
  },
  Play: { attributes: { loop: { is: 'whole', least: 0, most: 1_000 } }, children: [], text: 'url' },
  Wait: {
    attributes: {
      length: seconds(1),
      silence: boolean,
      minSilence: seconds(1, 3_600_000),
      beep: boolean,
    },
    children: [],
    text: 'none',
  },
  Hangup: {
    attributes: { reason: { is: 'word', of: ['rejected', 'busy'] }, schedule: seconds(1) },
    children: [],
    text: 'none',
  },
  Redirect: { attributes: { method }, children: [], text: 'url' },
  PreAnswer: { attributes: {}, children: ['Speak', 'Play', 'Wait'], text: 'none' },
  DTMF: { attributes: { async: boolean }, children: [], text: 'digits' },
  Gather: {
    attributes: {
      action: url,
      method,
      inputType: { is: 'word', of: ['dtmf', 'speech', 'dtmf speech'] },
      executionTimeout: seconds(5, 60),
      digitEndTimeout: { is: 'text', shape: /^([2-9]|10|auto)$/ },
      speechEndTimeout: { is: 'text', shape: /^([2-9]|10|auto)$/ },
      finishOnKey: keys,
      numDigits: { is: 'whole', least: 1, most: 32 },
      speechModel: { is: 'text' },
      hints: { is: 'text' },
      language: { is: 'text' },
      interimSpeechResultsCallback: url,
      interimSpeechResultsCallbackMethod: method,
      log: boolean,
      redirect: boolean,
      profanityFilter: boolean,
    },
    required: ['action'],
    children: ['Speak', 'Play'],
    text: 'none',
  },
  Record: {
    attributes: {
      action: url,
      method,
      fileFormat: { is: 'word', of: ['mp3', 'wav'] },
      redirect: boolean,
      timeout: seconds(1),
      maxLength: seconds(1, 86_400),
      playBeep: boolean,
      finishOnKey: keys,
      recordSession: boolean,
      startOnDialAnswer: boolean,
      transcriptionType: { is: 'word', of: ['auto', 'hybrid'] },
      transcriptionUrl: url,
      transcriptionMethod: method,
      callbackUrl: url,
      callbackMethod: method,
    },
    children: [],
    text: 'none',
  },
  Dial: {
    attributes: {
      action: url,
      method,
      redirect: boolean,
      callbackUrl: url,
      callbackMethod: method,
      callerId: { is: 'text' },
      callerName: { is: 'text', most: 50 },
      timeout: seconds(1, 86_400),
      timeLimit: seconds(1, 1_000_000),
      hangupOnStar: boolean,
      dialMusic: { is: 'text' },
      confirmSound: url,
      confirmKey: { is: 'text', shape: /^[0-9*#]$/ },
      confirmTimeout: seconds(1, 3_600),
      digitsMatch: digitLists,
      digitsMatchBLeg: digitLists,
      sipHeaders,
    },
    children: ['Number', 'User'],
    text: 'none',
  },
  Number: { attributes: { sendDigits: toneText, sendOnPreanswer: boolean }, children: [], text: 'number' },
  User: {
    attributes: { sendDigits: toneText, sendOnPreanswer: boolean, sipHeaders },
    children: [],
    text: 'sip',
  },
  Conference: {
    attributes: {
      muted: boolean,
      beep: boolean,
      startConferenceOnEnter: boolean,
      endConferenceOnExit: boolean,
      maxParticipants: { is: 'whole', least: 1, most: 20 },
      stayAlone: boolean,
      enterSound: { is: 'text' },
      exitSound: { is: 'text' },
      relayDTMF: boolean,
      digitsMatch: digitLists,
      hangupOnStar: boolean,
      waitSound: url,
      waitMethod: method,
      callbackUrl: url,
      callbackMethod: method,
      record: boolean,
      recordFileFormat: { is: 'word', of: ['mp3', 'wav'] },
      timeLimit: seconds(1),
      action: url,
      method,
      redirect: boolean,
    },
    children: [],
    text: 'name',
  },
  Stream: {
    attributes: {
      bidirectional: boolean,
      audioTrack: { is: 'word', of: ['inbound', 'outbound', 'both'] },
      keepCallAlive: boolean,
      contentType: { is: 'text' },
      statusCallbackUrl: url,
      statusCallbackMethod: method,
      maxRetries: { is: 'whole', least: 0, most: 10 },
      extraHeaders: { is: 'text' },
      streamTimeout: seconds(1),
    },
    children: [],
    text: 'wss',
  },
};
