import type { Method } from './delivery.ts';

/** What accounts own: applications and numbers, recordings and records of calls. Only state, no behaviour. */
export type Account = {
  authId: string;
  authToken: string;
  previousToken: string | null;
  /** The main account, for a sub-account. */
  parent: Account | null;
  name: string;
  currency: string;
  /** In millionths, so that sums stay exact. */
  balanceMicros: number;
  ratePerMinuteMicros: number;
  pulseSeconds: number;
  channels: number;
  callsPerSecond: number;
  isTrial: boolean;
  createdAt: number;
};

export type Application = {
  id: string;
  owner: Account;
  name: string;
  answerUrl: string;
  answerMethod: Method;
  hangupUrl: string | null;
  hangupMethod: Method;
  fallbackUrl: string | null;
  fallbackMethod: Method;
  messageUrl: string | null;
  messageMethod: Method;
  subAccount: string | null;
  enabled: boolean;
  createdAt: number;
};

export type OwnedNumber = {
  id: string;
  e164: string;
  owner: Account;
  /** The sub-account that it is lent to. */
  lentTo: Account | null;
  application: Application | null;
  status: 'active' | 'pending_release' | 'released';
  isBlocked: boolean;
  isTrial: boolean;
  purchasedAt: number;
  releaseAt: number | null;
  lastCallAt: number | null;
};

export type StockNumber = {
  e164: string;
  country: string;
  region: string;
  setupFee: number;
  monthlyFee: number;
};

export type Recording = {
  id: string;
  owner: Account;
  call: string;
  from: string;
  to: string;
  format: 'mp3' | 'wav';
  kind: 'xml' | 'api';
  url: string;
  startedAt: number;
  milliseconds: number;
};

export type CallRecord = {
  uuid: string;
  owner: Account;
  bridgeUuid: string | null;
  direction: 'inbound' | 'outbound';
  from: string;
  to: string;
  startedAt: number;
  answeredAt: number | null;
  endedAt: number;
  ringSeconds: number;
  billedSeconds: number;
  talkSeconds: number;
  costMicros: number;
  cause: { word: string; code: number; name: string };
  source: string;
};

export type Transaction = {
  id: string;
  owner: Account;
  at: number;
  amountMicros: number;
  type: 'debit' | 'credit';
  reference: string;
};

export type Estate = {
  accounts: Map<string, Account>;
  applications: Map<string, Application>;
  /** By E.164. */
  numbers: Map<string, OwnedNumber>;
  stock: Map<string, StockNumber>;
  recordings: Map<string, Recording>;
  records: CallRecord[];
  transactions: Transaction[];
};

export function createEstate(): Estate {
  return {
    accounts: new Map(),
    applications: new Map(),
    numbers: new Map(),
    stock: new Map(),
    recordings: new Map(),
    records: [],
    transactions: [],
  };
}

/** The account whose wallet, channels and rate count: purchases and calls of a sub-account are charged to the main one. */
export function mainOf(account: Account): Account {
  return account.parent ?? account;
}

/** The account that a number's calls belong to. */
export function userOf(number: OwnedNumber): Account {
  return number.lentTo ?? number.owner;
}

/** Whether this account may show this number as its caller ID. */
export function mayShow(estate: Estate, account: Account, e164: string): boolean {
  const number = estate.numbers.get(e164);
  return number !== undefined && number.status !== 'released' && mainOf(number.owner) === mainOf(account);
}

/** Enough for a long run; the oldest records are forgotten. */
const MOST_RECORDS = 200_000;

/** Takes money, and leaves the line in the ledger that the console would show. */
export function charge(
  estate: Estate,
  line: { id: string; account: Account; at: number; amountMicros: number; reference: string },
): void {
  const owner = mainOf(line.account);
  owner.balanceMicros -= line.amountMicros;
  const { id, at, amountMicros, reference } = line;
  keep(estate.transactions, { id, owner, at, amountMicros, type: 'debit', reference });
}

export function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MOST_RECORDS) list.splice(0, MOST_RECORDS / 10);
}
