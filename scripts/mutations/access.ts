import type { Mutation } from './mutation.ts';

const sealing = 'src/crypto/sealing.ts';
const phones = 'src/features/sessions/party-phones.ts';
const firstWall = 'test/database/first-wall.test.ts';

/** Keys, tenants and secrets: who may see and do what. */
export const accessMutations: readonly Mutation[] = [
  {
    guard: 'the scope of a key',
    edits: [
      {
        file: 'src/api/authenticate.ts',
        from: "(actor.kind === 'operator' || actor.scopes.includes(access.scope))",
        to: 'true',
      },
    ],
    tests: ['test/http/access.test.ts'],
  },
  {
    guard: 'operations of the operator are for the operator',
    edits: [{ file: 'src/api/authenticate.ts', from: 'access.actors.includes(actor.kind) &&', to: '' }],
    tests: ['test/http/access.test.ts'],
  },
  {
    guard: 'a key expires',
    edits: [
      { file: 'src/api/authenticate.ts', from: ' || row.is_expired) return null', to: ') return null' },
    ],
    tests: ['test/http/api-keys.test.ts'],
  },
  {
    guard: 'a revoked key is none',
    edits: [
      {
        file: 'migrations/20261124090100_create_tenants.js',
        from: 'where d.digest = p_digest and k.revoked_at is null;',
        to: 'where d.digest = p_digest;',
      },
    ],
    tests: ['test/http/api-keys.test.ts'],
  },
  {
    guard: 'the tenant in a query for one object (sessions)',
    edits: [
      {
        file: 'src/features/sessions/session-store.ts',
        from: '{SELECT} where s.tenant_id = $1 and s.livemode = $2 and s.id = $3`',
        to: '{SELECT} where $1::text is not null and s.livemode = $2 and s.id = $3`',
      },
    ],
    tests: [firstWall],
  },
  {
    guard: 'the tenant in a query for a list (DIDs)',
    edits: [
      {
        file: 'src/features/pool/did-store.ts',
        from: 'where d.tenant_id = $1 and d.livemode = $2 and ($3::text is null or p.name = $3',
        to: 'where $1::text is not null and d.livemode = $2 and ($3::text is null or p.name = $3',
      },
    ],
    tests: [firstWall],
  },
  {
    guard: 'live and test mode in a query (sessions)',
    edits: [
      {
        file: 'src/features/sessions/session-store.ts',
        from: '{SELECT} where s.tenant_id = $1 and s.livemode = $2 and s.id = $3`',
        to: '{SELECT} where s.tenant_id = $1 and $2::boolean is not null and s.id = $3`',
      },
    ],
    tests: ['test/http/walls.test.ts'],
  },
  {
    guard: 'row-level security: the policy',
    edits: [
      {
        file: 'migrations/20261124090300_create_sessions.js',
        from: 'create policy tenant on sessions\n  using (tenant_id = (select app_tenant()))',
        to: 'create policy tenant on sessions\n  using (true)',
      },
    ],
    tests: ['test/database/schema.test.ts'],
  },
  {
    guard: 'row-level security: for the owner of the table too',
    edits: [
      {
        file: 'migrations/20261124090300_create_sessions.js',
        from: 'alter table bindings force row level security;\n',
        to: '',
      },
    ],
    tests: ['test/database/schema.test.ts'],
  },
  {
    guard: 'every connection acts as a role that owns nothing',
    edits: [{ file: 'src/db/database.ts', from: "    options: '-c role=maskplane_app',\n", to: '' }],
    tests: ['test/database/acting.test.ts'],
  },
  {
    guard: 'numbers are encrypted',
    edits: [
      {
        file: sealing,
        from: 'const body = Buffer.concat([cipher.update(bytes), cipher.final()]);',
        to: 'cipher.update(bytes);\n  cipher.final();\n  const body = bytes;',
      },
      {
        file: sealing,
        from: 'return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES, -TAG_BYTES)), decipher.final()]);',
        to: 'return sealed.subarray(HEADER_BYTES, -TAG_BYTES);',
      },
    ],
    tests: ['test/e2e/canary.test.ts'],
  },
  {
    guard: 'a sealed value opens in its place only',
    edits: [
      {
        file: sealing,
        from: "authTagLength: TAG_BYTES });\n  cipher.setAAD(Buffer.from(context, 'utf8'));",
        to: 'authTagLength: TAG_BYTES });',
      },
      { file: sealing, from: "    decipher.setAAD(Buffer.from(context, 'utf8'));\n", to: '' },
    ],
    tests: ['test/unit/crypto.test.ts'],
  },
  {
    guard: 'the place of a number is its session and side',
    edits: [
      {
        file: phones,
        from: 'function placeOf(tenantId: TenantId, sessionId: string, side: Side): string {\n',
        to: "function placeOf(tenantId: TenantId, sessionId: string, side: Side): string {\n  return 'session_phones';\n",
      },
    ],
    tests: ['test/database/damaged-rows.test.ts'],
  },
  {
    guard: 'the place of a forward number is its session and stage',
    edits: [
      {
        file: 'src/features/sessions/after-end.ts',
        from: 'function placeOf(tenantId: TenantId, sessionId: string, stage: number): string {\n',
        to: "function placeOf(tenantId: TenantId, sessionId: string, stage: number): string {\n  return 'after_end';\n",
      },
    ],
    tests: ['test/database/damaged-rows.test.ts'],
  },
  {
    guard: 'a number is found by a keyed index of its tenant',
    edits: [
      {
        file: 'src/crypto/blind-index.ts',
        from: "createHmac('sha256', keys.indexKey).update(`caller|",
        to: "createHmac('sha256', keys.indexKey.subarray(0, 0)).update(`caller|",
      },
    ],
    tests: ['test/unit/crypto.test.ts'],
  },
  {
    guard: 'an Idempotency-Key belongs to one body',
    edits: [
      {
        file: 'src/api/idempotency.ts',
        from: 'if (!sameBytes(kept.fingerprint, fingerprint)) {',
        to: 'if (false) {',
      },
    ],
    tests: ['test/http/idempotency.test.ts'],
  },
  {
    guard: 'the advisory lock of an Idempotency-Key: one request at a time, the others do not wait',
    edits: [
      {
        file: 'src/api/idempotency-store.ts',
        from: "select pg_try_advisory_xact_lock(hashtextextended(concat_ws('|', $1::text, $2::text, $3::text), 0)) as held",
        to: 'select true as held',
      },
    ],
    tests: ['test/race/one-key.test.ts'],
  },
];
