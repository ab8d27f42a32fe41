import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { languages, resolveVoice, type VoiceSettings } from '../../src/features/tenants/voice-settings.ts';
import { whisperOf } from '../../src/features/tenants/whisper-template.ts';
import { afterDial } from '../../src/features/voice/after-dial.ts';
import { announcementKeys } from '../../src/features/voice/announcement-texts.ts';
import { announcement, heard, type OwnAnnouncement } from '../../src/features/voice/announcements.ts';
import { answerDocument, nextPhoneDocument } from '../../src/features/voice/answer-document.ts';
import { afterDialDocument, whisperDocument } from '../../src/features/voice/call-end-document.ts';
import type { Manner } from '../../src/features/voice/manner.ts';
import type { AnswerRoute } from '../../src/features/voice/route-kinds.ts';
import type { FoundBinding } from '../../src/features/voice/route-store.ts';
import type { E164 } from '../../src/kernel/phone.ts';
import { withoutPhones } from '../../src/kernel/phones-in-text.ts';
import { checkDocument, type Element } from '../support/vobiz-document.ts';

const BASE = 'https://masking.example.com/webhooks/vobiz/whk_x/tenants/ten_x/calls/call_x';
const urls = (path: string) => `${BASE}/${path}`;
const M2 = '+917900000001' as E164;
const M1 = '+917900000000' as E164;

