import type { Db } from '../../db/database.ts';
import type { Owner } from '../../kernel/ids.ts';
import type { OwnAnnouncement } from './announcements.ts';

/** For a call: what the tenant says in these languages, asked by a connection that acts for nobody. */
export async function findOwnAnnouncements(
  db: Db,
  owner: Owner,
  languages: readonly OwnAnnouncement['language'][],
): Promise<OwnAnnouncement[]> {
  return db.rows<OwnAnnouncement>('select * from own_announcements($1, $2, $3)', [
    owner.tenantId,
    owner.livemode,
    languages,
  ]);
}

/** All of them: as many as there are keys and languages at most. */
export async function listOwnAnnouncements(db: Db, owner: Owner): Promise<OwnAnnouncement[]> {
  return db.rows<OwnAnnouncement>(
    `select key, language, prompt from announcements where tenant_id = $1 and livemode = $2
      order by key, language`,
    [owner.tenantId, owner.livemode],
  );
}

/** These, and no others any more. */
export async function replaceAnnouncements(
  db: Db,
  owner: Owner,
  announcements: readonly OwnAnnouncement[],
): Promise<void> {
  // One after the other: of two at once, what one has added would otherwise be left beside what the other wanted.
  await db.rows('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [
    'announcements',
    owner.tenantId,
  ]);
  await db.rows('delete from announcements where tenant_id = $1 and livemode = $2', [
    owner.tenantId,
    owner.livemode,
  ]);
  await db.rows(
    `insert into announcements (tenant_id, livemode, key, language, prompt)
     select $1, $2, a.key, a.language, a.prompt
       from jsonb_to_recordset($3::jsonb) as a (key text, language text, prompt jsonb)
     on conflict (tenant_id, livemode, key, language) do update set prompt = excluded.prompt`,
    [owner.tenantId, owner.livemode, JSON.stringify(announcements)],
  );
}
