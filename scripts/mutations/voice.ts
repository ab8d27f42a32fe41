import type { Mutation } from './mutation.ts';

const settings = 'src/features/tenants/voice-settings.ts';
const documents = 'src/features/voice/answer-document.ts';
const service = 'src/features/voice/call-document-service.ts';
const webhook = 'src/features/voice/webhook-service.ts';
const recordings = 'migrations/20261124140100_create_recordings.js';
const ringing = 'test/http/voice-ringing.test.ts';
const calls = 'test/http/voice-calls.test.ts';
const recorded = 'test/http/recordings.test.ts';
const pure = 'test/unit/voice-documents.test.ts';

/** What callers hear, and whom a call in its middle still reaches. */
export const voiceMutations: readonly Mutation[] = [
  {
    guard: 'the next phone of a party rings only while its session still connects',
    edits: [
      {
        file: service,
        from: "if (route.decision !== 'bridge' || route.binding.sessionId !== call.sessionId) {",
        to: 'if (false) {',
      },
    ],
    tests: [ringing],
  },
  {
    guard: 'the next phone is one of the same session',
    edits: [{ file: service, from: ' || route.binding.sessionId !== call.sessionId) {', to: ') {' }],
    tests: [ringing],
  },
  {
    guard: 'nobody is rung for a caller whose hangup is known',
    edits: [
      { file: service, from: 'call === null || call.isOver || isOver(', to: 'call === null || isOver(' },
    ],
    tests: [ringing],
  },
  {
    guard: 'nobody is rung for a caller who has hung up by the end of the Dial',
    edits: [{ file: service, from: ' || isOver(event.callStatus)) return', to: ') return' }],
    tests: [ringing],
  },
  {
    guard: 'a call does not count against its own limit',
    edits: [{ file: 'src/features/voice/decision.ts', from: 'callsMade: binding.callsMade - 1', to: '' }],
    tests: [ringing],
  },
  {
    guard: 'a party is told that it is recorded unless the tenant says otherwise',
    edits: [
      {
        file: settings,
        from: 's.record?.announce_consent, true)',
        to: 's.record?.announce_consent, false)',
      },
    ],
    tests: [calls],
  },
  {
    guard: 'so is whoever is called',
    edits: [
      {
        file: documents,
        from: 'voice.whisper[called] !== null || tellsOfRecording(voice)',
        to: 'voice.whisper[called] !== null',
      },
    ],
    tests: [calls],
  },
  {
    guard: 'no phone number is whispered',
    edits: [
      {
        file: 'src/features/tenants/whisper-template.ts',
        from: '[...without(textOf(name))]',
        to: '[...textOf(name)]',
      },
    ],
    tests: [pure],
  },
  {
    guard: 'a call ends with its session if the tenant says so',
    edits: [{ file: documents, from: 'voice.endCallsWithSession ? binding.secondsLeft : null', to: 'null' }],
    tests: [calls],
  },
  {
    guard: 'what XML does not allow is left out of a text',
    edits: [
      {
        file: 'src/features/vobiz/xml.ts',
        from: "return { '#text': allowed(value) };",
        to: "return { '#text': value };",
      },
    ],
    tests: [pure],
  },
  {
    guard: 'a recording is told of once',
    edits: [{ file: recordings, from: "where known.status = 'recording' and", to: 'where' }],
    tests: [recorded],
  },
  {
    guard: 'a recording stays with its call',
    edits: [{ file: recordings, from: ' and known.call_id = excluded.call_id -- else no row', to: '' }],
    tests: [recorded],
  },
  {
    guard: 'a call has no more recordings than it can have',
    edits: [{ file: recordings, from: 'r.call_id = p_call) >= 20', to: 'r.call_id = p_call) >= 1000' }],
    tests: [recorded],
  },
  {
    guard: 'an event and what it leaves behind are kept together',
    edits: [
      {
        file: webhook,
        from: 'await addCallEvent(unit, stored);',
        to: "await database.transaction({ as: 'tenant', tenantId }, (own) => addCallEvent(own, stored));",
      },
    ],
    tests: [recorded],
  },
  {
    guard: 'a replayed signature leaves nothing behind',
    edits: [{ file: webhook, from: 'if (isTaken && effect', to: 'if (effect' }],
    tests: [recorded],
  },
  {
    guard: 'the first rating counts',
    edits: [
      {
        file: 'src/features/voice/call-rating-store.ts',
        from: ' and rating is null',
        to: '',
      },
    ],
    tests: [calls],
  },
  {
    guard: 'key presses are kept nowhere else',
    edits: [{ file: webhook, from: 'JSON.stringify(kept)', to: 'JSON.stringify(request.form)' }],
    tests: [calls],
  },
];
