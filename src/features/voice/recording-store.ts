import type { Db } from '../../db/database.ts';
import type { Id, TenantId } from '../../kernel/ids.ts';

export type ToldRecording = {
  id: Id<'rec'>;
  provider_recording_id: string;
  kind: 'call' | 'voicemail';
  status: 'recording' | 'ready';
  duration_ms: number | null;
  started_at: Date | null;
  ended_at: Date | null;
};

/**
 * Keeps what is told of a recording, however often and in whichever order, and tells the tenant once that it is ready. In a
 * transaction that acts for the tenant.
 */
export async function keepRecording(
  db: Db,
  tenantId: TenantId,
  callId: string,
  recording: ToldRecording,
  url: { sealed: Buffer; keyVersion: number } | null,
): Promise<void> {
  await db.rows('select keep_recording($1, $2, $3, $4, $5)', [
    tenantId,
    callId,
    JSON.stringify(recording),
    url?.sealed ?? null,
    url?.keyVersion ?? null,
  ]);
}
