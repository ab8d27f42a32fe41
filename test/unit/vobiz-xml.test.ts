import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { type Dial, type Gather, renderResponse, type Verb } from '../../src/features/vobiz/xml.ts';
import { type E164, readPhone } from '../../src/kernel/phone.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const HOOK = 'https://hooks.example.com/webhooks/vobiz/whk_x';

function e164(text: string): E164 {
  const phone = readPhone(text, 'IN');
  assert.ok(phone);
  return phone;
}

const dial: Dial = {
  verb: 'Dial',
  callerId: e164('+917900000001'),
  numbers: [e164('+919800000002')],
  timeoutSeconds: 30,
  timeLimitSeconds: 3600,
  actionUrl: `${HOOK}/dial`,
  redirect: true,
  callbackUrl: `${HOOK}/leg?a=1&b=2`,
};
const gather: Gather = {
  verb: 'Gather',
  actionUrl: `${HOOK}/pin`,
  numDigits: 4,
  executionSeconds: 15,
  log: false,
  redirect: true,
  prompts: [],
};

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
});

function body(...verbs: Verb[]): string {
  const document = renderResponse(verbs);
  assert.equal(XMLValidator.validate(document), true);
  assert.ok(document.startsWith(DECLARATION));
  return document.slice(DECLARATION.length);
}
const inResponse = (inner: string) => `<Response>${inner}</Response>`;
/** The element of this name as a parser reads it. */
const parsed = (name: string, ...verbs: Verb[]) => parser.parse(renderResponse(verbs)).Response[name];

describe('the document', () => {
  test('without verbs is exactly an empty Response', () => {
    assert.equal(renderResponse([]), `${DECLARATION}<Response></Response>`);
  });

  test('keeps the verbs in their order', () => {
    const document = body(
      { verb: 'Speak', text: 'one' },
      { verb: 'Wait', seconds: 2 },
      { verb: 'Speak', text: 'two', language: 'en-US', voice: 'MAN' },
      { verb: 'Play', url: 'https://cdn.example.com/a.mp3' },
      { verb: 'Redirect', url: `${HOOK}/next` },
      { verb: 'Hangup' },
    );
    assert.equal(
      document,
      inResponse(
        '<Speak>one</Speak><Wait length="2"></Wait><Speak voice="MAN" language="en-US">two</Speak>' +
          '<Play>https://cdn.example.com/a.mp3</Play>' +
          `<Redirect method="POST">${HOOK}/next</Redirect><Hangup></Hangup>`,
      ),
    );
  });

  test('rejects a call with a documented reason', () => {
    assert.equal(
      body({ verb: 'Hangup', reason: 'rejected' }),
      inResponse('<Hangup reason="rejected"></Hangup>'),
    );
  });

  test('of 100 kB or more is never sent', () => {
    assert.throws(() => renderResponse([{ verb: 'Speak', text: 'x'.repeat(100_000) }]), /too long/);
    // Bytes count, not characters.
    assert.throws(() => renderResponse([{ verb: 'Speak', text: 'आ'.repeat(34_000) }]), /too long/);
    assert.ok(renderResponse([{ verb: 'Speak', text: 'x'.repeat(90_000) }]));
  });
});

describe('Dial', () => {
  test('always says action, method, redirect and callback', () => {
    assert.equal(
      body(dial),
      inResponse(
        `<Dial callerId="+917900000001" timeout="30" timeLimit="3600" action="${HOOK}/dial" method="POST" ` +
          `redirect="true" callbackUrl="${HOOK}/leg?a=1&amp;b=2" callbackMethod="POST">` +
          '<Number>+919800000002</Number></Dial>',
      ),
    );
    assert.equal(parsed('Dial', { ...dial, redirect: false }).redirect, 'false');
  });

  test('rings several numbers in their order', () => {
    const numbers = [e164('+919800000002'), e164('+919800000003')];
    assert.deepEqual(parsed('Dial', { ...dial, numbers }).Number, numbers);
  });

  test('refuses a caller id or number that is not E.164, without showing it', () => {
    for (const text of ['07900000000', '917900000000', 'sip:x@y', '', '+0123456789', '+1234567890123456']) {
      const number = text as E164;
      for (const faulty of [
        { ...dial, callerId: number },
        { ...dial, numbers: [number] },
      ]) {
        assert.throws(
          () => renderResponse([faulty]),
          (error) => error instanceof Error && (text === '' || !error.message.includes(text)),
        );
      }
    }
    assert.throws(() => renderResponse([{ ...dial, numbers: [] }]));
  });

  test('refuses times out of range', () => {
    for (const seconds of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 86_401]) {
      assert.throws(() => renderResponse([{ ...dial, timeoutSeconds: seconds }]));
      assert.throws(() => renderResponse([{ ...dial, timeLimitSeconds: seconds }]));
    }
  });
});

