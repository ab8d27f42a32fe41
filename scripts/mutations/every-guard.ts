import { accessMutations } from './access.ts';
import { allocationMutations } from './allocation.ts';
import { callMutations } from './calls.ts';
import { choiceMutations } from './choice.ts';
import { eventMutations } from './events.ts';
import type { Mutation } from './mutation.ts';
import { routingMutations } from './routing.ts';

export const everyGuard: readonly Mutation[] = [
  ...allocationMutations,
  ...choiceMutations,
  ...routingMutations,
  ...accessMutations,
  ...eventMutations,
  ...callMutations,
];
