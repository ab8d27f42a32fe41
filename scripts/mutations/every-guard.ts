import { accessMutations } from './access.ts';
import { allocationMutations } from './allocation.ts';
import { callMutations } from './calls.ts';
import { choiceMutations } from './choice.ts';
import { eventMutations } from './events.ts';
import { followingMutations } from './following.ts';
import type { Mutation } from './mutation.ts';
import { outboundMutations } from './outbound.ts';
import { policyMutations } from './policies.ts';
import { queueMutations } from './queue.ts';
import { routingMutations } from './routing.ts';
import { voiceMutations } from './voice.ts';
import { webhookMutations } from './webhooks.ts';

export const everyGuard: readonly Mutation[] = [
  ...allocationMutations,
  ...choiceMutations,
  ...routingMutations,
  ...voiceMutations,
  ...policyMutations,
  ...accessMutations,
  ...eventMutations,
  ...outboundMutations,
  ...queueMutations,
  ...followingMutations,
  ...webhookMutations,
  ...callMutations,
];
