import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ManualClock, manualClock } from '../../src/features/sandbox/clock.ts';
import type { JournalEntry } from '../../src/features/sandbox/journal.ts';
import { answers, hangsUp } from '../../src/features/sandbox/phones.ts';
import { CALLEE, CALLER, dialXml, M1, openTown, response, STARTED } from './customer.ts';

type Faults = NonNullable<Parameters<typeof openTown>[1]>['faults'];
const faultsOf = (entries: readonly JournalEntry[]) =>
  entries.flatMap((entry) => (entry.what === 'fault' ? [`${entry.event} ${entry.fault}`] : []));

/** A day with some calls, an hour apart. */
async function day(seed: number, faults: Faults, calls = 20) {
  const town = openTown(
    { '/answer': dialXml(), '/dial': response('<Hangup/>') },
    { seed, ...(faults ? { faults } : {}) },
  );
  for (let count = 0; count < calls; count += 1) {
    town.network.dial({ from: CALLER, to: M1, reactions: count % 3 === 0 ? [hangsUp('bridge', 5)] : [] });
    await town.clock.advance(3_600_000);
  }
  await town.clock.play();
  return town;
}

const everything = {
  duplicate: 0.2,
  reorder: 0.2,
  loss: 0.1,
  delay: 0.2,
  retry: 0.2,
  wrongZone: 0.1,
  mostDelayMs: 20_000,
};

describe('a seed', () => {
  it('gives the same journal each time, to the last nonce and id, and another one another journal', async () => {
    const [one, same, other] = [await day(5, everything), await day(5, everything), await day(6, everything)];
    assert.deepEqual(one.network.journal.entries(), same.network.journal.entries());
    assert.deepEqual(one.received, same.received);
    assert.notDeepEqual(one.network.journal.entries(), other.network.journal.entries());
  });

  it('lets every fault come up in a day of calls, and writes each down', async () => {
    const town = await day(5, everything);
    const seen = new Set(
      town.network.journal.entries().flatMap((e) => (e.what === 'fault' ? [e.fault] : [])),
    );
    assert.deepEqual([...seen].sort(), [
      'asked_again',
      'delayed',
      'duplicated',
      'lost',
      'reordered',
      'wrong_zone',
    ]);
    assert.equal(town.network.journal.conversations().length, 20, 'the people talk whatever is told of it');
    assert.equal(town.network.stage.live.size, 0);
  });

  it('plays a thousand calls of a day in seconds', async () => {
    const began = performance.now();
    const town = await day(9, everything, 1_000);
    assert.equal(town.network.journal.conversations().length, 1_000);
    assert.ok(performance.now() - began < 60_000);
  });
});

