import { type E164, readPhone } from '../../kernel/phone.ts';
import { fieldOf, minorIn, textIn } from './read-json.ts';

/** A number that an account has. */
export type AccountNumber = {
  e164: E164;
  country: string | null;
  region: string | null;
  /** Blocked counts before all else: it rings nowhere. `other` is what we do not know, and so nothing to act on. */
  status: 'active' | 'blocked' | 'releasing' | 'other';
  applicationId: string | null;
};

/** A number that can be bought. Prices in hundredths. */
export type StockNumber = {
  e164: E164;
  country: string | null;
  region: string | null;
  setupMinor: number;
  monthlyMinor: number;
  currency: string;
};

export type Page<T> = { items: T[]; total: number | null };

export function readNumber(body: unknown): AccountNumber | null {
  const e164 = e164In(body);
  if (e164 === null) return null;
  const status = textIn(body, 'status');
  const isReleasing = status === 'pending_release' || status === 'released';
  const isBlocked = fieldOf(body, 'is_blocked') === true || status === 'blocked';
  return {
    e164,
    country: textIn(body, 'country'),
    region: textIn(body, 'region'),
    status: isReleasing ? 'releasing' : isBlocked ? 'blocked' : status === 'active' ? 'active' : 'other',
    applicationId: textIn(body, 'application_id'),
  };
}

/** Null without a price: what nobody knows the price of is not bought. */
export function readStockNumber(body: unknown): StockNumber | null {
  const e164 = e164In(body);
  const setupMinor = minorIn(body, 'setup_fee');
  const monthlyMinor = minorIn(body, 'monthly_fee');
  const currency = textIn(body, 'currency');
  if (e164 === null || setupMinor === null || monthlyMinor === null || currency === null) return null;
  const [country, region] = [textIn(body, 'country'), textIn(body, 'region')];
  return { e164, country, region, setupMinor, monthlyMinor, currency };
}

/** Null when it is no page. */
export function readPage<T>(body: unknown, read: (item: unknown) => T | null): Page<T> | null {
  const items = fieldOf(body, 'items');
  if (!Array.isArray(items)) return null;
  const total = fieldOf(body, 'total');
  return {
    items: items.map(read).filter((one) => one !== null),
    total: typeof total === 'number' ? total : null,
  };
}

/** Written with or without its plus. */
function e164In(body: unknown): E164 | null {
  const text = textIn(body, 'e164');
  return text === null ? null : readPhone(text.startsWith('+') ? text : `+${text}`, 'IN');
}
