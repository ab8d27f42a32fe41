import type { Actor, JsonReply, Once, SelfSettling } from '../../src/api/contract.ts';
import { fingerprintOf, keptAnswer, keyScope, sealAnswer } from '../../src/api/idempotency.ts';
import { loadSpec } from '../../src/api/spec.ts';
import { compileValidators } from '../../src/api/validation.ts';
import type { Container } from '../../src/container.ts';
import { Failure } from '../../src/kernel/errors.ts';

/** What the service answers: a body, or the code of its refusal. */
export type Outcome = { ok: any } | { refused: string; details: Failure['details'] };
export type Request = { params?: object; query?: object; body?: object; key?: string };
export type Desk = (operation: string, actor: Actor, request?: Request) => Promise<Outcome>;

/**
 * Asks the service's handlers as the router does, without HTTP: the same shapes and defaults, the same transaction. An
 * Idempotency-Key is given for what settles itself only, because the router alone sees to the others.
 */
export function deskOf(container: Container): Desk {
  const spec = loadSpec();
  const validators = compileValidators(spec);
  const operations = new Map<string, (typeof spec.operations)[number]>(
    spec.operations.map((operation) => [operation.id, operation]),
  );
  const { database } = container;
  return async (id, actor, request = {}) => {
    const operation = operations.get(id);
    const validator = validators.get(id);
    const handler = (container.handlers as Record<string, any>)[id];
    if (operation === undefined || validator === undefined) throw new Error(`there is no operation ${id}`);
    try {
      const call = {
        params: request.params ?? {},
        query: validator.query(request.query ?? {}),
        body: validator.body(structuredClone(request.body)),
        actor,
      };
      if (operation.settlesItself) {
        const once = onceOf(container, actor, request.key ?? '', operation.path, call.body);
        return { ok: (await handler({ ...call, db: database.single, once })).body };
      }
      const acting =
        actor.kind === 'tenant'
          ? { as: 'tenant' as const, tenantId: actor.tenantId }
          : { as: 'operator' as const };
      return { ok: (await database.transaction<any>(acting, (unit) => handler({ ...call, unit }))).body };
    } catch (error) {
      if (error instanceof Failure) return { refused: error.code, details: error.details };
      throw error;
    }
  };

  function onceOf<Op extends SelfSettling>(
    { master }: Container,
    actor: Actor,
    key: string,
    path: string,
    body: unknown,
  ): Once<Op> {
    const scope = keyScope(master, actor, key);
    const fingerprint = fingerprintOf(master, scope, { method: 'POST', path, body });
    return {
      key: scope.key,
      fingerprint,
      seal: (reply) => sealAnswer(master, scope, reply),
      replay: (kept) => keptAnswer(master, scope, fingerprint, kept) as JsonReply<Op>,
      part: () => {
        throw new Error('the model creates sessions one by one');
      },
    };
  }
}
