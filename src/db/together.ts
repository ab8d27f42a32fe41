import DataLoader from 'dataloader';
import { isStatementRefused } from './sqlstate.ts';

/** Enough to keep Postgres at work while the next ones gather, and few enough that they do gather. */
const MOST_UNDER_WAY = 4;
/** Of each size Postgres keeps a prepared statement in each connection. */
const MOST_TOGETHER = 8;

/** Runs one statement. */
type Rows = <R>(text: string, params: readonly unknown[]) => Promise<R[]>;
type Outcome = unknown[] | Error;

/**
 * Runs what several requests ask in the same moment as one statement: it saves round trips, and a commit for each. A request
 * that is alone waits for nobody.
 *
 * For statements `select … from f(…)` or `select f(…) as …` that only give rows and whose functions set their own tenant.
 * A function that raises undoes the others with it, so what is to be expected it must return; when Postgres refuses the
 * statement all the same, each part is run by itself.
 */
export function runTogether(rows: Rows): Rows {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  const loaders = new Map<string, DataLoader<readonly unknown[], unknown[]>>();

  const begin = (dispatch: () => void): void => {
    underWay += 1;
    // When all that came in with this turn of the event loop has been read.
    setImmediate(dispatch);
  };
  const finished = (): void => {
    underWay -= 1;
    const next = waiting.shift();
    if (next !== undefined) begin(next);
  };

  const alone = (text: string, params: readonly unknown[]): Promise<Outcome> =>
    rows<unknown>(text, params).catch(asError);

  const all = async (text: string, asked: readonly (readonly unknown[])[]): Promise<Outcome[]> => {
    const [first = []] = asked;
    if (asked.length === 1) return [await alone(text, first).finally(finished)];
    const statement = joined(text, asked.length, first.length);
    const found = await rows<{ place: number }>(statement, asked.flat()).catch(asError).finally(finished);
    if (!(found instanceof Error)) return asked.map((_, at) => found.filter(({ place }) => place === at));
    // A connection that is lost may have committed: only what was certainly undone is run again.
    if (!isStatementRefused(found)) return asked.map(() => found);
    return Promise.all(asked.map((params) => alone(text, params)));
  };

  const loaderOf = (text: string) => {
    const known = loaders.get(text);
    if (known !== undefined) return known;
    const loader = new DataLoader<readonly unknown[], unknown[]>((asked) => all(text, asked), {
      cache: false,
      maxBatchSize: MOST_TOGETHER,
      batchScheduleFn: (dispatch) => {
        if (underWay < MOST_UNDER_WAY) begin(dispatch);
        else waiting.push(dispatch);
      },
    });
    loaders.set(text, loader);
    return loader;
  };

  return async <R>(text: string, params: readonly unknown[]) => (await loaderOf(text).load(params)) as R[];
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const statements = new Map<string, string>();

/** `place` says whose row it is. The parts run one after the other, and each sees what those before it have done. */
function joined(text: string, count: number, params: number): string {
  const key = `${count} ${text}`;
  const known = statements.get(key);
  if (known !== undefined) return known;
  const part = (place: number) =>
    text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + place * params}`);
  const parts = Array.from(
    { length: count },
    (_, place) => `select ${place} as place, q.* from (${part(place)}) q`,
  );
  const made = parts.join(' union all ');
  statements.set(key, made);
  return made;
}
