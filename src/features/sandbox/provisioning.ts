import type { Account, Application, OwnedNumber, StockNumber } from './estate.ts';
import type { Network } from './network.ts';

/** Ways to furnish a network without its REST API: a test, the command line and test mode begin with these. */

/** An account as the console makes one: 3 channels, one call per second, a pulse of a minute, 0.44 INR. */
export function openAccount(
  network: Network,
  given: Partial<Omit<Account, 'createdAt'>> & Pick<Account, 'authId' | 'authToken'>,
): Account {
  const account: Account = {
    previousToken: null,
    parent: null,
    name: 'Test account',
    currency: 'INR',
    balanceMicros: 10_000_000_000,
    ratePerMinuteMicros: 440_000,
    pulseSeconds: 60,
    channels: 3,
    callsPerSecond: 1,
    isTrial: false,
    createdAt: network.clock.now(),
    ...given,
  };
  network.estate.accounts.set(account.authId, account);
  return account;
}

export function openApplication(
  network: Network,
  owner: Account,
  given: Partial<Application> & Pick<Application, 'answerUrl'>,
): Application {
  const application: Application = {
    id: network.chance.digits(17),
    owner,
    name: 'masking',
    answerMethod: 'POST',
    hangupUrl: null,
    hangupMethod: 'POST',
    fallbackUrl: null,
    fallbackMethod: 'POST',
    messageUrl: null,
    messageMethod: 'POST',
    subAccount: null,
    enabled: true,
    createdAt: network.clock.now(),
    ...given,
  };
  network.estate.applications.set(application.id, application);
  return application;
}

/** A number that the account has already bought. */
export function ownNumber(
  network: Network,
  owner: Account,
  e164: string,
  application: Application | null,
  given: Partial<OwnedNumber> = {},
): OwnedNumber {
  const number: OwnedNumber = {
    id: network.chance.uuid(),
    e164,
    owner,
    lentTo: null,
    application,
    status: 'active',
    isBlocked: false,
    isTrial: false,
    purchasedAt: network.clock.now(),
    releaseAt: null,
    lastCallAt: null,
    ...given,
  };
  network.estate.numbers.set(e164, number);
  return number;
}

/** A number that can be bought. */
export function stockNumber(network: Network, e164: string, given: Partial<StockNumber> = {}): StockNumber {
  const number = {
    e164,
    country: e164.startsWith('+91') ? 'IN' : 'US',
    region: 'Gujarat',
    setupFee: 100,
    monthlyFee: 500,
    ...given,
  };
  network.estate.stock.set(e164, number);
  return number;
}
