import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Switches } from './switches.ts';
import { type AttributeRule, type ElementRule, elements } from './xml-rules.ts';

export type XmlElement = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly XmlElement[];
  text: string;
};

/** `deadly` ones make the platform drop the call; the others it may let pass, and a test may still count them. */
export type XmlFault = { what: XmlFaultKind; where: string; deadly: boolean };
export type XmlFaultKind =
  | 'too_long'
  | 'wrong_content_type'
  | 'malformed'
  | 'not_a_response'
  | 'response_attribute'
  | 'unknown_element'
  | 'misplaced_element'
  | 'unknown_attribute'
  | 'missing_attribute'
  | 'bad_value'
  | 'relative_url'
  | 'stray_text'
  | 'missing_text'
  | 'unreachable_element';

export type ReadDocument = { verbs: readonly XmlElement[]; faults: readonly XmlFault[]; isUsable: boolean };

/** Vobiz documentation: xml/response. */
const MOST_BYTES = 100 * 1024;
/** A URL with a bare & is the most common failure of all, says their troubleshooting page. */
const BARE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});)/i;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  preserveOrder: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  cdataPropName: '#cdata',
});

/** Reads a document as strictly as anything that is known about the platform allows. */
export function readXml(
  xml: string,
  contentType: string,
  switches: Pick<Switches, 'unknownElement' | 'unknownAttribute' | 'relativeUrls'>,
): ReadDocument {
  const faults: XmlFault[] = [];
  const report = (what: XmlFaultKind, where: string, deadly = true) => {
    faults.push({ what, where, deadly });
  };
  const result = (verbs: readonly XmlElement[]): ReadDocument => ({
    verbs,
    faults,
    isUsable: !faults.some((fault) => fault.deadly),
  });

  if (Buffer.byteLength(xml) > MOST_BYTES) report('too_long', 'document');
  if (!/^(application|text)\/xml\s*(;|$)/i.test(contentType)) report('wrong_content_type', 'document');
  if (faults.length > 0) return result([]);
  const outside = xml.replace(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, '');
  if (XMLValidator.validate(xml) !== true || BARE_AMPERSAND.test(outside) || /<!DOCTYPE/i.test(outside)) {
    report('malformed', 'document');
    return result([]);
  }
  const roots = elementsOf(parser.parse(xml));
  const root = roots[0];
  if (roots.length !== 1 || root?.name !== 'Response') {
    report('not_a_response', root?.name ?? 'document');
    return result([]);
  }
  if (Object.keys(root.attributes).length > 0) report('response_attribute', 'Response', false);
  check(root, elements.Response as ElementRule, switches, report);
  checkOrder(root.children, report);
  return result(root.children);
}

/** What the platform would read; throws when it would drop the call. */
export function readVerbs(xml: string): readonly XmlElement[] {
  const { verbs, faults, isUsable } = readXml(xml, 'application/xml', {
    unknownElement: 'drop',
    unknownAttribute: 'drop',
    relativeUrls: 'fail',
  });
  if (isUsable) return verbs;
  throw new Error(
    `the platform would drop this: ${faults.map(({ what, where }) => `${what} ${where}`).join(', ')}`,
  );
}

type Report = (what: XmlFaultKind, where: string, deadly?: boolean) => void;
type Leniency = Pick<Switches, 'unknownElement' | 'unknownAttribute' | 'relativeUrls'>;

function check(element: XmlElement, rule: ElementRule, switches: Leniency, report: Report): void {
  const at = element.name;
  if (at !== 'Response') {
    for (const [name, value] of Object.entries(element.attributes)) {
      const known = Object.hasOwn(rule.attributes, name) ? rule.attributes[name] : undefined;
      if (known === undefined)
        report('unknown_attribute', `${at}.${name}`, switches.unknownAttribute === 'drop');
      else checkValue(known, value, `${at}.${name}`, switches, report);
    }
  }
  for (const name of rule.required ?? []) {
    if (element.attributes[name] === undefined) report('missing_attribute', `${at}.${name}`);
  }
  checkText(element, rule, switches, report);
  for (const child of element.children) {
    // What SSML allows inside Speak is for the voice to judge.
    if (at === 'Speak' && rule.children.includes(child.name)) continue;
    const childRule = Object.hasOwn(elements, child.name) ? elements[child.name] : undefined;
    if (childRule === undefined) report('unknown_element', child.name, switches.unknownElement === 'drop');
    else if (rule.children.includes(child.name)) check(child, childRule, switches, report);
    // It is the call that shows what becomes of it.
    else if (at === 'Dial' && child.name === 'Record')
      report('misplaced_element', `${at}/${child.name}`, false);
    else report('misplaced_element', `${at}/${child.name}`);
  }
}

