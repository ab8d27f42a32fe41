import { Router } from 'express';
import { channelsInUse } from './call.ts';
import { type Account, mainOf } from './estate.ts';
import { openAccount } from './provisioning.ts';
import { type Desk, invalid, notFound, Refusal, requiredText, textOf } from './rest-answers.ts';
import { byPage } from './rest-paging.ts';
import { isoTime } from './wire-formats.ts';

/** Balance, ledger and channels of an account. */
export function accountRoutes(deskOf: (locals: Record<string, unknown>) => Desk): Router {
  const router = Router({ caseSensitive: true, strict: true });

  router.get('/balance/:currency', (req, res) => {
    const main = mainOf(deskOf(res.locals).account);
    if (req.params.currency !== main.currency) throw notFound('Balance');
    const balance = main.balanceMicros / 1_000_000;
    res.json({
      account_id: main.authId,
      currency: main.currency,
      balance,
      reserved_funds: 0,
      promotional_balance: 0,
      available_balance: balance,
      credit_limit: 0,
      is_postpaid: false,
      credit_limit_type: 'hard',
      low_balance_threshold: 100,
      status: balance > 0 ? 'active' : 'exhausted',
    });
  });

  router.get('/transactions', (req, res) => {
    const { network, account } = deskOf(res.locals);
    const { type, reference, transaction_id } = req.query;
    // A sub-account sees the ledger of its main account.
    const own = network.estate.transactions.filter(
      (one) =>
        one.owner === mainOf(account) &&
        (type === undefined || one.type === type) &&
        (reference === undefined || one.reference === reference) &&
        (transaction_id === undefined || one.id === transaction_id),
    );
    const page = byPage(own.reverse(), req.query, { fallback: 50, most: 1_000 });
    const items = page.items.map((one) => ({
      id: one.id,
      type: one.type,
      status: 'completed',
      amount: one.amountMicros / 1_000_000,
      currency: one.owner.currency,
      reference: one.reference,
      reference_type: one.reference.split(':')[0],
      created_at: isoTime(one.at),
    }));
    res.json({ transactions: items, page: page.page, per_page: page.per_page, total: page.total });
  });

  router.get('/concurrency', (_req, res) => {
    const { network, account } = deskOf(res.locals);
    const most = mainOf(account).channels;
    const used = channelsInUse(network.stage, account);
    res.json({
      concurrent_calls: used,
      max_concurrent: most,
      utilization_pct: Math.round((used / most) * 1_000) / 10,
      request_id: network.chance.uuid(),
    });
  });
  return router;
}

/** What `/auth/me` says about whoever asks. */
export function accountView(account: Account) {
  const main = mainOf(account);
  return {
    auth_id: account.authId,
    name: account.name,
    postpaid: false,
    cps_limit: main.callsPerSecond,
    concurrent_calls_limit: main.channels,
    base_cps: 1,
    base_concurrent_calls: 3,
    purchased_cps: Math.max(0, main.callsPerSecond - 1),
    purchased_concurrent_calls: Math.max(0, main.channels - 3),
    pricing_tier: {
      currency: main.currency,
      rate_per_minute: main.ratePerMinuteMicros / 1_000_000,
      billing_increment_seconds: main.pulseSeconds,
      minimum_duration_seconds: main.pulseSeconds,
    },
    is_verified: true,
    is_trial_account: main.isTrial,
    ip_auth_enabled: false,
  };
}

/** `/accounts/{MA}/sub-accounts/`: in lower case, and paged by `page` and `size`. */
export function subAccountRoutes(deskOf: (locals: Record<string, unknown>) => Desk): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const find = ({ network, account }: Desk, id: string): Account => {
    const sub = network.estate.accounts.get(id);
    if (sub === undefined || sub.parent !== account) throw notFound('Sub-account');
    return sub;
  };
  const view = (sub: Account) => ({
    auth_id: sub.authId,
    name: sub.name,
    parent_auth_id: sub.parent?.authId ?? null,
    kyc_mode: 'personal_use',
    enabled: true,
    rate_limit: 1_000,
    created_at: isoTime(sub.createdAt),
  });

  router.post('/sub-accounts/', (req, res) => {
    const { network, account } = deskOf(res.locals);
    if (account.parent !== null) throw new Refusal(403, 'FORBIDDEN', 'Only a main account has sub-accounts');
    const name = requiredText(req.body, 'name');
    const mode = textOf(req.body, 'kyc_mode');
    if (mode !== null && mode !== 'personal_use' && mode !== 'customer_use')
      throw invalid('kyc_mode is unknown');
    const { chance } = network;
    const authId = `SA_${chance.uuid().slice(0, 8).toUpperCase()}`;
    const { currency, balanceMicros, channels, callsPerSecond } = account;
    const shared = { currency, balanceMicros, channels, callsPerSecond, parent: account, name };
    const sub = openAccount(network, { ...shared, authId, authToken: chance.uuid().replaceAll('-', '') });
    // The token is shown this once.
    res.status(201).json({ ...view(sub), auth_token: sub.authToken });
  });
  router.get('/sub-accounts/', (req, res) => {
    const { network, account } = deskOf(res.locals);
    const own = [...network.estate.accounts.values()].filter((one) => one.parent === account).map(view);
    const { size } = req.query;
    const query = { ...req.query, ...(size === undefined ? {} : { per_page: size }) };
    const { items, page, per_page, total } = byPage(own, query, { fallback: 20, most: 100 });
    res.json({ items, page, size: per_page, total });
  });
  router.get('/sub-accounts/:id', (req, res) => {
    res.json(view(find(deskOf(res.locals), req.params.id)));
  });
  router.put('/sub-accounts/:id', (req, res) => {
    const sub = find(deskOf(res.locals), req.params.id);
    sub.name = textOf(req.body, 'name') ?? sub.name;
    res.json(view(sub));
  });
  router.delete('/sub-accounts/:id', (req, res) => {
    const desk = deskOf(res.locals);
    desk.network.estate.accounts.delete(find(desk, req.params.id).authId);
    res.status(204).end();
  });
  return router;
}
