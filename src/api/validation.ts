import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { Failure, type Fault } from '../kernel/errors.ts';
import { scrub } from '../kernel/scrub.ts';
import type { Operation, Spec } from './spec.ts';

/** A client that sends a hundred faults learns as much from the first twenty. */
const MOST_FAULTS = 20;

// The package is CommonJS with a default export beside its module object.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

export type Validator = {
  /** The query with numbers read and defaults filled in. Throws invalid_request. */
  query(input: unknown): unknown;
  /** The operation's own headers. Throws invalid_request. */
  headers(input: unknown): unknown;
  /** The body with defaults filled in. Throws invalid_request. */
  body(input: unknown): unknown;
};

/** Compiles every schema now, so that a mistake in the spec stops the start and not a request. */
export function compileValidators(spec: Spec): Map<string, Validator> {
  const shared = { $id: 'spec', $defs: rebased(spec.schemas) };
  const forBody = newAjv(false);
  const forQuery = newAjv('array');
  forBody.addSchema(shared);
  forQuery.addSchema(shared);
  return new Map(
    spec.operations.map((operation) => [operation.id, validatorOf(operation, forBody, forQuery)] as const),
  );
}

/** A reader of one schema of the document, for what is no request. Throws invalid_request. */
export function compileSchema(spec: Spec, name: string): (input: unknown) => unknown {
  const ajv = newAjv(false);
  ajv.addSchema({ $id: 'spec', $defs: rebased(spec.schemas) });
  const validate = ajv.compile({ $ref: `spec#/$defs/${name}` });
  return (input) => check(validate, input, '');
}

export function newAjv(coerceTypes: false | 'array'): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    strictTypes: false, // type: [string, 'null'] with string keywords is valid JSON Schema 2020-12
    allErrors: true,
    useDefaults: true,
    coerceTypes,
    allowUnionTypes: true,
  });
  addFormats(ajv);
  ajv.addVocabulary(['example', 'x-access', 'discriminator']);
  return ajv;
}

/** References into the document become references into the one schema that holds all components. */
export function rebased<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"spec#/$defs/')) as T;
}

function validatorOf(operation: Operation, forBody: Ajv2020, forQuery: Ajv2020): Validator {
  const query = forQuery.compile(rebased(operation.query));
  const headers = forQuery.compile(rebased(operation.headers));
  const body = operation.body === null ? null : forBody.compile(rebased(operation.body));
  return {
    query: (input) => check(query, { ...(input as object) }, '/query'),
    headers: (input) => check(headers, { ...(input as object) }, '/headers'),
    body(input) {
      if (body === null) return undefined;
      if (input === undefined && !operation.bodyRequired) return undefined;
      return check(body, input ?? null, '');
    },
  };
}

function check(validate: ValidateFunction, input: unknown, prefix: string): unknown {
  if (validate(input)) {
    refuseUnstorable(input, prefix);
    return input;
  }
  const faults = (validate.errors ?? []).slice(0, MOST_FAULTS).map((error) => faultOf(error, prefix));
  throw new Failure('invalid_request', 'The request does not have the documented shape.', { faults });
}

/** Postgres keeps no NUL and no half of a surrogate pair. Runs on what has its shape, so the depth is bounded. */
function refuseUnstorable(value: unknown, pointer: string): void {
  if (typeof value === 'string' && !isStorable(value)) {
    const faults = [{ pointer: scrub(pointer), message: 'has a character that cannot be kept' }];
    throw new Failure('invalid_request', 'The request holds a character that cannot be kept.', { faults });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    refuseUnstorable(key, pointer);
    refuseUnstorable(child, `${pointer}/${asPointerPart(key)}`);
  }
}

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function faultOf(error: ErrorObject, prefix: string): Fault {
  const params = error.params as Record<string, unknown>;
  const child = params.missingProperty ?? params.additionalProperty ?? params.propertyName;
  const pointer = `${prefix}${error.instancePath}${child === undefined ? '' : `/${asPointerPart(String(child))}`}`;
  return { pointer: scrub(pointer.slice(0, 200)), message: messageOf(error, params) };
}

function messageOf(error: ErrorObject, params: Record<string, unknown>): string {
  switch (error.keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return 'is not a known field';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return `must be ${String(params.allowedValue)}`;
    default:
      return error.message ?? 'is not valid';
  }
}

/** RFC 6901. */
function asPointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
