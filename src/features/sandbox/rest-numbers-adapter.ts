import { Router } from 'express';
import { charge, mainOf, type OwnedNumber } from './estate.ts';
import { isOf } from './live-calls.ts';
import type { Network } from './network.ts';
import { ownNumber } from './provisioning.ts';
import { type Desk, invalid, notFound, Refusal, requiredText, textOf } from './rest-answers.ts';
import { viewOf as applicationView } from './rest-applications-adapter.ts';
import { byPage } from './rest-paging.ts';
import { isoTime } from './wire-formats.ts';

const DAY_MS = 86_400_000;
/** How long a sub-account keeps a number after its last call. */
const COOL_OFF_MS = 15 * DAY_MS;
const RELEASE_FEE = 700;
const NUMBERS_PAGE = { fallback: 25, most: 100 };

/** `/Account/{id}/numbers` and `/inventory/numbers`. A number in a path is `%2B…`. */
export function numberRoutes(deskOf: (locals: Record<string, unknown>) => Desk): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const find = (desk: Desk, e164: string): OwnedNumber => {
    sweep(desk.network);
    const number = desk.network.estate.numbers.get(e164);
    if (number === undefined || !isVisible(desk, number)) throw notFound('Number');
    return number;
  };

  router.get('/numbers', (req, res) => {
    const desk = deskOf(res.locals);
    sweep(desk.network);
    const search = String(req.query.search ?? '');
    const own = [...desk.network.estate.numbers.values()].filter(
      (number) => isVisible(desk, number) && number.e164.includes(search),
    );
    const page = byPage(own, req.query, NUMBERS_PAGE);
    res.json({ ...page, items: page.items.map(viewOf) });
  });

  router.get('/inventory/numbers', (req, res) => {
    const { network } = deskOf(res.locals);
    const country = textOf(req.query, 'country');
    const search = String(req.query.search ?? '');
    const exclude = String(req.query.exclude ?? '').split(',');
    const found = [...network.estate.stock.values()].filter(
      (number) =>
        (country === null || number.country === country) &&
        number.e164.includes(search) &&
        !exclude.includes(number.e164),
    );
    const page = byPage(found, req.query, NUMBERS_PAGE);
    const items = page.items.map(({ e164, country, region, setupFee, monthlyFee }) => ({
      e164,
      country,
      region,
      capabilities: { voice: true, sms: false, mms: false, fax: false },
      setup_fee: setupFee,
      monthly_fee: monthlyFee,
      currency: 'INR',
    }));
    res.json({ ...page, items });
  });

  router.post('/numbers/purchase-from-inventory', (req, res) => {
    const { network, account } = deskOf(res.locals);
    const e164 = requiredText(req.body, 'e164');
    const offered = network.estate.stock.get(e164);
    if (offered === undefined) throw notFound('Number in inventory');
    const amountMicros = (offered.setupFee + offered.monthlyFee) * 1_000_000;
    if (mainOf(account).balanceMicros < amountMicros)
      throw new Refusal(500, 'DEBIT_FAILED', 'The wallet could not be debited');
    network.estate.stock.delete(e164);
    charge(network.estate, {
      id: network.chance.uuid(),
      account,
      at: network.clock.now(),
      amountMicros,
      reference: `number:${e164}`,
    });
    const owner = mainOf(account);
    const lentTo = account === owner ? null : account;
    const number = ownNumber(network, owner, e164, null, { lentTo });
    res.json({ message: 'Number purchased successfully', number: viewOf(number) });
  });

  router.post('/numbers/:e164/application', (req, res) => {
    const desk = deskOf(res.locals);
    const number = find(desk, req.params.e164);
    const application = desk.network.estate.applications.get(requiredText(req.body, 'application_id'));
    if (application === undefined || !isOf(desk.account, application.owner)) throw notFound('Application');
    // Whatever it was attached to before is overwritten, without a warning.
    number.application = application;
    if (desk.network.switches.attachStatus === 204) {
      res.status(204).end();
      return;
    }
    const message = 'Number attached to application';
    res.json({ message, number: viewOf(number), application: applicationView(application) });
  });

  router.delete('/numbers/:e164/application', (req, res) => {
    const number = find(deskOf(res.locals), req.params.e164);
    number.application = null;
    res.json({ message: 'Number detached from application', number: viewOf(number) });
  });

  router.delete('/numbers/:e164', (req, res) => {
    const desk = deskOf(res.locals);
    const number = find(desk, req.params.e164);
    const { network, account } = desk;
    const isImmediate = req.query.immediate === 'true';
    number.application = null;
    number.status = isImmediate ? 'released' : 'pending_release';
    number.releaseAt = network.clock.now() + (isImmediate ? 0 : DAY_MS);
    charge(network.estate, {
      id: network.chance.uuid(),
      account,
      at: network.clock.now(),
      amountMicros: RELEASE_FEE * 1_000_000,
      reference: `release:${number.e164}`,
    });
    res.json({
      status: 'pending_release',
      cooldown_ends_at: isoTime(number.releaseAt),
      release_fee: RELEASE_FEE,
      cancel_url: `/api/v1/account/${account.authId}/numbers/${encodeURIComponent(number.e164)}/cancel-release`,
      note: 'The number stays in quarantine for 45 days after its release.',
    });
  });

  router.get('/numbers/:e164/health', (req, res) => {
    const number = find(deskOf(res.locals), req.params.e164);
    res.json({ e164: number.e164, status: number.isBlocked ? 'blocked' : 'healthy', spam_reports: 0 });
  });

  router.post('/numbers/:e164/assign-subaccount', (req, res) => {
    const desk = deskOf(res.locals);
    const number = find(desk, req.params.e164);
    const sub = desk.network.estate.accounts.get(requiredText(req.body, 'sub_account_id'));
    if (sub === undefined || sub.parent !== desk.account) throw notFound('Sub-account');
    number.lentTo = sub;
    res.json({ message: 'Number assigned to sub-account', number: viewOf(number) });
  });

  router.delete('/numbers/:e164/assign-subaccount', (req, res) => {
    const desk = deskOf(res.locals);
    const number = find(desk, req.params.e164);
    const freeAt = number.lastCallAt === null ? 0 : number.lastCallAt + COOL_OFF_MS;
    const leftMs = freeAt - desk.network.clock.now();
    if (number.lentTo !== null && leftMs > 0)
      throw new Refusal(409, 'did_cool_off_in_effect', 'The number had a call lately', {
        cool_off_until: isoTime(freeAt),
        cool_off_remaining_seconds: Math.ceil(leftMs / 1_000),
      });
    number.lentTo = null;
    res.json({ message: 'Number taken back', number: viewOf(number) });
  });
  return router;
}

