import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { strictSwitches } from '../../src/features/sandbox/switches.ts';
import { readXml, type XmlFaultKind } from '../../src/features/sandbox/xml-document.ts';
import { renderResponse } from '../../src/features/vobiz/xml.ts';
import type { E164 } from '../../src/kernel/phone.ts';
import { BASE, dialXml, M2, openTown, response } from './customer.ts';

const read = (xml: string, contentType = 'application/xml', switches = strictSwitches) =>
  readXml(xml, contentType, switches);
const faultsOf = (xml: string) => read(xml).faults.map(({ what }) => what);

describe('a document is read as strictly as the platform may read it:', () => {
  const refused: [title: string, xml: string, fault: XmlFaultKind][] = [
    ['with a bare & in a URL', response('<Play>https://a.example/a?b=1&c=2</Play>'), 'malformed'],
    ['with a bare & in an attribute', response('<Gather action="https://a.example/?a&b"/>'), 'malformed'],
    ['that is not closed', '<Response><Speak>Hello</Response>', 'malformed'],
    ['with a document type', `<!DOCTYPE x>${response('')}`, 'malformed'],
    ['that is empty', '', 'malformed'],
    ['that is HTML', '<html></html>', 'not_a_response'],
    ['with two roots', '<Response></Response><Response></Response>', 'malformed'],
    ['with GetDigits', response(`<GetDigits action="${BASE}/x"/>`), 'unknown_element'],
    ['with a MultiPartyCall', response('<MultiPartyCall>room</MultiPartyCall>'), 'unknown_element'],
    ['with an unknown attribute', response('<Speak pitch="high">Hi</Speak>'), 'unknown_attribute'],
    ['with record on Dial', dialXml('record="true"'), 'unknown_attribute'],
    ['with timeout on Gather', response(`<Gather action="${BASE}/x" timeout="5"/>`), 'unknown_attribute'],
    ['with a Gather without action', response('<Gather/>'), 'missing_attribute'],
    [
      'with a Dial inside Gather',
      response(`<Gather action="${BASE}/x"><Dial/></Gather>`),
      'misplaced_element',
    ],
    ['with a Number outside Dial', response('<Number>+919800000002</Number>'), 'misplaced_element'],
    [
      'with a Gather in PreAnswer',
      response(`<PreAnswer><Gather action="${BASE}/x"/></PreAnswer>`),
      'misplaced_element',
    ],
    ['with a relative action', response('<Gather action="/pin"/>'), 'relative_url'],
    ['with a relative redirect', response('<Redirect>next</Redirect>'), 'relative_url'],
    ['with a Play that names no URL', response('<Play>hello.mp3</Play>'), 'relative_url'],
    ['with an empty Play', response('<Play></Play>'), 'missing_text'],
    ['with a number that is none', dialXml('', 'bob'), 'bad_value'],
    [
      'with an executionTimeout of 2 s',
      response(`<Gather action="${BASE}/x" executionTimeout="2"/>`),
      'bad_value',
    ],
    ['with 40 digits to gather', response(`<Gather action="${BASE}/x" numDigits="40"/>`), 'bad_value'],
    ['with a language without a voice', response('<Speak language="hi-IN">Namaste</Speak>'), 'bad_value'],
    ['with a stream over http', response('<Stream>http://a.example/s</Stream>'), 'bad_value'],
    ['with text between the verbs', response('Hello'), 'stray_text'],
    ['over 100 KB', response(`<Speak>${'a'.repeat(103_000)}</Speak>`), 'too_long'],
  ];
  for (const [title, xml, fault] of refused) {
    it(`one ${title} is dropped`, () => {
      const document = read(xml);
      assert.equal(document.isUsable, false);
      assert.ok(
        document.faults.some(({ what, deadly }) => what === fault && deadly),
        faultsOf(xml).join(),
      );
    });
  }

  for (const [title, xml, fault] of [
    ['a reason that is not documented', response('<Hangup reason="invalid_pin"/>'), 'bad_value'],
    ['an attribute on Response', '<Response version="1"></Response>', 'response_attribute'],
    ['a verb after a Redirect', response(`<Redirect>${BASE}/x</Redirect><Hangup/>`), 'unreachable_element'],
    ['a plus sign in a SIP header', dialXml('sipHeaders="RefX-VH=+91"'), 'bad_value'],
  ] as const) {
    it(`${title} is let pass, and noted`, () => {
      const document = read(xml);
      assert.equal(document.isUsable, true);
      assert.deepEqual(
        document.faults.map(({ what }) => what),
        [fault],
      );
    });
  }

  it('anything but an XML content type is dropped', () => {
    for (const type of ['text/html', 'text/plain', '', 'application/json', 'application/xmlish']) {
      assert.equal(read(response(''), type).isUsable, false, type);
    }
    for (const type of ['text/xml', 'application/xml; charset=utf-8', 'Application/XML']) {
      assert.equal(read(response(''), type).isUsable, true, type);
    }
  });

  it('every verb that we can write passes without a fault', () => {
    const e164 = (text: string) => text as E164;
    const xml = renderResponse([
      { verb: 'Speak', text: 'Tom & Jerry <3', language: 'en-US', voice: 'MAN' },
      { verb: 'Play', url: 'https://a.example/a?b=1&c=2' },
      { verb: 'Wait', seconds: 1 },
      {
        verb: 'Gather',
        actionUrl: `${BASE}/pin?try=1&of=3`,
        numDigits: 4,
        executionSeconds: 15,
        log: false,
        redirect: true,
        finishOnKey: '#',
        digitEndSeconds: 5,
        prompts: [{ verb: 'Speak', text: 'Your code?' }],
      },
      {
        verb: 'Record',
        recordSession: true,
        maxLengthSeconds: 3_600,
        playBeep: false,
        redirect: false,
        fileFormat: 'mp3',
        silenceSeconds: 60,
        finishOnKey: '',
        startOnDialAnswer: false,
        actionUrl: `${BASE}/record`,
        callbackUrl: `${BASE}/recorded`,
      },
      {
        verb: 'Dial',
        callerId: e164(M2),
        numbers: [e164('+919800000002'), e164('+919800000003')],
        timeoutSeconds: 25,
        timeLimitSeconds: 3_600,
        actionUrl: `${BASE}/dial`,
        redirect: true,
        callbackUrl: `${BASE}/leg`,
      },
      { verb: 'Redirect', url: `${BASE}/next` },
    ]);
    assert.deepEqual(read(xml).faults, []);
    assert.deepEqual(read(renderResponse([{ verb: 'Hangup', reason: 'rejected' }])).faults, []);
    assert.equal(read(xml).verbs[1]?.text, 'https://a.example/a?b=1&c=2');
  });

  it('switches let unknown words and relative URLs pass', async () => {
    const lenient = {
      ...strictSwitches,
      unknownElement: 'skip',
      unknownAttribute: 'skip',
      relativeUrls: 'resolve',
    } as const;
    const xml = response(`<GetDigits/><Speak pitch="x">Hi</Speak><Redirect>next?a=1</Redirect>`);
    assert.equal(read(xml, 'text/xml', lenient).isUsable, true);
    const town = openTown({ '/answer': xml }, { switches: lenient });
    await town.call();
    assert.equal(town.at('/next?a=1').length, 1);
  });
});

describe('a call whose document is not usable', () => {
  it('is answered, and dropped after a second with 8011', async () => {
    const town = openTown({ '/answer': response('<Play>a&b</Play>') });
    await town.call();
    const [hangup] = town.at('/hangup');
    assert.equal(hangup?.HangupCauseCode, '8011');
    assert.equal(hangup?.CallStatus, 'completed');
    assert.equal(hangup?.Duration, '1');
    assert.deepEqual(town.traps(), ['malformed']);
  });

  it('goes to the fallback URL when there is one', async () => {
    const town = openTown(
      {
        '/answer': { contentType: 'text/html', body: response('') },
        '/fallback': response('<Speak>Sorry.</Speak>'),
      },
      { application: { fallbackUrl: `${BASE}/fallback` } },
    );
    await town.call();
    assert.equal(town.at('/fallback')[0]?.Event, 'StartApp');
    assert.equal(town.at('/hangup')[0]?.HangupCauseCode, '4010');
  });

  it('ends with 8012 when the document of a Dial action is broken', async () => {
    const town = openTown({ '/answer': dialXml(), '/dial': '<Response>' });
    await town.call();
    assert.equal(town.at('/hangup')[0]?.HangupCauseCode, '8012');
  });
});
