import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const SPEC_FILE = fileURLToPath(new URL('../../openapi.yaml', import.meta.url));

type Json = { [key: string]: unknown };

export type Access = { actors: readonly ('operator' | 'tenant')[]; scope: string };

export type Operation = {
  id: string;
  method: 'get' | 'post' | 'patch' | 'delete' | 'put';
  /** As in the spec: /v1/tenants/{tenant_id}. */
  path: string;
  /** Null for what needs no key: webhooks, health, documents. */
  access: Access | null;
  /** Parameters of this place as one object schema. */
  query: Json;
  /** Headers of this operation's own; the Idempotency-Key is none. */
  headers: Json;
  /** The body's schema, or null when the operation takes none. */
  body: Json | null;
  bodyRequired: boolean;
  idempotency: 'none' | 'optional' | 'required';
  /** The handler writes everything, its kept answer included, in one statement: see SelfSettling in contract.ts. */
  settlesItself: boolean;
  /** The handler waits, and gets no transaction: see Waiting in contract.ts. */
  waits: boolean;
  /** The content type of a success that is no JSON, and is sent bit by bit; null for all others. */
  streams: string | null;
};

export type Spec = { operations: readonly Operation[]; schemas: Json };

const KEY = 'Idempotency-Key';
const METHODS = ['get', 'post', 'patch', 'delete', 'put'] as const;

let known: Spec | null = null;

/** openapi.yaml, read once: some thousand lines. Throws on what the router could not serve faithfully. */
export function loadSpec(): Spec {
  known ??= readSpec();
  return known;
}

function readSpec(): Spec {
  const document = parse(readFileSync(SPEC_FILE, 'utf8')) as Json;
  const resolve = (value: unknown): Json => {
    const node = value as Json;
    const ref = node.$ref;
    if (typeof ref !== 'string') return node;
    const keys = ref.replace('#/', '').split('/');
    return keys.reduce<Json>((at, key) => at[key] as Json, document);
  };
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(document.paths as Json)) {
    const shared = ((item as Json).parameters ?? []) as unknown[];
    for (const method of METHODS) {
      const operation = (item as Json)[method] as Json | undefined;
      if (operation === undefined) continue;
      const parameters = [...shared, ...((operation.parameters ?? []) as unknown[])].map(resolve);
      const bodyNode = operation.requestBody === undefined ? null : resolve(operation.requestBody);
      const content = (bodyNode?.content ?? {}) as Json;
      const json = content['application/json'] as Json | undefined;
      const access = (operation['x-access'] as Access | undefined) ?? null;
      const id = operation.operationId as string;
      const waits = operation['x-waits'] === true;
      const streams = access === null ? null : streamedBy(operation, resolve);
      if (streams !== null && !waits) throw new Error(`${id} streams, and would keep its transaction open`);
      operations.push({
        id,
        method,
        path,
        access,
        query: objectOf(parameters.filter((parameter) => parameter.in === 'query')),
        headers: objectOf(
          parameters.filter((parameter) => parameter.in === 'header' && parameter.name !== KEY),
        ),
        body: (json?.schema as Json | undefined) ?? null,
        bodyRequired: bodyNode?.required === true,
        idempotency: idempotencyOf(parameters),
        settlesItself: operation['x-settles-itself'] === true,
        waits,
        streams,
      });
    }
  }
  return { operations, schemas: (document.components as Json).schemas as Json };
}

/** The content type of its success when that is not JSON. */
function streamedBy(operation: Json, resolve: (value: unknown) => Json): string | null {
  const success = Object.entries(operation.responses as Json).find(([status]) => /^2/.test(status));
  const types = Object.keys((resolve(success?.[1] ?? {}).content ?? {}) as Json);
  return types.find((type) => type !== 'application/json') ?? null;
}

/** One object schema for all, because a validator coerces and fills in defaults only inside an object. */
function objectOf(parameters: readonly Json[]): Json {
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.schema])),
    required: parameters
      .filter((parameter) => parameter.required === true)
      .map((parameter) => parameter.name),
  };
}

function idempotencyOf(parameters: readonly Json[]): Operation['idempotency'] {
  const header = parameters.find((parameter) => parameter.name === KEY);
  if (header === undefined) return 'none';
  return header.required === true ? 'required' : 'optional';
}
