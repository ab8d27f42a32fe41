/** What a list operation asks its store for: one row more than shown tells whether there are more. */
export type PageQuery = { limit: number; startingAfter: string | null };

export type Page<T> = { rows: T[]; hasMore: boolean };

/** From the validated query, where the spec has filled in the limit. */
export function pageQuery(query: { limit?: number; starting_after?: string }): PageQuery {
  return { limit: query.limit ?? 20, startingAfter: query.starting_after ?? null };
}

export function pageOf<T>(rows: T[], query: PageQuery): Page<T> {
  return { rows: rows.slice(0, query.limit), hasMore: rows.length > query.limit };
}

export function listView<T, V>(page: Page<T>, view: (row: T) => V): { data: V[]; has_more: boolean } {
  return { data: page.rows.map(view), has_more: page.hasMore };
}
