import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startTracing } from '../../src/tracing.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

type Value = { stringValue?: string; intValue?: number | string };
type Span = {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
  attributes: { key: string; value: Value }[];
};

describe('traces', () => {
  let world: World;
  let tenant: Tenant;
  let session: any;
  let collector: Server;
  type Line = { operation?: string; trace_id?: string };
  let logged: Line[];
  let untraced: Line;
  const bodies: string[] = [];
  const headers: string[] = [];
  let spans: Span[];
  const foreign = '0af7651916cd43dd8448eb211c80319c';

  before(async () => {
    collector = createServer((req, res) => {
      let body = '';
      req.on('data', (part) => {
        body += part;
      });
      req.on('end', () => {
        bodies.push(body);
        headers.push(`${req.method} ${req.url} ${req.headers['content-type']}`);
        res.setHeader('Content-Type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    world = await openWorld();
    await fetch(`${world.url}/v1/tenants`, { headers: { Authorization: `Bearer ${world.operatorToken}` } });
    untraced = JSON.parse(world.logLines.at(-1) ?? '{}');
    const tracing = startTracing({ endpoint: `http://127.0.0.1:${port}`, role: 'all', percent: 100 });
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    session = await newSession(tenant, A, B);
    const event = answerEvent(session.parties.a.masking_number, A, {});
    const reply = await postForm(world, tenant.account.webhookPath, event, {
      traceparent: `00-${foreign}-b7ad6b7169203331-01`,
    });
    assert.equal(reply.dial?.number, B);
    await tracing.stop();
    spans = bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap((one: any) => one.scopeSpans.flatMap((each: any) => each.spans)),
    );
    logged = world.logLines.map((line) => JSON.parse(line));
  });
  after(async () => {
    await world.close();
    collector.close();
  });

  const spanOf = (name: string): Span => {
    const found = spans.filter((span) => span.name === name).at(-1);
    assert.ok(found, `${name} is not among ${[...new Set(spans.map((span) => span.name))].join(', ')}`);
    return found;
  };
  const said = (span: Span) =>
    Object.fromEntries(
      span.attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
    );
  const below = (root: Span): string[] => {
    const children = spans.filter((span) => span.parentSpanId === root.spanId);
    return children.flatMap((child) => [child.name, ...below(child)]);
  };

  it('are sent to the collector by OTLP over http', () => {
    assert.ok(headers.length > 0);
    for (const line of headers) assert.equal(line, 'POST /v1/traces application/json');
  });

  it('a call is one, from its request by its decision to the statements of Postgres', () => {
    const request = spanOf('vobizWebhook');
    assert.equal(request.kind, 2);
    const { 'maskplane.decision': decision, 'maskplane.reason': reason, ...more } = said(request);
    assert.deepEqual([decision, reason], ['bridge', 'live_binding']);
    assert.equal(more['http.response.status_code'], 200);
    const names = below(request);
    for (const name of [
      'answer webhook',
      'select route_facts',
      'select record_answer',
      'select dial_belongs',
    ]) {
      assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
    }
  });

  it('an allocation tells what became of it, with the lock in Redis and the statements below it', () => {
    assert.equal(said(spanOf('allocate session'))['maskplane.outcome'], 'settled');
    const names = below(spanOf('createSession'));
    for (const name of ['allocate session', 'redis lock pair']) assert.ok(names.includes(name), name);
  });

  it('a request begins its own, whatever trace it says that it belongs to', () => {
    assert.ok(spans.every(({ traceId }) => traceId !== foreign));
  });

  it("a request's line in the log names its trace", () => {
    const line = logged.find(({ operation }) => operation === 'vobizWebhook');
    assert.equal(line?.trace_id, spanOf('vobizWebhook').traceId);
  });

  it('no number, token or path leaves the service with them', () => {
    const all = bodies.join('\n');
    for (const secret of [A, B, A.slice(3), tenant.token, tenant.account.webhookPath.split('/').at(-1)]) {
      assert.ok(secret !== undefined && !all.includes(secret), 'a secret is in what was sent');
    }
    assert.doesNotMatch(all, /\+\d{8}|mp_(op|live|test)_|whk_/);
  });

  it('before they are switched on, requests have no trace', () => {
    assert.equal(untraced.operation, 'listTenants');
    assert.equal(untraced.trace_id, undefined);
    assert.ok(!spans.some(({ name }) => name === 'listTenants'));
  });
});
