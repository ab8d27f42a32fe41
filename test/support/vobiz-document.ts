import assert from 'node:assert/strict';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/**
 * The part of Vobiz' XML that this product uses, as strictly as the documentation reads: what is not here is not sent. No
 * library that checks an XSD runs on Node without native code, so the rules stand here in words of our own.
 */
type Rule = {
  required: Record<string, RegExp>;
  optional?: Record<string, RegExp>;
  children?: readonly string[];
  text?: RegExp;
};

const URL_TEXT = /^https:\/\/[^\s/]+\.[^\s]+$/;
const TRUTH = /^(true|false)$/;
const POST = /^POST$/;
const NUMBER = /^\+[1-9]\d{6,14}$/;
const seconds = (least: number, most: number) => ({
  test: (text: string) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most,
});
const range = (least: number, most: number) => seconds(least, most) as RegExp;
/** Speak's table (Vobiz documentation: xml/speak), and Hindi, which another page of theirs names. */
const LANGUAGE =
  /^(da-DK|de-DE|en-AU|en-GB|en-US|es-ES|es-US|fr-CA|fr-FR|hi-IN|it-IT|nl-NL|pl-PL|pt-BR|pt-PT|ru-RU|sv-SE)$/;

const rules: Record<string, Rule> = {
  Response: { required: {}, children: ['Speak', 'Play', 'Gather', 'Dial', 'Record', 'Hangup'] },
  Speak: { required: { language: LANGUAGE }, text: /\S/ },
  Play: { required: {}, text: URL_TEXT },
  Hangup: { required: {}, optional: { reason: /^(rejected|busy)$/ } },
  Gather: {
    required: {
      action: URL_TEXT,
      method: POST,
      inputType: /^dtmf$/,
      numDigits: range(1, 32),
      executionTimeout: range(5, 60),
      log: /^false$/,
      redirect: TRUTH,
    },
    optional: { digitEndTimeout: range(2, 10), finishOnKey: /^#$/ },
    children: ['Speak', 'Play'],
  },
  Record: {
    required: {
      recordSession: TRUTH,
      maxLength: range(1, 86_400),
      playBeep: TRUTH,
      redirect: /^false$/,
      fileFormat: /^(mp3|wav)$/,
      action: URL_TEXT,
      method: POST,
      callbackUrl: URL_TEXT,
      callbackMethod: POST,
    },
    optional: { timeout: range(1, 60), finishOnKey: /^#$/ },
  },
  Dial: {
    required: {
      callerId: NUMBER,
      timeout: range(1, 120),
      timeLimit: range(1, 86_400),
      action: URL_TEXT,
      method: POST,
      redirect: /^true$/,
      callbackUrl: URL_TEXT,
      callbackMethod: POST,
    },
    optional: { confirmSound: URL_TEXT },
    children: ['Number'],
  },
  Number: { required: {}, text: NUMBER },
};

export type Element = {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
};

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  preserveOrder: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  cdataPropName: '#cdata',
  commentPropName: '#comment',
});

/** Reads a document and holds it against the rules; fails with what is wrong and where. Gives its verbs. */
export function checkDocument(xml: string): Element[] {
  assert.ok(Buffer.byteLength(xml) < 100_000, 'the document is 100 kB or more');
  assert.equal(XMLValidator.validate(xml), true, `not XML: ${xml.slice(0, 500)}`);
  // The parser reads a bare ampersand as itself; the platform drops the call.
  assert.doesNotMatch(xml, /&(?!(amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/, 'a bare ampersand');
  for (const character of xml) {
    const code = character.codePointAt(0) ?? 0;
    const allowed = code === 0x9 || code === 0xa || (code >= 0x20 && !(code >= 0xd800 && code < 0xe000));
    assert.ok(allowed && code !== 0xfffe && code !== 0xffff, `U+${code.toString(16)} is not XML`);
  }
  const nodes = parser.parse(xml) as Record<string, unknown>[];
  const roots = nodes.filter((node) => !('?xml' in node));
  assert.equal(roots.length, 1);
  const root = elementOf(roots[0] ?? {});
  assert.equal(root.name, 'Response');
  check(root, 'document');
  checkOrder(root.children);
  return root.children;
}

function elementOf(node: Record<string, unknown>): Element {
  const name = Object.keys(node).find((key) => key !== ':@') ?? '';
  const inside = node[name] as Record<string, unknown>[];
  const texts = inside.filter((child) => '#text' in child).map((child) => String(child['#text']));
  return {
    name,
    attributes: (node[':@'] ?? {}) as Record<string, string>,
    children: inside.filter((child) => !('#text' in child)).map(elementOf),
    text: texts.join(''),
  };
}

function check(element: Element, parent: string): void {
  const at = `${parent} > ${element.name}`;
  const rule = Object.hasOwn(rules, element.name) ? rules[element.name] : undefined;
  assert.ok(rule, `${at} is unknown`);
  for (const name of Object.keys(rule.required)) {
    assert.ok(element.attributes[name] !== undefined, `${at} has no ${name}`);
  }
  for (const [name, value] of Object.entries(element.attributes)) {
    const shape = rule.required[name] ?? rule.optional?.[name];
    assert.ok(shape, `${at} may not have ${name}`);
    assert.ok(shape.test(value), `${at}: ${name}="${value}"`);
  }
  if (rule.text === undefined) assert.equal(element.text.trim(), '', `${at} has text`);
  else assert.match(element.text, rule.text, at);
  for (const child of element.children) {
    assert.ok(rule.children?.includes(child.name), `${at} may not hold ${child.name}`);
    check(child, at);
  }
  if (element.name === 'Dial') assert.ok(element.children.length >= 1 && element.children.length <= 10, at);
}

/** What the documentation says of the places of verbs among each other. */
function checkOrder(verbs: readonly Element[]): void {
  const names = verbs.map((verb) => verb.name);
  const dials = names.filter((name) => name === 'Dial').length;
  assert.ok(dials <= 1, 'two Dials');
  // What stands after a Dial with redirect="true" never runs.
  if (dials === 1) assert.equal(names.at(-1), 'Dial', 'something stands after the Dial');
  const hangup = names.indexOf('Hangup');
  if (hangup >= 0) assert.equal(hangup, names.length - 1, 'something stands after the Hangup');
  const session = verbs.findIndex((verb) => verb.attributes.recordSession === 'true');
  if (session >= 0)
    assert.equal(names[session + 1], 'Dial', 'a recording of the call stands beside its Dial');
}
