import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { migrate } from '../../src/db/migrate.ts';
import { type Embedded, startEmbedded } from '../../src/embedded/embedded.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { newDataDir, processesOf } from '../support/own-service.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('while Postgres', () => {
  const dataDir = newDataDir();
  let postgres: Embedded;
  let world: World;
  let tenant: Tenant;
  let m1: string;
  before(async () => {
    postgres = await startEmbedded({ dataDir, postgres: true, redis: false, durable: false, log: () => {} });
    const { databaseUrl, adminUrl } = postgres;
    assert.ok(databaseUrl !== null && adminUrl !== null);
    await migrate(databaseUrl);
    world = await openWorld({ postgres: { databaseUrl, adminUrl } });
    tenant = await newTenant(world, { dids: freshNumbers(4) });
    m1 = (await newSession(tenant, A, B)).parties.a.masking_number;
  });
  after(async () => {
    await world.close();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const call = () => postForm(world, tenant.account.webhookPath, answerEvent(m1, '919800000001'));
  const hangup = () => {
    const event = { ...answerEvent(m1, '919800000001'), Event: 'Hangup', CallStatus: 'completed' };
    return postForm(world, tenant.account.webhookPath, event);
  };
  const signal = (name: NodeJS.Signals) => {
    for (const { pid } of processesOf(dataDir)) process.kill(pid, name);
  };

  it('hangs, every caller hears a sentence, and no event is said to be kept', async () => {
    assert.equal((await call()).dial?.number, B);
    signal('SIGSTOP');
    try {
      const replies = await Promise.all([call(), call(), call()]);
      for (const reply of replies) {
        assert.equal(reply.status, 200);
        assert.match(reply.spoken.join(), /cannot be connected at the moment/);
      }
      assert.equal((await hangup()).status, 503);
    } finally {
      signal('SIGCONT');
    }
    // What was sent while it hung is worked off first; then all is as before.
    let reply = await call();
    for (let i = 0; i < 20 && reply.dial === null; i += 1) reply = await call();
    assert.equal(reply.dial?.number, B);
    assert.equal((await hangup()).status, 200);
  });

  it('is dead, every caller hears a sentence, and the API says that it is not available', async () => {
    signal('SIGKILL');
    const reply = await call();
    assert.equal(reply.status, 200);
    assert.match(reply.spoken.join(), /cannot be connected at the moment/);
    assert.equal((await hangup()).status, 503);
    const session = await tenant.api.post('/v1/sessions', { parties: { a: { phone: A }, b: { phone: B } } });
    assert.equal(session.status, 503, session.text);
    assert.equal(session.body.code, 'unavailable');
    assert.ok(Number(session.headers['retry-after']) > 0);
    for (const path of ['/livez', '/readyz']) assert.equal((await fetch(`${world.url}${path}`)).status, 200);
  });
});
