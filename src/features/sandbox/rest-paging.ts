/** The API pages in three ways. Whatever is not understood becomes the default, as far as is known. */

type Query = Readonly<Record<string, unknown>>;

/** `limit` and `offset`, with a `meta` that names the neighbours (applications, recordings). */
export function byOffset<T>(all: readonly T[], query: Query, path: string) {
  const limit = within(query.limit, 1, 100, 20);
  const offset = within(query.offset, 0, Number.MAX_SAFE_INTEGER, 0);
  const at = (start: number) => `${path}?limit=${limit}&offset=${start}`;
  return {
    meta: {
      limit,
      offset,
      total_count: all.length,
      next: offset + limit < all.length ? at(offset + limit) : null,
      previous: offset > 0 ? at(Math.max(0, offset - limit)) : null,
    },
    objects: all.slice(offset, offset + limit),
  };
}

/** `page` and `per_page` (numbers, call records, transactions). A page that is too large falls back to the default. */
export function byPage<T>(all: readonly T[], query: Query, size: { fallback: number; most: number }) {
  const perPage = within(query.per_page, 1, size.most, size.fallback);
  const page = within(query.page, 1, Number.MAX_SAFE_INTEGER, 1);
  const start = (page - 1) * perPage;
  return { items: all.slice(start, start + perPage), page, per_page: perPage, total: all.length };
}

function within(value: unknown, least: number, most: number, fallback: number): number {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  return number >= least && number <= most ? number : fallback;
}
