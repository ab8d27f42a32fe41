import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant } from '../support/api.ts';
import { openRowHolder, type RowHolder } from '../support/row-holder.ts';
import { openWorld, type World } from '../support/world.ts';

describe('a second request with the Idempotency-Key of one that is still running', () => {
  let world: World;
  let holder: RowHolder;
  before(async () => {
    world = await openWorld();
    holder = await openRowHolder(world);
  });
  after(async () => {
    await holder.close();
    await world.close();
  });

  it('is told so at once, while the first one waits; then it gets the same answer', async () => {
    const tenant = await newTenant(world);
    const [e164] = freshNumbers(1);
    // The first one comes to a number that somebody else is about to take, and waits there.
    await holder.query('begin');
    await holder.query(
      `insert into did_directory (scope, e164, tenant_id, did_id, provider_account_id) values ('live', $1, $2, 'did_0', $3)`,
      [e164, tenant.id, tenant.account.id],
    );
    const register = () =>
      tenant.api.post('/v1/dids', { e164, provider_account: tenant.account.id }, { idempotencyKey: 'one' });
    const first = register();
    await holder.untilWaiting(1);
    const second = await register();
    assert.equal(second.body.code, 'idempotency_key_in_use', second.text);
    assert.ok(Number(second.headers['retry-after']) >= 1);
    await holder.query('rollback');
    const made = await first;
    assert.equal(made.status, 201, made.text);
    const third = await register();
    assert.equal(third.body.id, made.body.id);
    assert.equal(third.headers['idempotent-replayed'], 'true');
  });
});
