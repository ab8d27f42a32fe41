import type { E164 } from '../../kernel/phone.ts';
import {
  type AccountNumber,
  type Page,
  readNumber,
  readPage,
  readStockNumber,
  type StockNumber,
} from './number.ts';
import { fieldOf } from './read-json.ts';
import { type Answered, read } from './rest-answer-adapter.ts';
import type { RestConnection } from './rest-client.ts';

/** A page of the account's numbers; pages count from 1. */
export async function listNumbers(
  rest: RestConnection,
  account: string,
  page: number,
  perPage: number,
): Promise<Answered<Page<AccountNumber>>> {
  const answer = await rest.ask(account, 'GET', `numbers?page=${page}&per_page=${perPage}`);
  return listed(read(answer, (body) => readPage(body, readNumber)));
}

/** `unknown`: the account does not have it. */
export async function findNumber(
  rest: RestConnection,
  account: string,
  e164: E164,
): Promise<Answered<AccountNumber>> {
  // By digits: what a search does with a plus is not documented. It finds parts of numbers too.
  const answer = await rest.ask(account, 'GET', `numbers?page=1&per_page=25&search=${e164.slice(1)}`);
  const page = listed(read(answer, (body) => readPage(body, readNumber)));
  if (page.kind !== 'found') return page;
  const number = page.value.items.find((one) => one.e164 === e164);
  return number === undefined ? { kind: 'unknown' } : { kind: 'found', value: number };
}

export async function searchInventory(
  rest: RestConnection,
  account: string,
  wanted: { country: string; digits: string | null; page: number; perPage: number },
): Promise<Answered<Page<StockNumber>>> {
  const search = wanted.digits === null ? '' : `&search=${encodeURIComponent(wanted.digits)}`;
  const path = `inventory/numbers?country=${encodeURIComponent(wanted.country)}${search}&page=${wanted.page}&per_page=${wanted.perPage}`;
  return listed(read(await rest.ask(account, 'GET', path), (body) => readPage(body, readStockNumber)));
}

/** `unknown`: somebody else has it by now. `failed`: nobody knows whether it was bought; look for it before anything else. */
export async function purchaseNumber(
  rest: RestConnection,
  account: string,
  e164: E164,
): Promise<Answered<true>> {
  const answer = await rest.ask(account, 'POST', 'numbers/purchase-from-inventory', { e164 });
  return read(answer, () => true as const);
}

/** Overwrites what it was attached to, without a word. */
export async function attachNumber(
  rest: RestConnection,
  account: string,
  e164: E164,
  applicationId: string,
): Promise<Answered<true>> {
  const path = `numbers/${encodeURIComponent(e164)}/application`;
  return read(await rest.ask(account, 'POST', path, { application_id: applicationId }), () => true as const);
}

export async function detachNumber(
  rest: RestConnection,
  account: string,
  e164: E164,
): Promise<Answered<true>> {
  const answer = await rest.ask(account, 'DELETE', `numbers/${encodeURIComponent(e164)}/application`);
  return read(answer, () => true as const);
}

/** What can be spent, in millionths. */
export async function availableBalance(
  rest: RestConnection,
  account: string,
  currency: string,
): Promise<Answered<number>> {
  const answer = await rest.ask(account, 'GET', `balance/${encodeURIComponent(currency)}`);
  return read(answer, (body) => {
    const amount = Number(fieldOf(body, 'available_balance') ?? fieldOf(body, 'balance') ?? Number.NaN);
    return Number.isFinite(amount) ? Math.floor(amount * 1e6) : null;
  });
}

/** A list has no such thing as a 404: then the account itself is not there. */
function listed<T>(answer: Answered<T>): Answered<T> {
  return answer.kind === 'unknown' ? { kind: 'refused', status: 404, body: null } : answer;
}
