import type { Db } from '../../db/database.ts';
import { invalid, notFound } from '../../kernel/errors.ts';
import { newId, type TenantId } from '../../kernel/ids.ts';
import {
  type AssignmentRow,
  assignPlan,
  findPlan,
  insertPlan,
  listAssignments,
  listPlans,
  type PlanRow,
} from './plan-store.ts';
import { checkTerms, type PlanTerms } from './plan-terms.ts';

/** Whoever plans further ahead plans something else. */
const MOST_YEARS_AHEAD = 10;

export type NewPlan = { name: string; currency: string; terms: PlanTerms };

export const plans = {
  /** Throws invalid_request. */
  async create(db: Db, plan: NewPlan): Promise<PlanRow> {
    checkTerms(plan.currency, plan.terms);
    return insertPlan(db, newId('plan'), plan);
  },

  list: listPlans,

  /** Throws not_found. */
  async get(db: Db, id: string): Promise<PlanRow> {
    const plan = await findPlan(db, id);
    if (plan === null) throw notFound();
    return plan;
  },

  /** Throws unknown_reference, invalid_request. */
  async assign(
    db: Db,
    tenantId: TenantId,
    planId: string | null,
    validFrom: string | null,
  ): Promise<AssignmentRow> {
    if (planId !== null && (await findPlan(db, planId)) === null) {
      throw invalid('unknown_reference', '/plan', 'is not the id of a plan');
    }
    const at = validFrom === null ? null : new Date(validFrom);
    if (at !== null && !(at.getTime() < Date.now() + MOST_YEARS_AHEAD * 366 * 86_400_000)) {
      throw invalid('invalid_request', '/valid_from', 'is too far ahead');
    }
    const assigned = await assignPlan(db, tenantId, planId, at === null ? null : at.toISOString());
    if (assigned === null) {
      throw invalid('invalid_request', '/valid_from', 'is in the past: what was used then is rated already');
    }
    return assigned;
  },

  assignments: listAssignments,
};
