import { realClock } from '../../src/features/sandbox/clock.ts';
import type { Account, Application } from '../../src/features/sandbox/estate.ts';
import { httpPost } from '../../src/features/sandbox/http-post-adapter.ts';
import { createNetwork, type Network } from '../../src/features/sandbox/network.ts';
import { answers } from '../../src/features/sandbox/phones.ts';
import { openAccount, openApplication, ownNumber } from '../../src/features/sandbox/provisioning.ts';
import { serveVobiz, type VobizServer } from '../../src/features/sandbox/vobiz-server-adapter.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from './api.ts';
import { until } from './embedded-folder.ts';
import { type Desk, openDesk } from './queue.ts';
import { openWorld, type World } from './world.ts';

/** The service and the double of Vobiz, each reached by the other over real sockets, and in real time. */
export type Town = {
  world: World;
  vobiz: VobizServer;
  network: Network;
  account: Account;
  tenant: Tenant;
  desk: Desk;
  /** A session between two new phones, of which the double knows both. */
  pair(more?: object): Promise<{ session: any; a: string; b: string }>;
  /** A call of party a that b has answered, as the service knows it. */
  bridged(more?: object): Promise<{ session: any; a: string; b: string; uuid: string; id: string }>;
  call(id: string): Promise<any>;
  untilStatus(id: string, status: string): Promise<any>;
  /** Who talks, or has talked, to whom. */
  talks(phone: string): ReturnType<Network['journal']['conversations']>;
  close(): Promise<void>;
};

export async function openTown(): Promise<Town> {
  const clock = realClock();
  const reach: Record<string, string> = {};
  const network = createNetwork({ clock, seed: 5, post: httpPost({ reach }) });
  // Nothing has to be said before it rings: what is said takes its time.
  network.switches.bareDial = 'works';
  network.switches.recordingReadyMs = 10;
  const vobiz = await serveVobiz(network);
  const world = await openWorld({ vobizApiBase: vobiz.apiBase, vobizProvisioning: false });
  reach[world.publicUrl] = world.url;
  const dids = freshNumbers(4);
  const tenant = await newTenant(world, { dids });
  const account = openAccount(network, {
    authId: 'MA_XXXXXXXX',
    authToken: 'test_token',
    channels: 1_000,
    callsPerSecond: 1_000,
  });
  const webhook = `${world.publicUrl}${tenant.account.webhookPath}`;
  const application: Application = openApplication(network, account, {
    answerUrl: webhook,
    hangupUrl: webhook,
  });
  for (const e164 of dids) ownNumber(network, account, e164, application);
  const desk = openDesk(world);
  const call: Town['call'] = async (id) => (await tenant.api.get(`/v1/calls/${id}`)).body;
  const pair: Town['pair'] = async (more = {}) => {
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    network.phones.set(a, answers(0.01));
    network.phones.set(b, answers(0.01));
    return { session: await newSession(tenant, a, b, { voice: { prelude: 'none' }, ...more }), a, b };
  };
  const talks: Town['talks'] = (phone) =>
    network.journal.conversations().filter(({ from, to }) => [from, to].includes(phone));
  return {
    ...{ world, vobiz, network, account, tenant, desk, call, pair, talks },
    async bridged(more) {
      const made = await pair(more);
      const dialled = network.dial({ from: made.a, to: made.session.parties.a.masking_number });
      if (dialled === null) throw new Error('the call was not delivered');
      await until('both talk, and that is known', async () => {
        const { data } = (await tenant.api.get(`/v1/calls?session=${made.session.id}`)).body;
        return data[0]?.status === 'in_progress' && talks(made.b).length > 0;
      });
      const [row] = await world.sql<{ id: string }>('select id from calls where provider_call_id = $1', [
        dialled.uuid,
      ]);
      return { ...made, uuid: dialled.uuid, id: row?.id ?? '' };
    },
    async untilStatus(id, status) {
      await until(`the call is ${status}`, async () => (await call(id)).status === status);
      return call(id);
    },
    async close() {
      await desk.close();
      clock.stop();
      await vobiz.close();
      await world.close();
    },
  };
}
