import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newPins, pinDigits } from '../../src/features/sessions/session-pin.ts';
import { noPolicy } from '../../src/features/voice/call-policy.ts';
import { afterWrongPin, pinStep } from '../../src/features/voice/pin-rules.ts';
import { decideRoute } from '../../src/features/voice/route.ts';
import type { RouteFacts } from '../../src/features/voice/route-kinds.ts';

const facts = (more: Partial<RouteFacts>): RouteFacts => ({
  did: { e164: '+917900000000' as never, status: 'active' },
  tenantStatus: 'active',
  outOfSessionPolicy: 'reject',
  isCallerKnown: true,
  bindings: [],
  policy: noPolicy,
  ...more,
});

describe('the rules of PINs', () => {
  it('are so long that three guesses on a DID succeed once in ten thousand calls at most', () => {
    assert.deepEqual([0, 2, 3, 32, 33, 199, 332, 333].map(pinDigits), [5, 5, 6, 6, 7, 7, 7, 8]);
    for (const others of [0, 5, 100, 3_000]) assert.ok(((others + 1) * 3) / 10 ** pinDigits(others) <= 1e-4);
    const { a, b } = newPins({ a: 0, b: 100 });
    assert.deepEqual([a.length, b.length], [5, 7]);
  });

  it('ask withheld and unknown callers, and go before the policy of the tenant', () => {
    for (const isCallerKnown of [true, false]) {
      const route = decideRoute(facts({ isCallerKnown, pins: { digits: 6, lock: null } }));
      assert.deepEqual([route.decision, route.reason], ['ask_pin', 'pin_required']);
      assert.equal(decideRoute(facts({ isCallerKnown, pins: null })).decision, 'reject');
    }
  });

  it('announce a lock-out, and say whose it is', () => {
    const route = decideRoute(facts({ pins: { digits: 6, lock: 'did' } }));
    assert.deepEqual([route.decision, route.reason], ['announce', 'pin_locked']);
    assert.match(pinStep({ digits: 6, lock: 'caller' })?.step.detail ?? '', /by this caller/);
  });

  it('never ask on behalf of a suspended tenant or on a DID that is out of service', () => {
    const pins = { digits: 6, lock: null };
    assert.equal(decideRoute(facts({ pins, tenantStatus: 'suspended' })).reason, 'tenant_suspended');
    assert.equal(decideRoute(facts({ pins, did: null })).reason, 'unknown_did');
  });

  it('give a caller so many tries', () => {
    assert.deepEqual(
      [1, 2, 3].map((attempt) => afterWrongPin(attempt, 3)),
      [2, 3, null],
    );
  });
});
