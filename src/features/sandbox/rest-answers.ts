import type { Account } from './estate.ts';
import type { Network } from './network.ts';
import type { Switches } from './switches.ts';

/** What a request to the API ends with, thrown from anywhere below. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, details: unknown = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export function notFound(what: string): Refusal {
  return new Refusal(404, 'RESOURCE_NOT_FOUND', `${what} not found`);
}

export function invalid(message: string, details: unknown = null): Refusal {
  return new Refusal(400, 'INVALID_PARAMETER', message, details ?? message);
}

/** The envelope of the documentation, or one of the others that real endpoints were seen to send. */
export function errorBody(
  refusal: Refusal,
  shape: Switches['errorShape'],
  ids: { at: number; requestId: string },
): object {
  const { code, message, details } = refusal;
  switch (shape) {
    case 'documented':
      return {
        status: 'error',
        error: { code, message, details },
        timestamp: new Date(Math.floor(ids.at)).toISOString(),
        requestId: ids.requestId,
      };
    case 'error_message':
      return { error: code, message };
    case 'error_details':
      return { error: message, details };
    case 'nested':
      return { error: { code, message } };
    case 'api_id':
      return { api_id: ids.requestId, error: code, message };
  }
}

/** Who asks, and whose resources the path names. */
export type Desk = { network: Network; account: Account };

export type Body = Readonly<Record<string, unknown>>;

/** A text of the body, or null when it is missing; refuses anything that is not text. */
export function textOf(body: Body, name: string, most = 2_048): string | null {
  const value = body[name];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || value.length > most) throw invalid(`${name} must be a string`);
  return value;
}

export function requiredText(body: Body, name: string): string {
  const value = textOf(body, name);
  if (value === null) throw invalid(`${name} is required`);
  return value;
}

export function urlOf(body: Body, name: string): string | null {
  const value = textOf(body, name);
  if (value === null) return null;
  if (!/^https?:\/\//.test(value) || !URL.canParse(value))
    throw invalid(`${name} must be a fully qualified URL`);
  return value;
}

export function methodOf(body: Body, name: string): 'GET' | 'POST' {
  const value = textOf(body, name) ?? 'POST';
  if (value !== 'GET' && value !== 'POST') throw invalid(`${name} must be GET or POST`);
  return value;
}

/** A whole number that may come as text, as the documentation's examples have it. */
export function wholeOf(body: Body, name: string, fallback: number): number {
  const value = body[name];
  if (value === undefined || value === null || value === '') return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw invalid(`${name} must be an integer`);
  return number;
}