function checkValue(
  rule: AttributeRule,
  value: string,
  at: string,
  { relativeUrls }: Leniency,
  report: Report,
): void {
  switch (rule.is) {
    case 'url':
      if (!isAbsolute(value)) report('relative_url', at, relativeUrls === 'fail');
      break;
    case 'boolean':
      if (value !== 'true' && value !== 'false') report('bad_value', at);
      break;
    case 'whole': {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= rule.least && number <= rule.most)) report('bad_value', at);
      break;
    }
    case 'word':
      // A reason that is not documented is passed over, as the samples that use one show.
      if (!rule.of.includes(value)) report('bad_value', at, at !== 'Hangup.reason');
      break;
    case 'text':
      if (value.length > (rule.most ?? 4_096) || rule.shape?.test(value) === false) {
        report('bad_value', at, !at.endsWith('.sipHeaders'));
      }
  }
}

const shapes: Partial<Record<ElementRule['text'], RegExp>> = {
  number: /^\+?[0-9]{4,15}$/,
  sip: /^sips?:[^\s@]+@[^\s@]+$/,
  digits: /^[0-9*#wW]+$/,
  name: /^\S[\s\S]{0,99}$/,
  wss: /^wss:\/\/[^\s/]/,
};

function checkText(element: XmlElement, rule: ElementRule, switches: Leniency, report: Report): void {
  const text = element.text.trim();
  const at = element.name;
  if (rule.text === 'none') {
    if (text !== '') report('stray_text', at);
    return;
  }
  if (text === '' && element.children.length === 0) {
    report('missing_text', at);
    return;
  }
  if (rule.text === 'url' && !isAbsolute(text)) report('relative_url', at, switches.relativeUrls === 'fail');
  if (shapes[rule.text]?.test(text) === false) report('bad_value', at);
}

/** What stands behind a verb that never comes back is dead: a sign that somebody meant something else. */
function checkOrder(verbs: readonly XmlElement[], report: Report): void {
  const last = verbs.findIndex(
    ({ name, attributes }) => name === 'Redirect' || (name === 'Hangup' && attributes.schedule === undefined),
  );
  const dead = last < 0 ? undefined : verbs[last + 1];
  if (dead !== undefined) report('unreachable_element', dead.name, false);
}

function isAbsolute(url: string): boolean {
  return /^https?:\/\/[^\s/]/.test(url) && !/\s/.test(url) && URL.canParse(url);
}

type ParsedNode = Record<string, unknown>;

function elementsOf(nodes: readonly ParsedNode[]): XmlElement[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@');
    if (name === undefined || name.startsWith('#') || name.startsWith('?')) return [];
    const inner = node[name] as ParsedNode[];
    const attributes = (node[':@'] ?? {}) as Record<string, string>;
    return [{ name, attributes, children: elementsOf(inner), text: textOf(inner, name === 'Speak') }];
  });
}

/** Its own text; of speech also what stands inside its markup. */
function textOf(nodes: readonly ParsedNode[], isDeep: boolean): string {
  return nodes
    .map((node) => {
      if (typeof node['#text'] === 'string') return node['#text'];
      if (Array.isArray(node['#cdata'])) return textOf(node['#cdata'] as ParsedNode[], isDeep);
      const name = Object.keys(node).find((key) => key !== ':@');
      const isElement = name !== undefined && !name.startsWith('#') && !name.startsWith('?');
      return isDeep && isElement ? textOf(node[name] as ParsedNode[], isDeep) : '';
    })
    .join('');
}
