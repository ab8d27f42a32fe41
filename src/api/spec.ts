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
  /** The body's schema, or null when the operation takes none. */
  body: Json | null;
  bodyRequired: boolean;
  idempotency: 'none' | 'optional' | 'required';
  /** The handler writes everything, its kept answer included, in one statement: see SelfSettling in contract.ts. */
  settlesItself: boolean;
  /** The handler waits, and gets no transaction: see Waiting in contract.ts. */
  waits: boolean;
};

export type Spec = { operations: readonly Operation[]; schemas: Json };

const METHODS = ['get', 'post', 'patch', 'delete', 'put'] as const;

/** Reads openapi.yaml. Throws on what the router could not serve faithfully. */
export function loadSpec(): Spec {
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
      operations.push({
        id: operation.operationId as string,
        method,
        path,
        access: (operation['x-access'] as Access | undefined) ?? null,
        query: objectOf(parameters.filter((parameter) => parameter.in === 'query')),
        body: (json?.schema as Json | undefined) ?? null,
        bodyRequired: bodyNode?.required === true,
        idempotency: idempotencyOf(parameters),
        settlesItself: operation['x-settles-itself'] === true,
        waits: operation['x-waits'] === true,
      });
    }
  }
  return { operations, schemas: (document.components as Json).schemas as Json };
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
  const header = parameters.find((parameter) => parameter.name === 'Idempotency-Key');
  if (header === undefined) return 'none';
  return header.required === true ? 'required' : 'optional';
}
