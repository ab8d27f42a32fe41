import { openDatabase } from '../../src/db/database.ts';
import { purgeBindings } from '../../src/features/sessions/binding-store.ts';
import type { TenantId } from '../../src/kernel/ids.ts';
import type { Tenant } from './api.ts';
import type { Replicas } from './replicas.ts';
import type { SessionLoad } from './session-load.ts';

/** What is wrong, one number for each kind; all must be zero. */
export type Truth = {
  givenTwice: number;
  acknowledgedLost: number;
  keysWithTwoSessions: number;
  sessionsNobodyAskedFor: number;
  halfPairs: number;
  bindingsWithoutSession: number;
  leakedAfterTheEnd: number;
  leftAfterThePurge: number;
};

export const nothingWrong: Truth = {
  givenTwice: 0,
  acknowledgedLost: 0,
  keysWithTwoSessions: 0,
  sessionsNobodyAskedFor: 0,
  halfPairs: 0,
  bindingsWithoutSession: 0,
  leakedAfterTheEnd: 0,
  leftAfterThePurge: 0,
};

/**
 * Holds what the clients were told against what is in Postgres, once they have all got their answers. What a session held
 * that has ended must be free: with no cooling time, at once. The purge then leaves what the live ones hold, and no more.
 */
export async function truthOf(replicas: Replicas, tenant: Tenant, load: SessionLoad): Promise<Truth> {
  const { sql } = replicas;
  const sessions = await sql<{ id: string; key: string; status: string }>(
    'select id, transaction_ref as key, status from sessions where tenant_id = $1',
    [tenant.id],
  );
  const found = new Map(sessions.map((session) => [session.id, session]));
  const live = await sql<{ id: string; pair: string[] | null; parties: string; phones: string }>(
    `select s.id,
            (select array_agg(concat_ws(' ', b.side, d.e164) order by b.side) from bindings b
               join session_parties p on p.tenant_id = b.tenant_id and p.session_id = b.session_id
                and p.side = b.side and p.did_id = b.did_id
               join session_phones f on f.tenant_id = b.tenant_id and f.session_id = b.session_id
                and f.side = b.side and f.caller_index = b.caller_index
               join dids d on d.tenant_id = b.tenant_id and d.id = b.did_id
              where b.tenant_id = s.tenant_id and b.session_id = s.id and b.free_at > now()) as pair,
            (select count(*) from session_parties p where p.tenant_id = s.tenant_id and p.session_id = s.id) as parties,
            (select count(*) from session_phones f where f.tenant_id = s.tenant_id and f.session_id = s.id) as phones
       from sessions s where s.tenant_id = $1 and s.status = 'active'`,
    [tenant.id],
  );
  const pairs = new Map(live.map((session) => [session.id, session.pair?.join() ?? '']));
  const orphans = await count(
    sql,
    `select count(*) as n from bindings b where b.tenant_id = $1
        and not exists (select from sessions s where s.tenant_id = $1 and s.id = b.session_id)`,
    tenant,
  );
  const truth = {
    ...nothingWrong,
    givenTwice: load.violations.filter((violation) => / was given to /.test(violation)).length,
    acknowledgedLost: [...load.acknowledged.values()].filter(({ id, key }) => found.get(id)?.key !== key)
      .length,
    keysWithTwoSessions: sessions.length - new Set(sessions.map(({ key }) => key)).size,
    sessionsNobodyAskedFor: sessions.filter(({ key }) => !load.acknowledged.has(key)).length,
    halfPairs:
      live.filter(
        ({ pair, parties, phones }) => pair?.length !== 2 || Number(parties) !== 2 || Number(phones) !== 2,
      ).length + load.live().filter(({ id, m1, m2 }) => pairs.get(id) !== `a ${m1},b ${m2}`).length,
    bindingsWithoutSession: orphans,
  };

  truth.leakedAfterTheEnd = await count(
    sql,
    `select count(*) as n from bindings b join sessions s on s.tenant_id = b.tenant_id and s.id = b.session_id
      where b.tenant_id = $1 and s.status = 'ended' and b.free_at > now()`,
    tenant,
  );
  const database = openDatabase(replicas.databaseUrl, { connections: 1, onError: () => {} });
  const tenantId = tenant.id as TenantId;
  await database.transaction({ as: 'tenant', tenantId }, (unit) => purgeBindings(unit, tenantId, 100_000));
  await database.close();
  const left = await count(sql, 'select count(*) as n from bindings where tenant_id = $1', tenant);
  truth.leftAfterThePurge = left - 2 * load.live().length;
  return truth;
}

async function count(sql: Replicas['sql'], text: string, tenant: Tenant): Promise<number> {
  const [row] = await sql<{ n: string }>(text, [tenant.id]);
  return Number(row?.n);
}
