import { loadSpec } from '../../src/api/spec.ts';

type Json = Record<string, any>;
const { schemas } = loadSpec();

/** What a reference in openapi.yaml points to. */
export function resolved(schema: Json): Json {
  const name: string | undefined = schema.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? schema : (schemas[name] as Json);
}

/** A copy with another value at a JSON pointer; without it when the value is undefined. */
function replaced(body: Json, pointer: string, value: unknown): Json {
  const copy = structuredClone(body);
  const keys = pointer.slice(1).split('/');
  const last = keys.pop() ?? '';
  let at = copy;
  for (const [place, key] of keys.entries()) {
    at[key] ??= (keys[place + 1] ?? last) === '0' ? [] : {};
    at = at[key];
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

const long = 'x'.repeat(100_000);
const deep = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`);
const wrongByType: Record<string, unknown[]> = {
  string: [null, 5, true, [], ['x'], {}, deep, long, ''],
  integer: [null, '5', '', 'five', 1.5, -1, 1e12, 1e300, true, [], [5], {}],
  number: [null, '5', '', 'five', -1, 1e300, true, [], [5], {}],
  boolean: [null, 'true', 0, 1, [], {}],
  array: [null, 'x', 5, {}, deep, [null], [5], [[]]],
  object: [null, 'x', 5, true, [], [{}]],
};

/** Bodies of call policies that are right. */
export const policyBodies: Record<string, Json> = {
  createBlock: { phone: '+919800000001', direction: 'from' },
  setOutOfSessionPolicy: { action: 'announce' },
  rotateOutOfSessionSecret: { overlap_seconds: 60 },
};

const price = { price_per_minute_micros: 1, initial_seconds: 60, increment_seconds: 60 };
/** Bodies that are right, of what is done at the provider and of plans. */
export const providerBodies: Record<string, Json> = {
  rotateWebhookToken: { overlap_seconds: 60 },
  importAccountNumbers: { pool: 'default', e164: ['+917900000000'] },
  createNumberOrder: {
    provider_account: 'pac_0',
    country: 'IN',
    quantity: 1,
    max_cost_minor: 100,
    currency: 'INR',
  },
  createPlan: {
    name: 'standard',
    currency: 'INR',
    terms: {
      calls: [{ destination: '*', ...price, tiers: [{ from_seconds: 60, price_per_minute_micros: 1 }] }],
      recordings: price,
      did_months: [{ country: '*', price_micros: 1 }],
    },
  },
  assignPlan: { plan: 'plan_0' },
};

export type Wrong = { pointer: string; body: Json };

/** One thing wrong at a time, at every place of the documented body. */
export function* wrongBodies(schema: Json, valid: Json, at = ''): Generator<Wrong> {
  const { properties = {}, required = [], additionalProperties } = resolved(schema);
  if (additionalProperties === false)
    yield { pointer: `${at}/surprise`, body: replaced(valid, `${at}/surprise`, 1) };
  for (const name of required)
    yield { pointer: `${at}/${name}`, body: replaced(valid, `${at}/${name}`, undefined) };
  for (const [name, property] of Object.entries(properties as Json)) {
    const pointer = `${at}/${name}`;
    const types: string[] = [resolved(property).type].flat();
    for (const value of wrongByType[types[0] ?? ''] ?? []) {
      if (types.includes('null') && (value === null || value === '')) continue; // means: withheld
      yield { pointer, body: replaced(valid, pointer, value) };
    }
    if (types.includes('object') && resolved(property).properties)
      yield* wrongBodies(property, valid, pointer);
    const { items } = resolved(property);
    if (items !== undefined && resolved(items).properties) yield* wrongBodies(items, valid, `${pointer}/0`);
  }
}