describe('Gather and Record', () => {
  test('Gather nests its prompts and keeps a PIN out of the logs', () => {
    const prompts = [
      { verb: 'Speak', text: 'Enter your PIN.' },
      { verb: 'Play', url: 'https://cdn.example.com/a.mp3' },
    ] as const;
    assert.equal(
      body({ ...gather, finishOnKey: '#', digitEndSeconds: 5, prompts }),
      inResponse(
        `<Gather action="${HOOK}/pin" method="POST" inputType="dtmf" numDigits="4" executionTimeout="15" ` +
          'digitEndTimeout="5" finishOnKey="#" log="false" redirect="true">' +
          '<Speak>Enter your PIN.</Speak><Play>https://cdn.example.com/a.mp3</Play></Gather>',
      ),
    );
  });

  test('Gather refuses what Vobiz does not take', () => {
    assert.throws(() => renderResponse([{ ...gather, numDigits: 33 }]));
    assert.throws(() => renderResponse([{ ...gather, executionSeconds: 4 }]));
    assert.throws(() => renderResponse([{ ...gather, digitEndSeconds: 11 }]));
  });

  test('Record always says how long, and posts to both of its URLs', () => {
    const record = { verb: 'Record', recordSession: true, maxLengthSeconds: 3600 } as const;
    const quiet = { ...record, playBeep: false, redirect: false };
    assert.equal(
      body(quiet),
      inResponse('<Record recordSession="true" maxLength="3600" playBeep="false" redirect="false"></Record>'),
    );
    assert.deepEqual(
      parsed('Record', {
        ...quiet,
        fileFormat: 'mp3',
        silenceSeconds: 60,
        finishOnKey: '*',
        startOnDialAnswer: true,
        actionUrl: `${HOOK}/a`,
        callbackUrl: `${HOOK}/b`,
      }),
      {
        recordSession: 'true',
        maxLength: '3600',
        playBeep: 'false',
        redirect: 'false',
        fileFormat: 'mp3',
        timeout: '60',
        finishOnKey: '*',
        startOnDialAnswer: 'true',
        action: `${HOOK}/a`,
        method: 'POST',
        callbackUrl: `${HOOK}/b`,
        callbackMethod: 'POST',
      },
    );
  });
});

describe('URLs', () => {
  test('that are not absolute are a fault of ours, wherever they are', () => {
    for (const url of [
      '/dial',
      'dial',
      '',
      '//h/x',
      'ftp://h/x',
      'javascript:x',
      'https://',
      'https://h/a b',
      'https:/h',
    ]) {
      assert.throws(() => renderResponse([{ verb: 'Play', url }]), /absolute/, url);
      assert.throws(() => renderResponse([{ verb: 'Redirect', url }]), /absolute/, url);
      assert.throws(() => renderResponse([{ ...dial, actionUrl: url }]), /absolute/, url);
      assert.throws(() => renderResponse([{ ...dial, callbackUrl: url }]), /absolute/, url);
      assert.throws(() => renderResponse([{ ...gather, actionUrl: url }]), /absolute/, url);
    }
  });

  test('keep their query through escaping', () => {
    const url = `${HOOK}/n?a=1&b=%3C"'<>`;
    assert.equal(parsed('Play', { verb: 'Play', url }), url);
    assert.equal(parsed('Dial', { ...dial, actionUrl: url }).action, url);
  });
});

describe('text', () => {
  /** What must arrive: the characters of XML 1.0, line ends as LF. */
  function arriving(text: string): string {
    return [...text.replace(/\r\n?/g, '\n')]
      .filter((character) => {
        const code = character.codePointAt(0) ?? 0;
        if (code < 0x20) return code === 0x9 || code === 0xa;
        return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
      })
      .join('');
  }
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    // Half surrogate pairs, control characters and markup among them.
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
    fc.string({
      unit: fc.constantFrom(...'<>&"\'#;]-! \t\n\rax0', 'amp', 'lt', '<!--', '<![CDATA[', '\u0000'),
    }),
  );

  test('of any kind arrives as it was, but for characters that XML does not allow', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const document = renderResponse([{ verb: 'Speak', text }]);
        assert.equal(XMLValidator.validate(document), true);
        assert.equal(parser.parse(document).Response.Speak, arriving(text));
      }),
      { numRuns: 500 },
    );
  });

  test('of any kind in an attribute breaks nothing out of it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const document = renderResponse([{ verb: 'Speak', text: 'x', language: text }]);
        assert.equal(XMLValidator.validate(document), true);
        const speak = parser.parse(document).Response.Speak;
        assert.deepEqual(speak, { '#text': 'x', language: arriving(text).replace(/[\t\n]/g, ' ') });
      }),
      { numRuns: 500 },
    );
  });

  test('cannot smuggle in a verb', () => {
    const text = '</Speak><Dial><Number>+19005550100</Number></Dial><Speak>';
    assert.deepEqual(Object.keys(parser.parse(renderResponse([{ verb: 'Speak', text }])).Response), [
      'Speak',
    ]);
  });
});
