import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm, signatureOf } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe("a call's events", () => {
  let world: World;
  let tenant: Tenant;
  let session: any;
  let m1: string;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    session = await newSession(tenant, A, B);
    m1 = session.parties.a.masking_number;
  });
  after(() => world.close());

  const post = (fields: Record<string, string>, path = tenant.account.webhookPath) =>
    postForm(world, path, fields);

  /** A bridged call: its provider id, our id and the paths of its own URLs. */
  const bridged = async () => {
    const event = answerEvent(m1, '919800000001');
    const reply = await post(event);
    const pathOf = (url: string | undefined) => String(url).slice(world.publicUrl.length);
    const dialPath = pathOf(reply.dial?.action);
    const id = /\/(call_\w+)\//.exec(dialPath)?.[1] ?? '';
    return { event, uuid: event.CallUUID ?? '', id, dialPath, legPath: pathOf(reply.dial?.callbackUrl) };
  };

  const hangup = (uuid: string, more: Record<string, string> = {}) => ({
    AnswerTime: '2026-06-08 11:37:35',
    BillDuration: '60',
    CallStatus: 'completed',
    CallUUID: uuid,
    Direction: 'inbound',
    Duration: '11',
    EndTime: '2026-06-08 11:37:46',
    Event: 'Hangup',
    From: '919800000001',
    HangupCause: 'NORMAL_CLEARING',
    HangupCauseCode: '4000',
    To: `0${m1.slice(3)}`,
    ...more,
  });

  const callOf = async (id: string) => (await tenant.api.get(`/v1/calls/${id}`)).body;
  const eventsOf = async (id: string) =>
    (
      await world.sql<{ kind: string }>(
        'select kind from call_events where call_id = $1 order by received_at',
        [id],
      )
    ).map((row) => row.kind);

  it('keep the decision with its trace, and end with the hangup', async () => {
    const { id, uuid } = await bridged();
    const before = await callOf(id);
    assert.equal(before.status, 'ringing');
    assert.equal(before.decision, 'bridge');
    assert.equal(before.session, session.id);
    assert.equal(before.caller_party, 'a');
    assert.equal(before.did, m1);
    assert.ok(before.trace.length > 3);
    const reply = await post(hangup(uuid));
    assert.equal(reply.status, 200);
    assert.match(reply.xml, /<Response><\/Response>$/);
    const ended = await callOf(id);
    assert.equal(ended.status, 'completed');
    assert.equal(ended.duration_seconds, 11);
    assert.equal(ended.hangup_cause, 'NORMAL_CLEARING');
    assert.notEqual(ended.ended_at, null);
  });

  it('never answer a hangup at the answer URL with a Dial, whether the call is known or not', async () => {
    for (const event of [hangup('never-seen'), hangup('never-seen-2', { CallStatus: 'no-answer' })]) {
      const reply = await post(event);
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.verbs, []);
    }
  });

  it('are counted once however often they come', async () => {
    const { id, uuid } = await bridged();
    for (let i = 0; i < 3; i += 1) await post(hangup(uuid));
    await post(hangup(uuid, { Duration: '99' }));
    assert.equal((await callOf(id)).duration_seconds, 11);
    assert.deepEqual(await eventsOf(id), ['answer', 'hangup']);
  });

  it('never bring a call back that is over: a late repeat of its answer event is not bridged', async () => {
    const { event, uuid, id } = await bridged();
    assert.equal((await post(event)).dial?.number, B, 'a repeat while it rings gets the same');
    await post(hangup(uuid));
    const late = await post(event);
    assert.equal(late.status, 200);
    assert.deepEqual(late.verbs, []);
    assert.equal((await callOf(id)).status, 'completed');
    assert.deepEqual(await eventsOf(id), ['answer', 'hangup']);
  });

  it('of its legs are accepted at the URLs that the Dial handed out', async () => {
    const { uuid, id, dialPath, legPath } = await bridged();
    const leg = {
      CallUUID: uuid,
      DialBLegUUID: 'b-leg',
      DialBLegFrom: '917900000001',
      DialBLegTo: '919800000002',
    };
    for (const [event, action] of [
      ['DialAnswer', 'answer'],
      ['DialConnected', 'connected'],
      ['DialHangup', 'hangup'],
    ] as const) {
      const reply = await post({ ...leg, Event: event, DialAction: action, DialBLegStatus: action }, legPath);
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.verbs, []);
    }
    assert.equal((await callOf(id)).status, 'in_progress');
    const done = await post(
      { Event: 'Redirect', CallUUID: uuid, DialStatus: 'completed', DialBLegUUID: '' },
      dialPath,
    );
    assert.deepEqual(done.verbs, ['Hangup']);
    assert.deepEqual(await eventsOf(id), [
      'answer',
      'dial_answer',
      'dial_connected',
      'dial_hangup',
      'dial_action',
    ]);
  });

  it('tell the caller when the other party was not reached', async () => {
    for (const status of ['busy', 'no-answer', 'timeout', 'failed']) {
      const { uuid, dialPath } = await bridged();
      const reply = await post({ Event: 'DialAction', CallUUID: uuid, DialStatus: status }, dialPath);
      assert.match(reply.spoken.join(), /cannot be reached/);
    }
  });

  it('of every kind are accepted, kept and answered with a valid document', async () => {
    const { uuid, id } = await bridged();
    const to = `0${m1.slice(3)}`;
    for (const fields of [
      { Event: 'DialAnswer', DialAction: 'answer', DialBLegUUID: 'x', DialBLegFrom: '917900000001' },
      { Event: 'Record', RecordingID: 'rec-1', To: to },
      {
        Event: 'RecordStop',
        RecordingID: 'rec-1',
        RecordUrl: 'https://media.vobiz.ai/v1/r.mp3',
        RecordingDuration: '11',
      },
      { Event: 'Redirect', To: to },
      { Event: 'Transfer', To: to },
      { Event: 'Ring', To: to },
      { Event: 'SomethingNew', To: to },
      { InputType: 'dtmf', Digits: '4821', To: to },
    ]) {
      const reply = await post({ CallUUID: uuid, ...fields } as Record<string, string>);
      assert.equal(reply.status, 200);
    }
    assert.equal((await eventsOf(id)).length, 9);
  });

  it("of another account's call are nobody's here", async () => {
    const { uuid, dialPath } = await bridged();
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const path = dialPath.replace(/whk_\w+/, other.account.webhookPath.split('/').at(-1) ?? '');
    const reply = await post({ Event: 'DialAction', CallUUID: uuid, DialStatus: 'completed' }, path);
    assert.equal(reply.status, 404);
    const unknown = dialPath.replace(/ten_\w+/, 'ten_00000000000000000000000000000000');
    assert.equal((await post({ Event: 'DialAction', CallUUID: uuid }, unknown)).status, 404);
    assert.equal(
      (await post({ Event: 'DialAction', CallUUID: uuid }, dialPath.replace('ten_', 'xyz_'))).status,
      404,
    );
  });

  it('are signed by the path that they are posted to, once', async () => {
    const required = await newTenant(world, { dids: freshNumbers(2), signatureMode: 'required' });
    const theirs = await newSession(required, A, B);
    const at = required.account.webhookPath;
    const event = answerEvent(theirs.parties.a.masking_number, '919800000001');
    const reply = await postForm(world, at, event, signatureOf(`${world.publicUrl}${at}`, 'test_token'));
    const url = String(reply.dial?.action);
    const path = url.slice(world.publicUrl.length);
    const action = { Event: 'DialAction', CallUUID: event.CallUUID ?? '', DialStatus: 'completed' };
    assert.equal((await postForm(world, path, action)).status, 403);
    const headers = signatureOf(url, 'test_token');
    assert.equal((await postForm(world, path, action, headers)).status, 200);
    assert.equal((await postForm(world, path, { ...action, DialStatus: 'busy' }, headers)).status, 403);
  });

  it('are bridged even without an id of the call, and each is a call of its own', async () => {
    const { CallUUID: _gone, ...event } = answerEvent(m1, '919800000001');
    const before = (await tenant.api.get(`/v1/calls?session=${session.id}&limit=100`)).body.data.length;
    assert.equal((await post(event as Record<string, string>)).dial?.number, B);
    assert.equal((await post(event as Record<string, string>)).dial?.number, B);
    const after = (await tenant.api.get(`/v1/calls?session=${session.id}&limit=100`)).body.data.length;
    assert.equal(after, before + 2);
  });
});
