import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { SPEC_FILE } from '../../src/api/spec.ts';
import { newAjv, rebased } from '../../src/api/validation.ts';
import { createApi } from '../../src/app.ts';
import { scopes } from '../../src/features/tenants/api-key-store.ts';
import { openWorld, type World } from '../support/world.ts';

type Json = { [key: string]: any };

const document = parse(readFileSync(SPEC_FILE, 'utf8')) as Json;
const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

function resolve(node: Json): Json {
  if (typeof node.$ref !== 'string') return node;
  const keys = node.$ref.replace('#/', '').split('/');
  return resolve(keys.reduce<Json>((at, key) => at[key], document));
}

type Operation = { id: string; method: string; path: string; node: Json; parameters: Json[] };

const operations: Operation[] = Object.entries(document.paths as Json).flatMap(([path, item]) =>
  methods
    .filter((method) => item[method] !== undefined)
    .map((method) => {
      const node = item[method];
      const parameters = [...(item.parameters ?? []), ...(node.parameters ?? [])].map(resolve);
      return { id: node.operationId, method, path, node, parameters };
    }),
);

/** The operations for which the check says false, by name. */
function failing(of: Operation[], check: (operation: Operation) => boolean): string[] {
  return of.filter((operation) => !check(operation)).map(({ method, path }) => `${method} ${path}`);
}

describe('openapi.yaml: operations', () => {
  it('has operations, and each has an id of its own, a summary and one tag that is declared', () => {
    assert.ok(operations.length > 20);
    assert.equal(new Set(operations.map(({ id }) => id)).size, operations.length);
    const tags = document.tags.map((tag: Json) => tag.name);
    const check = ({ id, node }: Operation) =>
      /^[a-z][A-Za-z]+$/.test(id ?? '') &&
      node.summary?.length > 0 &&
      node.tags?.length === 1 &&
      tags.includes(node.tags[0]);
    assert.deepEqual(failing(operations, check), []);
  });

  it('each says who may use it, or that it needs no key; never both', () => {
    const check = ({ node }: Operation) => {
      const isOpen = Array.isArray(node.security) && node.security.length === 0;
      return isOpen !== (node['x-access'] !== undefined) && (isOpen || node.security === undefined);
    };
    assert.deepEqual(failing(operations, check), []);
  });

  it('nothing under /v1 is open', () => {
    const underV1 = operations.filter(({ path }) => path.startsWith('/v1/'));
    assert.deepEqual(
      failing(underV1, ({ node }) => node['x-access'] !== undefined),
      [],
    );
  });

  it('each scope that is asked for is one that a key can have, and operator only of operators', () => {
    const known: string[] = document.components.schemas.Scope.enum;
    const guarded = operations.filter(({ node }) => node['x-access'] !== undefined);
    const check = ({ node }: Operation) => {
      const { actors, scope } = node['x-access'];
      if (actors.length === 0 || actors.some((actor: string) => !['operator', 'tenant'].includes(actor)))
        return false;
      return scope === 'operator' ? actors.join() === 'operator' : known.includes(scope);
    };
    assert.deepEqual(failing(guarded, check), []);
  });

  it('each scope that a key can have opens something', () => {
    const used = new Set(operations.map(({ node }) => node['x-access']?.scope));
    assert.deepEqual(
      document.components.schemas.Scope.enum.filter((scope: string) => !used.has(scope)),
      [],
    );
  });

  it('the scopes in the code are those of the document, in its order', () => {
    assert.deepEqual([...scopes], document.components.schemas.Scope.enum);
  });

  it('each list has a limit and a place to start after', () => {
    const lists = operations.filter(({ id, node }) => id.startsWith('list') || answersWithPages(node));
    assert.ok(lists.length >= 7);
    const check = ({ id, node, parameters }: Operation) =>
      id.startsWith('list') &&
      answersWithPages(node) &&
      // What grows at its end is read forwards, from a place that the reader keeps; what Vobiz has, by its own pages.
      [['limit'], ['starting_after', 'after', 'page']].every((names) =>
        parameters.some((parameter) => parameter.in === 'query' && names.includes(parameter.name)),
      );
    assert.deepEqual(failing(lists, check), []);
  });

  it('each POST under /v1 takes an Idempotency-Key', () => {
    const posts = operations.filter(({ method, path }) => method === 'post' && path.startsWith('/v1/'));
    assert.ok(posts.length > 0);
    const check = ({ parameters }: Operation) =>
      parameters.some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key');
    assert.deepEqual(failing(posts, check), []);
  });

  it('each path parameter is declared, and nothing else is', () => {
    const check = ({ path, parameters }: Operation) => {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = parameters.filter((parameter) => parameter.in === 'path');
      return (
        declared.every((parameter) => parameter.required === true) &&
        inPath.sort().join() ===
          declared
            .map((parameter) => parameter.name)
            .sort()
            .join()
      );
    };
    assert.deepEqual(failing(operations, check), []);
  });
});

