import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { unseal } from '../../src/crypto/sealing.ts';
import { createKeyRing } from '../../src/features/tenants/key-ring.ts';
import { readTenantId } from '../../src/kernel/ids.ts';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { postForm, signatureOf } from '../support/vobiz.ts';
import { calledWith, type PlayedCall } from '../support/voice.ts';
import { openWorld, type World } from '../support/world.ts';

const URL_OF_VOBIZ = 'https://media.vobiz.ai/v1/Account/MA_XXXXXXXX/Recording/rec-1.mp3';
const started = (id: string) => ({ Event: 'Record', RecordingID: id });
const stopped = (id: string, more: Record<string, string> = {}) => ({
  Event: 'RecordStop',
  RecordingID: id,
  RecordUrl: URL_OF_VOBIZ,
  RecordingDuration: '11',
  RecordingDurationMs: '11020',
  RecordingStartMs: '1780898857000',
  RecordingEndMs: '1780898868020',
  RecordingEndReason: 'HungUp',
  ...more,
});

describe('a recording', () => {
  let world: World;
  let tenant: Tenant;
  let next = 10;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
  });
  after(() => world.close());

  const phone = () => `+9198002${String(next++).padStart(5, '0')}`;
  const called = async (of: Tenant = tenant) =>
    (await calledWith(world, of, { a: phone(), b: phone() }, { voice: { record: { enabled: true } } })).call;
  const rows = (call: PlayedCall) =>
    world.sql<any>('select * from recordings where call_id = $1 order by id', [call.id]);
  const told = async (call: PlayedCall): Promise<any[]> =>
    (await tenant.api.get('/v1/events?types=call.recording_ready&limit=100')).body.data.filter(
      (event: any) => event.call === call.id,
    );

  it('is kept when it begins, is ready when it has ended, and is told of once', async () => {
    const call = await called();
    const first = await call.post('record', started('rec-1'));
    assert.deepEqual(first.elements, []);
    const [begun] = await rows(call);
    assert.equal(begun.status, 'recording');
    assert.equal(begun.kind, 'call');
    assert.deepEqual(await told(call), []);
    for (let times = 0; times < 3; times += 1) await call.post('record', stopped('rec-1'));
    await call.post('record', stopped('rec-1', { RecordingDurationMs: '1' }));
    const [row, ...others] = await rows(call);
    assert.deepEqual(others, []);
    assert.equal(row.id, begun.id);
    assert.equal(row.status, 'ready');
    assert.equal(row.duration_ms, '11020');
    assert.equal(row.started_at.toISOString(), '2026-06-08T06:07:37.000Z');
    assert.equal(row.ended_at.toISOString(), '2026-06-08T06:07:48.020Z');
    const [event, ...again] = await told(call);
    assert.deepEqual(again, []);
    assert.deepEqual(event.data, { recording: row.id, duration_seconds: 12 });
  });

  it('is ready though its beginning is told late, or never', async () => {
    const call = await called();
    await call.post('record', stopped('late'));
    await call.post('record', started('late'));
    assert.deepEqual(
      (await rows(call)).map(({ status }) => status),
      ['ready'],
    );
    assert.equal((await told(call)).length, 1);
  });

  it('of a message is a voicemail', async () => {
    const call = await called();
    await call.post('voicemail', started('message'));
    await call.post('voicemail', stopped('message', { RecordingDurationMs: '', RecordingDuration: '' }));
    const [row] = await rows(call);
    assert.equal(row.kind, 'voicemail');
    assert.equal((await told(call))[0].data.duration_seconds, null);
  });

  it("has its place with Vobiz sealed with the tenant's key: nobody reads the account out of a row", async () => {
    const call = await called();
    await call.post('record', stopped('sealed'));
    const [row] = await rows(call);
    assert.ok(!JSON.stringify(row).includes('media.vobiz.ai'));
    const tenantId = readTenantId(tenant.id);
    assert.ok(tenantId);
    const keys = await world.container.database.transaction({ as: 'tenant', tenantId }, (unit) =>
      createKeyRing(world.master).version(unit, tenantId, row.key_version),
    );
    const place = `${tenantId}|recordings|${call.id}|sealed`;
    assert.equal(unseal(keys.dataKey, row.sealed_url, place).toString(), URL_OF_VOBIZ);
  });

  it('of another call is not taken over by this one, and a call has 20 of them at most', async () => {
    const [call, other] = [await called(), await called()];
    await call.post('record', started('mine'));
    await other.post('record', stopped('mine'));
    assert.deepEqual(
      (await rows(call)).map(({ status }) => status),
      ['recording'],
    );
    for (let n = 0; n < 25; n += 1) await call.post('record', started(`more-${n}`));
    assert.equal((await rows(call)).length, 20);
  });

  it('without an id, or told by anything else than a recording, is none', async () => {
    const call = await called();
    const { RecordingID: _id, ...nameless } = stopped('x');
    for (const fields of [nameless, { Event: 'SomethingNew', RecordingID: 'x' }, { Event: 'Hangup' }]) {
      assert.equal((await call.post('record', fields as Record<string, string>)).status, 200);
    }
    assert.deepEqual(await rows(call), []);
  });

  it('and its event are kept in one transaction: neither without the other', async () => {
    const call = await called();
    await world.sql(`alter table recordings add constraint broken check (provider_recording_id <> 'broken')`);
    const refused = await call.post('record', stopped('broken'));
    assert.equal(refused.status, 503, 'it is sent again');
    const kept = () =>
      world.sql(`select 1 from call_events where call_id = $1 and kind = 'record_stopped'`, [call.id]);
    assert.equal((await kept()).length, 0);
    await world.sql(`alter table recordings drop constraint broken`);
    assert.equal((await call.post('record', stopped('broken'))).status, 200);
    assert.equal((await kept()).length, 1);
    assert.equal((await told(call)).length, 1);
  });

  it('leaves nothing when it is posted with a signature that was used before', async () => {
    const call = await called();
    const path = `${tenant.account.webhookPath}/tenants/${tenant.id}/calls/${call.id}/record`;
    const headers = signatureOf(`${world.publicUrl}${path}`, 'test_token');
    const post = (id: string) => postForm(world, path, { CallUUID: call.uuid, ...stopped(id) }, headers);
    assert.equal((await post('signed')).status, 200);
    assert.equal((await post('replayed')).status, 403);
    assert.equal((await rows(call)).length, 1);
  });
});
