import {
  type Attributes,
  context,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { Failure } from './errors.ts';

/**
 * Spans at our few seams, named by hand. Without an SDK (src/tracing.ts) they cost a function call and are nothing. No attribute
 * holds a number, a token or a text of a tenant's: they leave the service.
 */
const tracer = trace.getTracer('maskplane');

/** Does the work inside a span, so that the spans of what it calls become its children. */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<T> {
  return tracer.startActiveSpan(name, { kind, attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The message of somebody else's error may quote a value; its kind may not. */
function fail(span: Span, error: unknown): void {
  const type = error instanceof Failure ? error.code : error instanceof Error ? error.name : 'unknown';
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Without an SDK there is a span all the same, with an id of zeros. */
function validId(span: Span | undefined): string | null {
  const known = span?.spanContext();
  return known !== undefined && isSpanContextValid(known) ? known.traceId : null;
}

/** Said of the span that is at work, if there is one. */
export function noteInSpan(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** Of the trace that is at work; null without one. */
export function traceId(): string | null {
  return validId(trace.getActiveSpan());
}

/** A request from outside. What it says of a trace of its own is not believed: anybody may send anything. */
export function openRequestSpan(method: string): {
  inside<T>(work: () => T): T;
  traceId: string | null;
  close(name: string, status: number): void;
} {
  const span = tracer.startSpan(method, {
    kind: SpanKind.SERVER,
    root: true,
    attributes: { 'http.request.method': method },
  });
  return {
    inside: (work) => context.with(trace.setSpan(context.active(), span), work),
    traceId: validId(span),
    close(name, status) {
      span.updateName(name);
      span.setAttributes({ 'http.response.status_code': status, 'maskplane.operation': name });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

export { SpanKind };
