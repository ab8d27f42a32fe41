import type { Unit } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import { newTenantId, type TenantId } from '../../kernel/ids.ts';
import { isCountry } from '../../kernel/phone.ts';
import type { KeyRing } from './key-ring.ts';
import {
  findTenantAcrossTenants,
  insertTenant,
  listTenantsAcrossTenants,
  type TenantRow,
  updateTenant,
} from './tenant-store.ts';
import { readVoice, type VoiceSettings } from './voice-settings.ts';

/** As the API takes it: the country is a shape so far. */
export type NewTenant = {
  name: string;
  vertical: TenantRow['vertical'];
  default_country: string;
  out_of_session_policy: TenantRow['out_of_session_policy'];
  voice?: VoiceSettings;
};
export type TenantChange = Partial<NewTenant> & { status?: TenantRow['status'] };

export type TenantService = {
  /** Throws invalid_request. */
  create(unit: Unit, input: NewTenant): Promise<TenantRow>;
  list(unit: Unit, limit: number, startingAfter: string | null): Promise<TenantRow[]>;
  /** Throws not_found. */
  get(unit: Unit, id: string): Promise<TenantRow>;
  /** Throws not_found, tenant_closed, invalid_request. */
  update(unit: Unit, id: string, change: TenantChange): Promise<TenantRow>;
  /** For an operator who looks at a tenant: from here on the transaction sees that tenant. Throws not_found. */
  enter(unit: Unit, id: string): Promise<TenantRow>;
  /** The same to give it something. Throws not_found, tenant_closed. */
  enterOpen(unit: Unit, id: string): Promise<TenantRow>;
};

/**
 * @param openTenant what every tenant starts with (its pools); handed in, because pools know tenants and not the reverse
 * @param forgetKeys drops what is cached of valid keys: a suspended tenant's are not
 */
export function createTenantService(parts: {
  keyRing: KeyRing;
  openTenant: (unit: Unit, tenantId: TenantId) => Promise<void>;
  forgetKeys: () => void;
}): TenantService {
  const get = async (unit: Unit, id: string): Promise<TenantRow> => {
    const tenant = await findTenantAcrossTenants(unit, id);
    if (tenant === null) throw notFound();
    return tenant;
  };
  const enter = async (unit: Unit, id: string): Promise<TenantRow> => {
    const tenant = await get(unit, id);
    await unit.enter(tenant.id);
    return tenant;
  };
  return {
    async create(unit, input) {
      const id = newTenantId();
      const fields = {
        ...input,
        default_country: readCountry(input.default_country),
        voice: readVoice(input.voice ?? {}),
      };
      const tenant = await insertTenant(unit, id, fields);
      await unit.enter(id);
      await parts.keyRing.create(unit, id);
      await parts.openTenant(unit, id);
      return tenant;
    },
    list: listTenantsAcrossTenants,
    get,
    async update(unit, id, { default_country, ...change }) {
      readVoice(change.voice ?? {});
      unit.onSettled(parts.forgetKeys);
      const tenant = await get(unit, id);
      const country = default_country === undefined ? {} : { default_country: readCountry(default_country) };
      const updated = await updateTenant(unit, tenant.id, { ...change, ...country });
      if (updated === null) throw closed();
      return updated;
    },
    enter,
    async enterOpen(unit, id) {
      const tenant = await enter(unit, id);
      if (tenant.status === 'closed') throw closed();
      return tenant;
    },
  };
}

function closed(): Failure {
  return new Failure('tenant_closed', 'A closed tenant cannot be changed.');
}

export function readCountry(text: string) {
  if (isCountry(text)) return text;
  throw invalid('invalid_request', '/default_country', 'is not a country with a known numbering plan');
}