describe('one fault alone:', () => {
  const events = (town: Awaited<ReturnType<typeof day>>) =>
    town.received.map(({ path, fields }) => (path === '/leg' ? fields.Event : path));
  const usual = ['/answer', 'DialAnswer', 'DialConnected', 'DialHangup', '/dial', '/hangup'];

  const one = async (faults: Faults) => {
    const town = openTown({ '/answer': dialXml(), '/dial': response('<Hangup/>') }, faults ? { faults } : {});
    await town.call();
    return town;
  };

  it('none changes nothing', async () => {
    const town = await one({});
    assert.deepEqual(events(town), usual);
    assert.deepEqual(faultsOf(town.network.journal.entries()), []);
  });

  it('a lost event never comes; a lost document is asked for again', async () => {
    const town = await one({ loss: 1 });
    assert.deepEqual(events(town), ['/answer', '/dial']);
    assert.ok(faultsOf(town.network.journal.entries()).includes('hangup lost'));
    assert.equal(town.network.journal.conversations().length, 1);
  });

  it('a duplicate comes twice, with the same fields and another nonce', async () => {
    const town = await one({ of: { hangup: { duplicate: 1 } } });
    const [first, second] = town.received.filter(({ path }) => path === '/hangup');
    assert.deepEqual(first?.fields, second?.fields);
    assert.notEqual(
      first?.headers['X-Vobiz-Signature-V3-Nonce'],
      second?.headers['X-Vobiz-Signature-V3-Nonce'],
    );
  });

  it('a reordered event comes after the next one', async () => {
    const town = await one({ of: { dial_event: { reorder: 1 } } });
    assert.deepEqual(events(town).sort(), [...usual].sort());
    assert.notDeepEqual(events(town), usual);
  });

  it('a reply that is lost on its way back makes the event come again, with the nonce that a switch says', async () => {
    for (const [retryNonce, isSame] of [
      ['fresh', false],
      ['same', true],
    ] as const) {
      const town = openTown({}, { faults: { of: { hangup: { retry: 1 } } }, switches: { retryNonce } });
      await town.call();
      const [first, second] = town.received.filter(({ path }) => path === '/hangup');
      const nonce = (one: typeof first) => one?.headers['X-Vobiz-Signature-V3-Nonce'];
      assert.equal(nonce(first) === nonce(second), isSame);
    }
  });

  it('the wrong zone moves the local times by five and a half hours, and nothing else', async () => {
    const [right, wrong] = [await one({}), await one({ of: { hangup: { wrongZone: 1 } } })];
    const [a, b] = [right.at('/hangup')[0], wrong.at('/hangup')[0]];
    const at = (text: string | undefined) => Date.parse(`${text?.replace(' ', 'T')}Z`);
    for (const name of ['StartTime', 'AnswerTime', 'EndTime'])
      assert.equal(at(a?.[name]) - at(b?.[name]), 330 * 60_000);
    assert.equal(a?.SessionStart, b?.SessionStart);
  });

  it('an event that is refused is sent again at 1, 2 and 4 s, and then never', async () => {
    const town = openTown({ '/hangup': { status: 500 } });
    await town.call();
    const sent = town.network.journal.entries().filter((e) => e.what === 'sent' && e.event === 'hangup');
    const [first] = sent;
    assert.deepEqual(
      sent.map(({ at }) => Math.round((at - (first?.at ?? 0)) / 1_000)),
      [0, 1, 3, 7],
    );
    const strict = openTown({ '/hangup': { status: 404 } }, { switches: { retryClientErrors: false } });
    await strict.call();
    assert.equal(strict.at('/hangup').length, 1);
  });

  it('the truth of a call is the same with all faults as with none', async () => {
    const truth = (town: Awaited<ReturnType<typeof one>>) =>
      town.network.journal.conversations().map(({ from, to, shown, seconds }) => [from, to, shown, seconds]);
    assert.deepEqual(truth(await one(everything)), truth(await one({})));
  });
});

describe('the manual clock', () => {
  const played = async (work: (clock: ManualClock, log: string[]) => void) => {
    const clock = manualClock(STARTED);
    const log: string[] = [];
    work(clock, log);
    await clock.play();
    return { clock, log };
  };

  it('plays timers by time, and by the order of setting them at the same time', async () => {
    const { log, clock } = await played((time, lines) => {
      time.after(20, () => lines.push('c'));
      time.after(10, () => lines.push('a'));
      time.after(10, () => lines.push('b'));
      time.after(5, () => lines.push('gone'))();
    });
    assert.deepEqual(log, ['a', 'b', 'c']);
    assert.equal(clock.now(), STARTED + 20);
  });

  it('stands still while a request is out, and lets one out at a time', async () => {
    let out = 0;
    const { log } = await played((time, lines) => {
      for (const name of ['one', 'two', 'three']) {
        void time
          .outside(async () => {
            out += 1;
            assert.equal(out, 1);
            await new Promise((resolve) => setTimeout(resolve, 5));
            out -= 1;
          })
          .then(() => lines.push(name));
      }
      time.after(1, () => lines.push('timer'));
    });
    assert.deepEqual(log, ['one', 'two', 'three', 'timer']);
  });

  it('goes on after a request that failed', async () => {
    const { log } = await played((time, lines) => {
      time.outside(() => Promise.reject(new Error('no'))).catch(() => lines.push('failed'));
      void time.outside(async () => {}).then(() => lines.push('next'));
    });
    assert.deepEqual(log, ['failed', 'next']);
  });
});

it('a phone that answers and nobody who hangs up end by the time limit, not never', async () => {
  const town = openTown({ '/answer': dialXml() });
  town.network.phones.set(CALLEE, answers(1));
  await town.call();
  assert.equal(town.network.journal.conversations()[0]?.seconds, 3_600);
});
