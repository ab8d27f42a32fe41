import { type ManualClock, manualClock } from '../../src/features/sandbox/clock.ts';
import { httpPost } from '../../src/features/sandbox/http-post-adapter.ts';
import { createNetwork, type Network } from '../../src/features/sandbox/network.ts';
import { openAccount, openApplication, ownNumber } from '../../src/features/sandbox/provisioning.ts';
import type { Tenant } from './api.ts';
import type { World } from './world.ts';

/** The double of Vobiz in front of the service, with a tenant's DIDs: phones in it call, ring and press keys. */
export function openTown(
  world: World,
  tenant: Tenant,
  dids: readonly string[],
): { network: Network; clock: ManualClock } {
  const clock = manualClock(Date.now());
  const network = createNetwork({
    clock,
    seed: 7,
    post: httpPost({ reach: { [world.publicUrl]: world.url } }),
  });
  const account = openAccount(network, { authId: 'MA_XXXXXXXX', authToken: 'test_token', channels: 20 });
  const url = `${world.publicUrl}${tenant.account.webhookPath}`;
  const application = openApplication(network, account, { answerUrl: url, hangupUrl: url, fallbackUrl: url });
  for (const e164 of dids) ownNumber(network, account, e164, application);
  return { network, clock };
}
