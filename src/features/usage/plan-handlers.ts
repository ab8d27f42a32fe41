import type { Handlers } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { Unit } from '../../db/database.ts';
import type { components } from '../../generated/schema.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { plans } from './plan-service.ts';
import type { AssignmentRow, PlanRow } from './plan-store.ts';
import type { PlanTerms } from './plan-terms.ts';

type Views = components['schemas'];

function toPlanView(row: PlanRow): Views['Plan'] {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    currency: row.currency,
    terms: row.terms,
    created_at: row.created_at.toISOString(),
  };
}

function toAssignmentView(row: AssignmentRow): Views['PlanAssignment'] {
  return {
    plan: row.plan_id,
    valid_from: row.valid_from.toISOString(),
    valid_until: row.valid_until?.toISOString() ?? null,
  };
}

/** The newest of them; a tenant changes its plan some times in its life. */
const MOST_ASSIGNMENTS = 100;

type Operations = 'createPlan' | 'listPlans' | 'getPlan' | 'assignPlan' | 'getPlanAssignments';
/** Acts on a tenant for the operator; throws not_found, and of `enterOpen` tenant_closed. */
type Enter = (unit: Unit, id: string) => Promise<{ id: TenantId }>;

export function planHandlers(tenants: { enter: Enter; enterOpen: Enter }): Pick<Handlers, Operations> {
  return {
    async createPlan({ unit, body }) {
      // Validation has filled in the defaults of the spec.
      const plan = { ...body, terms: body.terms as PlanTerms };
      return { status: 201, body: toPlanView(await plans.create(unit, plan)) };
    },
    async listPlans({ unit, query }) {
      const page = pageQuery(query);
      const rows = await plans.list(unit, page.limit + 1, page.startingAfter);
      return { status: 200, body: listView(pageOf(rows, page), toPlanView) };
    },
    async getPlan({ unit, params }) {
      return { status: 200, body: toPlanView(await plans.get(unit, params.plan_id)) };
    },
    async assignPlan({ unit, params, body }) {
      const tenant = await tenants.enterOpen(unit, params.tenant_id);
      const assigned = await plans.assign(unit, tenant.id, body.plan, body.valid_from ?? null);
      return { status: 201, body: toAssignmentView(assigned) };
    },
    async getPlanAssignments({ unit, params }) {
      const tenant = await tenants.enter(unit, params.tenant_id);
      const rows = await plans.assignments(unit, tenant.id, MOST_ASSIGNMENTS);
      return { status: 200, body: { data: rows.map(toAssignmentView) } };
    },
  };
}
