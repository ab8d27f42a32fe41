import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { SPEC_FILE } from '../../src/api/spec.ts';
import { newAjv, rebased } from '../../src/api/validation.ts';

type Json = { [key: string]: any };

const document = parse(readFileSync(SPEC_FILE, 'utf8')) as Json;
const ajv = newAjv(false);
ajv.addSchema({ $id: 'spec', $defs: rebased(closed(document.components.schemas)) });
const compiled = new Map<string, ValidateFunction>();

/** Replies may have new properties one day, so the document leaves objects open; a reply of today must name them all. */
function closed(node: any): any {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  if (copy.type === 'object' && copy.properties !== undefined && copy.additionalProperties === undefined) {
    copy.additionalProperties = false;
  }
  return copy;
}

/** Fails when the reply is not what openapi.yaml says. Paths that it does not know are not checked: their 404 is. */
export function checkReply(
  method: string,
  path: string,
  status: number,
  contentType: string | undefined,
  body: unknown,
): void {
  const operation = operationOf(method, path.split('?')[0] ?? path);
  const isProblem = status >= 400;
  if (isProblem) {
    assert.match(
      contentType ?? '',
      /^application\/problem\+json/,
      `${method} ${path} ${status}: no problem document`,
    );
    validate('problem', { $ref: '#/components/schemas/Problem' }, body, `${method} ${path} ${status}`);
    return;
  }
  assert.ok(operation, `${method} ${path} gave ${status} but is not documented`);
  const response = operation.responses[String(status)];
  assert.ok(response, `${operation.operationId} gave ${status}, which is not documented`);
  const schema = response.content['application/json'].schema;
  validate(`${operation.operationId} ${status}`, schema, body, operation.operationId);
}

function validate(name: string, schema: Json, body: unknown, what: string): void {
  let check = compiled.get(name);
  if (check === undefined) {
    check = ajv.compile(rebased(schema));
    compiled.set(name, check);
  }
  assert.ok(check(body), `${what}: ${ajv.errorsText(check.errors)}`);
}

function operationOf(method: string, path: string): Json | null {
  for (const [template, item] of Object.entries(document.paths as Json)) {
    const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    if (pattern.test(path) && item[method] !== undefined) return item[method];
  }
  return null;
}
