import type { Db } from '../../db/database.ts';

export type PoolFigure =
  | { kind: 'pool'; state: 'ok' | 'low' | 'empty'; count: number }
  | { kind: 'did'; state: 'active' | 'retiring'; count: number };

/** AcrossTenants: for operators. How many live pools and DIDs there are, by how they are; nothing of a single one. */
export function poolFigures(db: Db): Promise<PoolFigure[]> {
  return db.rows<PoolFigure>('select kind, state, how_many as count from pool_figures()', []);
}
