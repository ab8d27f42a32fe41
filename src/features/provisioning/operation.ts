import type { TenantId } from '../../kernel/ids.ts';

export type OperationType = 'import_numbers' | 'order_numbers';
export type OperationStatus = 'pending' | 'running' | 'succeeded' | 'failed';

/** Whose an operation is: the operator's, or a tenant's in one of its modes. */
export type OperationOwner = { tenantId: TenantId | 'operator'; livemode: boolean };

/** Why an operation has failed; some of it may be done all the same, and its result says what. */
export type OperationFault = { code: string; message: string };

/** Where numbers go. */
export type Destination = { tenant: TenantId; livemode: boolean; pool: string };
