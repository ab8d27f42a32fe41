import type { Db, Unit } from '../db/database.ts';
import type { operations } from '../generated/schema.ts';
import type { TenantId } from '../kernel/ids.ts';
import type { CountryCode } from '../kernel/phone.ts';

/** Operations of the spec that are no API calls of tenants or operators; app.ts serves them itself. */
export type PlatformOperation =
  | 'vobizWebhook'
  | 'vobizCallEvent'
  | 'livez'
  | 'readyz'
  | 'openapiDocument'
  | 'docs'
  | 'errorPage';

export type OperationId = Exclude<keyof operations, PlatformOperation>;

export type OperatorActor = { kind: 'operator'; keyId: string };
export type TenantActor = {
  kind: 'tenant';
  keyId: string;
  tenantId: TenantId;
  livemode: boolean;
  scopes: readonly string[];
  defaultCountry: CountryCode;
};
export type Actor = OperatorActor | TenantActor;

type Part<
  Op extends OperationId,
  K extends 'path' | 'query' | 'header',
> = operations[Op]['parameters'] extends {
  [key in K]?: infer P;
}
  ? Exclude<P, undefined>
  : Record<string, never>;

type Json<T> = T extends { content: { 'application/json': infer B } } ? B : undefined;
type Body<Op extends OperationId> = operations[Op] extends { requestBody: infer R }
  ? Json<R>
  : operations[Op] extends { requestBody?: infer R }
    ? Json<Exclude<R, undefined>> | undefined
    : undefined;

/**
 * Operations whose handler settles all that they write, the answer to their Idempotency-Key included, in one statement.
 * Everything else gets a transaction from the router; on the hot path its round trips cost more than the work.
 */
export type SelfSettling = 'createSession' | 'createSessions';

/** The Idempotency-Key of a self-settling request; `key` is a digest. */
export type Once<Op extends OperationId> = {
  key: string;
  fingerprint: Buffer;
  /** The answer as it is to be kept with what it answers. */
  seal(reply: JsonReply<Op>): Buffer;
  /** The answer that was kept. Throws idempotency_key_reused, idempotency_key_in_use. */
  replay(kept: { fingerprint: Buffer; status: number | null; sealedReply: Buffer | null }): JsonReply<Op>;
  /** The same for one part of the request, which is done, kept and replayed on its own. */
  part<P extends SelfSettling>(place: number, body: unknown): Once<P>;
};

/** Operations that may wait for something to happen, and so get no transaction: it would hold a connection all the while. */
export type Waiting =
  | 'listEvents'
  | 'streamEvents'
  | 'exportUsageRecords'
  | 'listAccountNumbers'
  | 'hangUpCall';

/** Operations whose success is no JSON. They wait as well: a stream may last. */
export type Streaming = 'streamEvents' | 'exportUsageRecords';

type Means<Op extends OperationId> = Op extends SelfSettling
  ? { /** Single statements, each a transaction of its own. */ db: Db; once: Once<Op> }
  : Op extends Waiting
    ? {
        /** Aborted when the client has gone away. */
        gone: AbortSignal;
        /** Whether the key would still be let in: for what lasts longer than a revoked key may. */
        isKeyGood: () => Promise<boolean>;
      }
    : { /** The request's one transaction. */ unit: Unit };

/** A validated request. Defaults of the spec are filled in. */
export type Call<Op extends OperationId> = {
  params: Part<Op, 'path'>;
  query: Part<Op, 'query'>;
  /** Those of the spec, but for the Idempotency-Key. */
  headers: Omit<Part<Op, 'header'>, 'Idempotency-Key'>;
  body: Body<Op>;
  actor: Actor;
} & Means<Op>;

type SuccessStatus = 200 | 201 | 202;
/** Only the success statuses that the spec gives this operation; failures are thrown. */
export type JsonReply<Op extends OperationId> = {
  [S in keyof operations[Op]['responses'] & SuccessStatus]: {
    status: S;
    body: Json<operations[Op]['responses'][S]>;
    replayed?: true;
  };
}[keyof operations[Op]['responses'] & SuccessStatus];

/** Bit by bit, with the content type of the spec. Only what fails before the stream is handed over becomes a problem document. */
export type StreamReply = { status: 200; stream: AsyncIterable<string | Uint8Array> };
export type Reply<Op extends OperationId> = Op extends Streaming ? StreamReply : JsonReply<Op>;

export type Handler<Op extends OperationId> = (call: Call<Op>) => Promise<Reply<Op>>;
export type Handlers = { [Op in OperationId]: Handler<Op> };

/** For operations that the spec opens to tenants only; the router has refused every other actor before. */
export function tenantOf(call: { actor: Actor }): TenantActor {
  if (call.actor.kind !== 'tenant') throw new Error('this operation is for tenants');
  return call.actor;
}
