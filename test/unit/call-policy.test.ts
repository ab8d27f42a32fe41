import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkCaller, checkPolicies, hoursOf, noPolicy } from '../../src/features/voice/call-policy.ts';
import { createEndpointBreaker } from '../../src/features/voice/endpoint-breaker.ts';
import { outOfSessionWay } from '../../src/features/voice/out-of-session.ts';

describe('the policies of a call', () => {
  test('without any, nothing is stopped and nothing is said', () => {
    assert.deepEqual(checkPolicies(noPolicy), { steps: [], stop: null });
    assert.deepEqual(checkCaller(noPolicy), { steps: [], stop: null });
  });

  test('are asked in the order of window, block, limit; the first that stops ends it', () => {
    const all = {
      ...noPolicy,
      hours: { isOpen: false, zone: 'UTC' },
      callerBlock: 'blk_1',
      pairLimit: { calls: 1, seconds: 60 },
      pairCalls: 1,
    };
    const reasons = [
      all,
      { ...all, hours: { isOpen: true, zone: 'UTC' } },
      { ...all, hours: null, callerBlock: null, pairBlock: 'blk_2' },
      { ...all, hours: null, callerBlock: null },
      { ...all, hours: null, callerBlock: null, pairCalls: 0 },
    ].map((policy) => checkPolicies(policy).stop?.reason ?? null);
    assert.deepEqual(reasons, [
      'outside_call_window',
      'caller_blocked',
      'caller_blocked',
      'pair_limit_reached',
      null,
    ]);
  });

  test('of a caller without a session are blocks of whatever it dials, and no others', () => {
    assert.equal(checkCaller({ ...noPolicy, pairBlock: 'blk_1' }).stop, null);
    assert.equal(checkCaller({ ...noPolicy, callerBlock: 'blk_1' }).stop?.reason, 'caller_blocked');
  });

  test('the window is that of who is called, where nothing is said of it in the tenant’s country', () => {
    const callWindow = [{ from: '09:00', to: '21:00' }];
    const timeZone = { a: 'America/New_York', b: null };
    const at = new Date('2026-06-08T04:00:00Z');
    assert.deepEqual(hoursOf({ callWindow, timeZone }, 'a', at, 'IN'), {
      isOpen: false,
      zone: 'America/New_York',
    });
    assert.equal(hoursOf({ callWindow, timeZone }, 'b', at, 'IN')?.isOpen, true);
    assert.equal(hoursOf({ callWindow, timeZone }, 'b', at, 'US')?.zone, 'all zones of US');
    assert.equal(hoursOf({ callWindow: null, timeZone }, 'a', at, 'IN'), null);
  });

  test('a pool’s or tenant’s policy goes before the tenant’s standard', () => {
    const policy = { id: 'osp_1', isOfPool: true, onFailure: null, timeLimitSeconds: 600, hasForward: true };
    assert.equal(outOfSessionWay({ ...policy, action: 'forward' }, 'reject').way, 'forward');
    assert.equal(outOfSessionWay(null, 'reject').way, 'reject');
  });
});

describe('the breaker of an endpoint', () => {
  test('opens after three failures in a row, lets one caller try after a while, and closes when that one succeeds', () => {
    let now = 0;
    const breaker = createEndpointBreaker(() => now);
    const failTimes = (times: number) => {
      for (let i = 0; i < times; i += 1) breaker.failed('a');
    };
    failTimes(2);
    assert.ok(breaker.mayTry('a'));
    breaker.succeeded('a');
    failTimes(2);
    assert.ok(breaker.mayTry('a'), 'not in a row');
    failTimes(1);
    assert.ok(!breaker.mayTry('a'));
    assert.ok(breaker.mayTry('b'), 'another endpoint is not concerned');
    now = 9_999;
    assert.ok(!breaker.mayTry('a'));
    now = 10_000;
    assert.ok(breaker.mayTry('a'));
    assert.ok(!breaker.mayTry('a'), 'one at a time');
    breaker.failed('a');
    now = 20_000;
    assert.ok(breaker.mayTry('a'));
    breaker.succeeded('a');
    assert.ok(breaker.mayTry('a') && breaker.mayTry('a'));
  });
});
