import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Allow } from '../../src/features/sessions/session.ts';
import { noPolicy } from '../../src/features/voice/call-policy.ts';
import { decideRoute } from '../../src/features/voice/route.ts';
import type { BindingFacts, GraceStage, Route, RouteFacts } from '../../src/features/voice/route-kinds.ts';
import type { E164 } from '../../src/kernel/phone.ts';

const M1 = '+917900000000' as E164;
const M2 = '+917900000001' as E164;
const allows = ['both', 'a_to_b', 'b_to_a', 'none'] as const satisfies readonly Allow[];
const directions = ['both', 'a_to_b', 'b_to_a'] as const;

const stageOf = (more: Partial<GraceStage> = {}): GraceStage => ({
  is: 'grace',
  number: 2,
  allow: 'both',
  forwards: false,
  after: 'ended',
  ...more,
});
const bindingOf = (more: Partial<BindingFacts> = {}): BindingFacts => ({
  sessionId: 'ses_1',
  side: 'a',
  isReleased: false,
  isMoved: false,
  phase: stageOf(),
  direction: 'both',
  ringTimeoutSeconds: 30,
  maxCallSeconds: 3600,
  maxCalls: null,
  callsMade: 0,
  otherDid: { e164: M2, status: 'active' },
  ...more,
});
const routeOf = (binding: Partial<BindingFacts>, more: Partial<RouteFacts> = {}): Route =>
  decideRoute({
    did: { e164: M1, status: 'active' },
    tenantStatus: 'active',
    outOfSessionPolicy: 'reject',
    isCallerKnown: true,
    policy: noPolicy,
    bindings: [bindingOf(binding)],
    ...more,
  });
const ruleOf = (route: Route, rule: string) => route.trace.find((step) => step.rule === rule);

describe('the route of a call in a stage after the end', () => {
  for (const side of ['a', 'b'] as const) {
    for (const allow of allows) {
      for (const direction of directions) {
        const own = side === 'a' ? 'a_to_b' : 'b_to_a';
        const isAllowed = [allow, direction].every((each) => each === 'both' || each === own);
        const title = `party ${side}, stage ${allow}, session ${direction}`;

        test(`${title}: ${isAllowed ? 'bridged' : 'hears that it is over, or is forwarded where the stage says so'}`, () => {
          for (const after of ['ended', 'expired'] as const) {
            for (const forwards of [false, true]) {
              const route = routeOf({ side, direction, phase: stageOf({ allow, forwards, after }) });
              const step = ruleOf(route, 'stage');
              assert.match(step?.detail ?? '', new RegExp(`Stage 2 .*allows ${allow}, .*${direction}`));
              if (isAllowed) {
                assert.equal(route.reason, 'grace_binding');
                assert.equal(route.decision === 'bridge' && route.callerId, M2);
                assert.equal(step?.outcome, 'pass');
              } else if (forwards) {
                assert.equal(route.reason, 'grace_forward');
                assert.equal(route.decision === 'forward' && route.callerId, M1);
                assert.equal(route.decision === 'forward' && route.stage?.number, 2);
                assert.equal(step?.outcome, 'match');
              } else {
                assert.equal(route.reason, `session_${after}`);
                assert.equal(route.decision === 'announce' && route.announcement, 'over');
                assert.equal(step?.outcome, 'stop');
              }
            }
          }
        });
      }
    }
  }

  test('says in its trace how the session lost its full rights', () => {
    for (const [after, words] of [
      ['ended', /was ended and is in grace/],
      ['expired', /has expired and is in grace/],
    ] as const) {
      assert.match(ruleOf(routeOf({ phase: stageOf({ after }) }), 'session')?.detail ?? '', words);
    }
  });

  test('a call limit holds in it, and is no reason to be forwarded', () => {
    const route = routeOf({ phase: stageOf({ forwards: true }), maxCalls: 3, callsMade: 3 });
    assert.equal(route.reason, 'call_limit_reached');
    assert.equal(route.decision === 'announce' && route.announcement, 'over');
  });

  test('a phone that left the session has no rights in it, nor is it forwarded', () => {
    const route = routeOf({ phase: stageOf({ allow: 'none', forwards: true }), isReleased: true });
    assert.equal(route.reason, 'phone_replaced');
    assert.equal(route.decision, 'announce');
  });

  test('no number is shown that is not in service', () => {
    const bridged = routeOf({ otherDid: { e164: M2, status: 'retired' } });
    assert.equal(bridged.reason, 'caller_id_not_owned');
    const phase = stageOf({ allow: 'none', forwards: true });
    const dialled = routeOf({ phase }, { did: { e164: M1, status: 'retired' } });
    assert.equal(dialled.reason, 'unknown_did');
    const retiring = routeOf({ phase }, { did: { e164: M1, status: 'retiring' } });
    assert.equal(retiring.decision, 'forward', 'one that retires is still the tenant’s own');
  });

  test('a suspended tenant forwards nobody', () => {
    const phase = stageOf({ allow: 'none', forwards: true });
    assert.equal(routeOf({ phase }, { tenantStatus: 'suspended' }).reason, 'tenant_suspended');
  });

  test('when no stage is in force, nobody is connected, whatever the session allowed', () => {
    for (const is of ['ended', 'expired'] as const) {
      const route = routeOf({ phase: { is } });
      assert.equal(route.reason, `session_${is}`);
      assert.equal(route.decision === 'announce' && route.announcement, 'over');
      assert.equal(ruleOf(route, 'stage'), undefined);
    }
    assert.equal(routeOf({ phase: { is: 'active' } }).reason, 'live_binding');
  });
});
