import type { Db } from '../../db/database.ts';
import type { BindingsRow, DidsRow, SessionsRow, TenantsRow } from '../../generated/tables.ts';
import type { Id, TenantId } from '../../kernel/ids.ts';
import type { CountryCode, E164 } from '../../kernel/phone.ts';
import type { Settings } from './manner.ts';
import type { BindingFacts, GraceStage, SessionPhase } from './route-kinds.ts';

/** A dialled DID with what the decision and the webhook need of its tenant. */
export type RouteDid = {
  tenant_id: TenantId;
  did_id: Id<'did'>;
  e164: E164;
  country: string | null;
  did_status: DidsRow['status'];
  livemode: boolean;
  tenant_status: TenantsRow['status'];
  default_country: CountryCode;
  out_of_session_policy: TenantsRow['out_of_session_policy'];
  /** How long the longest PIN is that a party has on this DID; null when none has. */
  pin_digits: number | null;
  /** The listing that it carries, and the blind index of its seller. */
  listing_id: string | null;
  listing_seller: Buffer | null;
};
export type DialledDid = RouteDid & {
  key_version: number;
  wrapped_keys: Buffer;
  tenant_voice: Settings;
  /** Whether the tenant says anything in its own words. */
  has_announcements: boolean;
};

/** AcrossTenants: the dialled number, or the call, names the tenant. Null when it is nobody's on this account. */
export async function findDialledDidAcrossTenants(
  db: Db,
  accountId: string,
  scopes: readonly string[],
  numbers: readonly E164[],
  providerCallId: string | null,
): Promise<DialledDid | null> {
  const [row] = await db.rows<DialledDid>('select * from webhook_find_did($1, $2, $3, $4)', [
    accountId,
    scopes,
    numbers,
    providerCallId,
  ]);
  return row ?? null;
}

/** For explanations: the tenant's own DID of this number, the one in service if there were several. */
export async function findOwnDid(
  db: Db,
  owner: { tenantId: TenantId; livemode: boolean },
  number: E164,
): Promise<RouteDid | null> {
  const [row] = await db.rows<RouteDid>(
    `select d.tenant_id, d.id as did_id, d.e164, d.country, d.status as did_status, d.livemode,
            t.status as tenant_status, t.default_country, t.out_of_session_policy,
            (select p.digits from party_pins p where p.tenant_id = $1 and p.did_id = d.id
              order by p.digits desc limit 1) as pin_digits,
            l.id as listing_id, l.caller_index as listing_seller
       from dids d join tenants t on t.id = d.tenant_id
       left join listings l on l.tenant_id = $1 and l.did_id = d.id and l.ended_at is null and l.expires_at > now()
      where d.tenant_id = $1 and d.livemode = $2 and d.e164 = $3
      order by d.status = 'retired', d.id desc limit 1`,
    [owner.tenantId, owner.livemode, number],
  );
  return row ?? null;
}

export type SealedNumber = { sealed: Buffer; keyVersion: number };

/** A binding with what a connection needs beyond the decision: the numbers of the other party and of the stage, sealed. */
export type FoundBinding = BindingFacts & {
  callerPlace: number;
  /** All phones of the other party, in the order in which they are tried. */
  others: SealedNumber[];
  /** Null when no stage is in force, or it forwards nobody. */
  forward: SealedNumber | null;
  /** Until nobody is connected any more, as things stand; null when nobody is now. */
  secondsLeft: number | null;
  /** What the session and its pool say, the session first. */
  settings: Settings[];
};

/** The bindings of these readings of the caller on this DID: none, one, or two when it is ambiguous. One round trip. */
export async function findBindings(
  db: Db,
  tenantId: TenantId,
  didId: string,
  callers: readonly Buffer[],
): Promise<FoundBinding[]> {
  const rows = await db.rows<FactsRow>('select * from route_facts($1, $2, $3)', [tenantId, didId, callers]);
  return rows.map(foundOf);
}

/** The same facts of a party of a session on this DID, whoever calls as it. */
export async function findParty(
  db: Db,
  tenantId: TenantId,
  didId: string,
  party: { sessionId: string; side: BindingsRow['side'] },
): Promise<FoundBinding[]> {
  const rows = await db.rows<FactsRow>('select * from party_facts($1, $2, $3, $4)', [
    tenantId,
    didId,
    party.sessionId,
    party.side,
  ]);
  return rows.map(foundOf);
}

function foundOf(row: FactsRow): FoundBinding {
  return {
    callerPlace: row.caller_place,
    sessionId: row.session_id,
    side: row.side,
    isReleased: row.is_released,
    isMoved: row.is_moved,
    phase: phaseOf(row),
    direction: row.direction,
    ringTimeoutSeconds: row.ring_timeout_seconds,
    maxCallSeconds: row.max_call_seconds,
    maxCalls: row.max_calls,
    callsMade: row.calls_made,
    otherDid: { e164: row.other_did_e164, status: row.other_did_status },
    others: row.others_sealed.map((sealed, place) => ({
      sealed,
      keyVersion: row.others_key_versions[place] ?? row.other_key_version,
    })),
    forward:
      row.forward_sealed === null || row.forward_key_version === null
        ? null
        : { sealed: row.forward_sealed, keyVersion: row.forward_key_version },
    secondsLeft: secondsLeftOf(row),
    settings: [row.session_voice, row.pool_voice],
  };
}

/** A call that is bridged keeps an active session open for its sliding time. */
function secondsLeftOf(row: FactsRow): number | null {
  if (row.seconds_left === null || row.status !== 'active') return row.seconds_left;
  return Math.max(row.seconds_left, row.sliding_seconds ?? 0);
}

function phaseOf(row: FactsRow): SessionPhase {
  if (row.status !== 'grace') return { is: row.status };
  return {
    is: 'grace',
    number: row.stage,
    allow: row.stage_allow,
    forwards: row.forward_sealed !== null,
    after: row.is_ended ? 'ended' : 'expired',
  };
}

type FactsRow = (
  | { status: 'active' | 'ended' | 'expired'; stage: null; stage_allow: null }
  | { status: 'grace'; stage: number; stage_allow: GraceStage['allow'] }
) & {
  caller_place: number;
  session_id: string;
  side: BindingsRow['side'];
  is_released: boolean;
  is_moved: boolean;
  is_ended: boolean;
  forward_sealed: Buffer | null;
  forward_key_version: number | null;
  direction: SessionsRow['direction'];
  ring_timeout_seconds: number;
  max_call_seconds: number;
  max_calls: number | null;
  calls_made: number;
  other_did_e164: E164;
  other_did_status: DidsRow['status'];
  other_key_version: number;
  others_sealed: Buffer[];
  others_key_versions: number[];
  session_voice: Settings;
  pool_voice: Settings;
  seconds_left: number | null;
  sliding_seconds: number | null;
};
