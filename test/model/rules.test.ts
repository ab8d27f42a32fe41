import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { factsOf } from '../support/source-facts.ts';
import { newFigures } from './figures.ts';
import { type Fault, playGame } from './play.ts';
import { told } from './run.ts';
import { type ModelWorld, openModelWorld } from './world.ts';

const root = join(import.meta.dirname, '..', '..');

function sourcesIn(folder: string): [file: string, source: string][] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [relative(root, file), readFileSync(file, 'utf8')]);
}

describe('the oracle', () => {
  it('shares no code with the service: its files import only each other', () => {
    const own = /^test\/model\/oracle[\w-]*\.ts$/;
    const files = sourcesIn('test/model').filter(([file]) => own.test(file));
    assert.ok(files.length > 5);
    for (const [file, source] of files) {
      const strangers = factsOf(file, source).imports.filter(
        ({ target }) => target === null || !own.test(target),
      );
      assert.deepEqual(
        strangers.map(({ specifier }) => specifier),
        [],
        file,
      );
    }
  });
});

describe('the clock of a game', () => {
  // What goes past now() and clock_timestamp() would go by real time, and the model would be blind for it.
  const otherClocks =
    /\b(current_timestamp|current_date|current_time|localtime|localtimestamp|(statement|transaction)_timestamp|timeofday|pg_catalog\.(now|clock_timestamp))\b/i;
  let world: ModelWorld;
  before(async () => {
    world = await openModelWorld();
  });
  after(() => world.close());

  it('is the one that all SQL of the service asks', () => {
    for (const [file, source] of sourcesIn('src')) {
      const asking = factsOf(file, source).texts.filter(({ text }) => otherClocks.test(text));
      assert.deepEqual(asking, [], file);
    }
  });

  it('is the one that all functions and defaults in the database ask', async () => {
    const functions = await world.rows<{ name: string; body: string; is_bound: boolean }>(
      `select p.proname as name, coalesce(p.prosrc, '') as body,
              p.prosqlbody is not null or coalesce(p.proconfig::text ~ 'search_path', false) as is_bound
         from pg_proc p where p.pronamespace = 'public'::regnamespace`,
    );
    assert.ok(functions.length > 10);
    assert.deepEqual(
      functions.filter(({ body, is_bound }) => is_bound || otherClocks.test(body)).map(({ name }) => name),
      [],
    );
    const defaults = await world.rows<{ name: string; value: string }>(
      `select format('%s.%s', table_name, column_name) as name, column_default as value
         from information_schema.columns where table_schema = 'public' and column_default ~ '(now|timestamp)'`,
    );
    assert.ok(defaults.length > 5);
    assert.deepEqual(
      defaults.filter(({ value }) => !/^(clock\.)?now\(\)$/.test(value)),
      [],
    );
    const [clock] = await world.rows<{ at: Date }>('select now() as at');
    await world.setClock(Date.parse('2031-01-01T00:00:00Z'));
    const [moved] = await world.rows<{ at: Date }>('select now() as at');
    assert.notEqual(clock?.at.getTime(), moved?.at.getTime());
    assert.equal(moved?.at.toISOString(), '2031-01-01T00:00:00.000Z');
  });
});

describe('a game', () => {
  const SEED = 42;
  const STEPS = 250;

  /** Plays on a world of its own, after changing a function of its database. */
  async function played(mistake: { in: string; from: string; to: string } | null) {
    const world = await openModelWorld();
    try {
      if (mistake !== null) {
        const [row] = await world.rows<{ text: string }>('select pg_get_functiondef($1::regproc) as text', [
          mistake.in,
        ]);
        assert.ok(row?.text.includes(mistake.from), `${mistake.in} does not say: ${mistake.from}`);
        await world.rows((row?.text ?? '').replace(mistake.from, mistake.to));
      }
      return await playGame(world, SEED, STEPS, newFigures());
    } finally {
      await world.close();
    }
  }

  it('is the same whenever its seed is: the same moves, and the same comes of them', async () => {
    const [first, second] = [await played(null), await played(null)];
    assert.equal(first.fault, null);
    assert.equal(first.digest, second.digest);
  });

  it('finds a mistake of a moment in the expiry, at the same step each time, and tells how to see it again', async () => {
    const mistake = { in: 'session_phase', from: 'p_expires_at > p_at', to: 'p_expires_at >= p_at' };
    const faults: Fault[] = [];
    for (let time = 0; time < 2; time += 1) {
      const { fault } = await played(mistake);
      assert.ok(fault !== null, 'nothing was noticed');
      faults.push(fault);
    }
    const [first, second] = faults as [Fault, Fault];
    assert.equal(first.step, second.step);
    assert.deepEqual(first.last, second.last);
    assert.match(told(first), new RegExp(`MODEL_SEED=${SEED} MODEL_STEPS=${first.step} npm test`));
  });
});