/** Everything that has ever broken a document: markup, controls, halves of characters, other directions and scripts. */
const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('&', '<', '>', '"', "'", ']]>', '<!--', '-->', '<?', '&amp;') },
      fc.constantFrom('\0', '\x01', '\x0b', '\x1f', '\x7f', '\u0085', '\ufffe', '\uffff', '\r\n', '\t', '\r'),
      fc.constantFrom(
        '🚕',
        '👩‍👩‍👧',
        '\ud800',
        '\udfff',
        'مرحبا',
        '\u202eאב',
        'नमस्ते',
        '{{',
        '}}',
        '{{role}}',
      ),
      fc.constantFrom(
        '</Speak><Dial callerId="+1"><Number>+919811111111</Number></Dial>',
        '<Response>',
        '%',
        '\\',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((parts) => `x${[...parts.join('')].slice(0, 499).join('')}`);

const prompt = fc.oneof(
  hostile.map((text) => ({ text })),
  fc
    .constantFrom('a.mp3', 'a.mp3?x=1&y=2', "it's.wav?q=%22&amp;b=<b>", `${'long/'.repeat(300)}a.mp3`)
    .map((file) => ({ audio_url: `https://cdn.example.com/${file}` })),
);
const ofParties = fc.record(
  { a: fc.option(prompt, { nil: null }), b: fc.option(prompt, { nil: null }) },
  { requiredKeys: [] },
);
const language = fc.constantFrom(...languages);
const settings: fc.Arbitrary<VoiceSettings> = fc.record(
  {
    language,
    greeting: ofParties,
    whisper: ofParties,
    prelude: fc.constantFrom('announcement' as const, 'none' as const),
    record: fc.record(
      {
        enabled: fc.boolean(),
        format: fc.constantFrom('mp3' as const, 'wav' as const),
        announce_consent: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    ring: fc.record(
      {
        mode: fc.constantFrom('sequential' as const, 'parallel' as const),
        timeout_seconds: fc.integer({ min: 5, max: 120 }),
      },
      { requiredKeys: [] },
    ),
    end_calls_with_session: fc.boolean(),
    voicemail: fc.record(
      { enabled: fc.boolean(), max_seconds: fc.integer({ min: 5, max: 300 }) },
      { requiredKeys: [] },
    ),
    rating: fc.record(
      { enabled: fc.boolean(), prompt: fc.option(prompt, { nil: null }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const own: fc.Arbitrary<OwnAnnouncement[]> = fc.array(
  fc.record({ key: fc.constantFrom(...announcementKeys), language, prompt }),
  { maxLength: 20 },
);
const manner: fc.Arbitrary<Manner> = fc
  .tuple(fc.array(settings, { maxLength: 3 }), own)
  .map(([levels, announcements]) => ({ voice: resolveVoice(levels), own: announcements }));

const phonesOfOther = fc
  .uniqueArray(fc.integer({ min: 0, max: 9_999_999 }), { minLength: 1, maxLength: 10 })
  .map((found) => found.map((n) => `+9198${String(n).padStart(8, '0')}` as E164));
const binding = fc
  .record({
    side: fc.constantFrom('a' as const, 'b' as const),
    ringTimeoutSeconds: fc.integer({ min: 5, max: 120 }),
    maxCallSeconds: fc.integer({ min: 10, max: 86_399 }),
    secondsLeft: fc.option(fc.integer({ min: 0, max: 15_552_000 }), { nil: null }),
    others: phonesOfOther.map((phones) => phones.map(() => ({ sealed: Buffer.alloc(0), keyVersion: 1 }))),
  })
  .map((facts) => facts as unknown as FoundBinding);

/** Where a document of ours may send a call, and under which number. */
function checkWhere(
  verbs: readonly Element[],
  phones: readonly string[],
  callerIds: readonly string[],
): void {
  for (const dial of verbs.filter(({ name }) => name === 'Dial')) {
    assert.ok(callerIds.includes(dial.attributes.callerId ?? ''));
    for (const number of dial.children) assert.ok(phones.includes(number.text));
    for (const name of ['action', 'callbackUrl', 'confirmSound']) {
      const url = dial.attributes[name];
      if (url !== undefined) assert.ok(url.startsWith(`${BASE}/`), url);
    }
  }
}

const RUNS = { numRuns: 300 };

describe('a document', () => {
  test('of a bridged call fits the subset whatever is said in it, and reaches nobody but the other party', () => {
    fc.assert(
      fc.property(
        manner,
        binding,
        phonesOfOther,
        fc.integer({ min: 1, max: 10 }),
        (how, facts, phones, attempt) => {
          const route = { decision: 'bridge', callerId: M2, binding: facts } as unknown as AnswerRoute;
          const numbers = how.voice.ring.mode === 'parallel' ? phones : phones.slice(0, 1);
          const first = checkDocument(
            answerDocument(route, { numbers, binding: facts, attempt: 1 }, how, urls),
          );
          const next = checkDocument(nextPhoneDocument(M2, { numbers, binding: facts, attempt }, how, urls));
          for (const verbs of [first, next]) checkWhere(verbs, numbers, [M2]);
          assert.equal(first.at(-1)?.name, 'Dial');
          assert.equal(
            first.some(({ name }) => name === 'Record'),
            how.voice.record.enabled,
          );
          assert.deepEqual(
            next.map(({ name }) => name),
            ['Dial'],
          );
        },
      ),
      RUNS,
    );
  });

  test('of a forwarded, announced or rejected call does too', () => {
    fc.assert(
      fc.property(
        manner,
        binding,
        fc.constantFrom('over', 'not_allowed', 'unavailable'),
        (how, facts, key) => {
          const forward = { decision: 'forward', callerId: M1, binding: facts } as unknown as AnswerRoute;
          const announce = {
            decision: 'announce',
            announcement: key,
            binding: null,
          } as unknown as AnswerRoute;
          const reject = { decision: 'reject', binding: null } as unknown as AnswerRoute;
          const desk = ['+919800000009' as E164];
          const parts = { numbers: desk, binding: facts, attempt: 1 };
          checkWhere(checkDocument(answerDocument(forward, parts, how, urls)), desk, [M1]);
          const announced = checkDocument(answerDocument(announce, null, how, urls));
          assert.equal(announced.length, 2);
          assert.deepEqual(checkDocument(answerDocument(reject, null, how, urls))[0]?.attributes, {
            reason: 'rejected',
          });
        },
      ),
      RUNS,
    );
  });

  test('after a Dial, and for whoever picks up, does too, and rings nobody', () => {
    const status = fc.constantFrom(
      'completed',
      'busy',
      'no-answer',
      'timeout',
      'failed',
      'cancel',
      'x',
      null,
    );
    fc.assert(
      fc.property(manner, status, fc.boolean(), hostile, (how, dialStatus, isBridge, text) => {
        const after = afterDial(dialStatus, { attempt: 1, isBridge }, how.voice);
        if (after.step !== 'next_phone') {
          const verbs = checkDocument(afterDialDocument(after, how, urls));
          assert.equal(verbs.at(-1)?.name, 'Hangup');
          assert.ok(verbs.every(({ name }) => name !== 'Dial'));
        }
        const whisper = checkDocument(whisperDocument(heard({ text }, how.voice.language), how));
        assert.ok(whisper.every(({ name }) => ['Speak', 'Play'].includes(name)));
      }),
      RUNS,
    );
  });

  test('says every announcement in every language, without one that no voice speaks', () => {
    for (const key of announcementKeys) {
      for (const wanted of languages) {
        const said = announcement(key, wanted, []);
        assert.equal(said.verb, 'Speak');
        const isHindi = /[\u0900-\u097f]/.test(said.verb === 'Speak' ? said.text : '');
        assert.equal(isHindi, wanted === 'hi-IN', `${key} ${wanted}`);
      }
    }
  });

  test("says it in the tenant's words: in the language of the call first, then in Indian English", () => {
    const mine: OwnAnnouncement[] = [
      { key: 'over', language: 'ta-IN', prompt: { audio_url: 'https://cdn.example.com/over-ta.mp3' } },
      { key: 'over', language: 'en-IN', prompt: { text: 'The ride is over.' } },
      { key: 'busy', language: 'ta-IN', prompt: { text: 'No voice speaks this.' } },
    ];
    assert.deepEqual(announcement('over', 'ta-IN', mine), {
      verb: 'Play',
      url: 'https://cdn.example.com/over-ta.mp3',
    });
    assert.match(JSON.stringify(announcement('over', 'te-IN', mine)), /The ride is over/);
    assert.match(JSON.stringify(announcement('over', 'hi-IN', mine)), /समाप्त/);
    assert.match(JSON.stringify(announcement('busy', 'ta-IN', mine)), /on another call/);
  });
});

describe('a whisper', () => {
  const values = {
    transactionRef: 'ride-4711',
    role: 'rider',
    metadata: { gate: 'B 12', phone: '+91 98000 00002', 'a b': 'x' },
  };
  const say = (template: string, more: Partial<typeof values> = {}) =>
    whisperOf(template, { ...values, ...more }, (text) => withoutPhones(text, 'IN'));

  test('has what its template names of the session, and nothing for what is not there', () => {
    assert.equal(
      say('Your {{role}} for {{ transaction_ref }}, gate {{metadata.gate}}.'),
      'Your rider for ride-4711, gate B 12.',
    );
    assert.equal(say('{{metadata.a b}}{{metadata.none}}{{metadata.toString}}'), 'x');
    assert.equal(say('{{metadata.none}} '), null);
  });

  test('never has a phone number of its values, however it is written', () => {
    for (const phone of [
      '+919800000002',
      '+91 98000-00002',
      '09800000002',
      '9800000002',
      'call 98000 00002 now',
      'ride 12 9800000002',
      'x9800000002y',
      '00919800000002',
      '+14155552671',
      '(98000) 00002',
      '९८०००००००२',
      '９８００００００００',
      '9800000002/9800000003',
    ]) {
      const said = say('Your order {{metadata.note}}.', { metadata: { note: phone } as any }) ?? '';
      assert.doesNotMatch(said.normalize('NFKC').replace(/\D/g, ''), /98000|4155/, phone);
    }
  });

  test('keeps numbers that are no phone numbers', () => {
    for (const reference of ['ride-4711', '20260608', '178291829183123', 'A-12 / 2026']) {
      assert.equal(say('{{transaction_ref}}', { transactionRef: reference }), reference);
    }
  });

  test('does not read a value as a template, nor more than 100 characters of it', () => {
    assert.equal(say('{{transaction_ref}}', { transactionRef: '{{role}}' }), '{{role}}');
    assert.equal(say('{{transaction_ref}}', { transactionRef: '🚕'.repeat(300) }), '🚕'.repeat(100));
  });
});