function answersWithPages(node: Json): boolean {
  const schema = resolve(node.responses['200'] ?? {}).content?.['application/json']?.schema;
  return schema !== undefined && resolve(schema).properties?.has_more !== undefined;
}

describe('openapi.yaml: schemas', () => {
  it('every object of a request body refuses fields that it does not name', () => {
    const open: string[] = [];
    const seen = new Set<Json>();
    const walk = (schema: Json, where: string): void => {
      const node = resolve(schema);
      const name = schema.$ref?.split('/').at(-1) ?? where;
      // What a provider posts may grow without notice, and must be taken all the same.
      if (seen.has(node) || name === 'VobizEvent') return;
      seen.add(node);
      if (node.properties !== undefined && node.additionalProperties !== false) open.push(name);
      for (const [key, child] of Object.entries<Json>(node.properties ?? {})) walk(child, `${name}.${key}`);
      const parts = [node.items, ...(node.allOf ?? []), ...(node.oneOf ?? []), ...(node.anyOf ?? [])];
      for (const part of parts) if (part !== undefined) walk(part, name);
    };
    const bodies = operations.flatMap(({ id, node }) =>
      Object.values<Json>(resolve(node.requestBody ?? {}).content ?? {}).map((media) => ({ id, media })),
    );
    assert.ok(bodies.length > 10);
    for (const { id, media } of bodies) walk(media.schema, id);
    assert.deepEqual(open, []);
  });

  it('every example is valid by its own schema', () => {
    const ajv = newAjv(false);
    ajv.addSchema({ $id: 'spec', $defs: rebased(document.components.schemas) });
    const found = examplesOf(document, '#');
    assert.ok(found.length > 10);
    for (const { where, schema, value } of found) {
      const check = ajv.compile(rebased(schema));
      // A copy: validation fills in defaults.
      assert.ok(check(structuredClone(value)), `${where}: ${ajv.errorsText(check.errors)}`);
    }
  });
});

type Example = { where: string; schema: Json; value: unknown };

/** Examples stand beside the schema of a media type or parameter, or inside a schema itself. */
function examplesOf(node: any, where: string): Example[] {
  if (typeof node !== 'object' || node === null) return [];
  const found: Example[] = [];
  const { example, examples, schema = node } = node as Json;
  if (example !== undefined && !Array.isArray(node)) found.push({ where, schema, value: example });
  if (Array.isArray(examples)) {
    for (const value of examples) found.push({ where, schema, value });
  } else if (typeof examples === 'object' && examples !== null) {
    for (const one of Object.values<Json>(examples)) found.push({ where, schema, value: resolve(one).value });
  }
  const inner = Object.entries(node).filter(([key]) => key !== 'example' && key !== 'examples');
  return [...found, ...inner.flatMap(([key, child]) => examplesOf(child, `${where}/${key}`))];
}

describe('openapi.yaml and the service', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('what is documented is served, and what is served is documented', () => {
    // The webhook is no part of Express; test/http/webhook-trust.test.ts and its neighbours knock at its paths.
    const isWebhook = (route: string) => route.includes(' /webhooks/');
    const app = createApi(world.container, { state: () => 'ok', trustedProxies: 0 });
    const served = routesOf((app as any).router.stack);
    // Parts of the page at /docs, no resources of their own.
    const parts = ['start.js', 'assets/swagger-ui.css', 'assets/swagger-ui-bundle.js'].map(
      (file) => `get /docs/${file}`,
    );
    const documented = [...operations.flatMap(expressRoutes), ...parts].filter((route) => !isWebhook(route));
    assert.deepEqual([...served].sort(), documented.sort());
  });

  it('every operation with a key has its handler, and there is no other handler', () => {
    const guarded = operations.filter(({ node }) => node['x-access'] !== undefined).map(({ id }) => id);
    assert.deepEqual(Object.keys(world.container.handlers).sort(), guarded.sort());
  });
});

/** A path parameter with few values is a route for each of them. */
function expressRoutes({ method, path, parameters }: Operation): string[] {
  const few = parameters.find((parameter) => parameter.in === 'path' && parameter.schema.enum !== undefined);
  const values: string[] = few?.schema.enum ?? [''];
  return values.map(
    (value) => `${method} ${path.replace(`{${few?.name}}`, value).replaceAll(/\{(\w+)\}/g, ':$1')}`,
  );
}

/** `method path` of every route, of nested routers too; what answers any method at all is there to refuse. */
function routesOf(stack: any[]): Set<string> {
  const found = new Set<string>();
  for (const layer of stack) {
    if (layer.route !== undefined) {
      for (const method of Object.keys(layer.route.methods)) {
        if (method !== '_all') found.add(`${method} ${layer.route.path}`);
      }
    } else if (Array.isArray(layer.handle?.stack)) {
      for (const route of routesOf(layer.handle.stack)) found.add(route);
    }
  }
  return found;
}
