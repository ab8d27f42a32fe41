import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';
import { openSessionLoad } from '../support/session-load.ts';
import { nothingWrong, truthOf } from '../support/session-truth.ts';

const ALLOCATIONS = process.env.CHAOS_FULL === '1' ? 10_000 : 2_000;
const KILLS = 20;
/** On a machine with much else to do there are fewer kills rather than a test that is cut off; the figures say how many. */
const WITHIN_MS = process.env.CHAOS_FULL === '1' ? 600_000 : 25_000;
const FEWEST_KILLS = 5;
const CLIENTS = 8;

describe('the API, killed again and again in the middle of allocations', () => {
  let replicas: Replicas;
  let tenant: Tenant;
  before(async () => {
    replicas = await startReplicas({ count: 3 });
    const [url = ''] = replicas.urls;
    tenant = await newTenant(replicas.seenFrom(url), { dids: freshNumbers(24) });
  });
  after(() => replicas.close());

  it('loses no acknowledged session, makes one for each key, leaves none half made, and retries succeed', async (t) => {
    const { apis, urls, seenFrom } = replicas;
    const phones = freshNumbers(100, '+9198');
    const load = openSessionLoad({ tenant, phones, seenFrom, keepLive: 700 });
    const restarts = apis.map(() => Promise.resolve());
    // As behind a load balancer: what is known to be down gets no new requests.
    const up = [...urls];
    let kills = 0;
    for (const end = performance.now() + WITHIN_MS; kills < KILLS; kills += 1) {
      if (performance.now() > end && kills >= FEWEST_KILLS) break;
      const place = kills % apis.length;
      const half = load.count() + ALLOCATIONS / KILLS / 2;
      let isKilled = false;
      const working = load.run(up, CLIENTS, (begun) => isKilled && begun >= ALLOCATIONS / KILLS);
      await Promise.all([until('half of them are there', () => load.count() >= half), restarts[place]]);
      const api = apis[place] ?? assert.fail();
      await api.kill();
      up.splice(up.indexOf(api.url), 1);
      isKilled = true;
      restarts[place] = api.start().then(() => void up.push(api.url));
      await working;
    }
    await Promise.all(restarts);

    const truth = await truthOf(replicas, tenant, load);
    const figures = load.figures();
    t.diagnostic(`figures: ${JSON.stringify({ kills, ...figures, ...truth })}`);
    assert.deepEqual(load.violations, []);
    assert.deepEqual(truth, nothingWrong);
    assert.ok(figures.acknowledged + figures.refused >= (kills * ALLOCATIONS) / KILLS);
    assert.ok(figures.cut >= kills, 'the kills met nobody at work');
  });
});