/** `/account/…`: this one path is written in lower case. */
export function cancelRelease(desk: Desk, e164: string) {
  const number = desk.network.estate.numbers.get(e164);
  if (number === undefined || number.owner !== mainOf(desk.account)) throw notFound('Number');
  if (number.status !== 'pending_release') throw invalid('The number is not being released');
  number.status = 'active';
  number.releaseAt = null;
  mainOf(desk.account).balanceMicros += RELEASE_FEE * 1_000_000;
  return { message: 'Release cancelled', refunded: RELEASE_FEE, number: viewOf(number) };
}

/** A main account sees what it lent to its sub-accounts; these see only that. */
function isVisible({ account }: Desk, number: OwnedNumber): boolean {
  if (number.status === 'released') return false;
  return account.parent === null ? number.owner === account : number.lentTo === account;
}

function sweep({ estate, clock }: Network): void {
  for (const number of estate.numbers.values()) {
    if (number.releaseAt !== null && number.releaseAt <= clock.now()) estate.numbers.delete(number.e164);
  }
}

function viewOf(number: OwnedNumber) {
  return {
    id: number.id,
    account_id: (number.lentTo ?? number.owner).authId,
    e164: number.e164,
    country: number.e164.startsWith('+91') ? 'IN' : 'US',
    region: 'Gujarat',
    capabilities: { voice: true, sms: false, mms: false, fax: false },
    status: number.status,
    setup_fee: 100,
    monthly_fee: 500,
    currency: 'INR',
    application_id: number.application?.id ?? null,
    voice_enabled: true,
    tags: [],
    purchased_at: isoTime(number.purchasedAt),
    is_blocked: number.isBlocked,
    is_trial_number: number.isTrial,
    last_billing_date: isoTime(number.purchasedAt),
    next_billing_date: isoTime(number.purchasedAt + 30 * DAY_MS),
    minimum_commitment_months: 0,
    aadhaar_verification_required: false,
    aadhaar_verified: false,
    source: 'inventory',
    trunk_group_id: null,
    released_at: isoTime(number.releaseAt),
  };
}
