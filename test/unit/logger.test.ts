import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLogger, type Logger, type LogLevel, logLevels } from '../../src/kernel/logger.ts';

/** What a logger writes while `work` runs. */
function linesOf(work: (logger: Logger) => void, level: LogLevel = 'trace'): string[] {
  const lines: string[] = [];
  work(createLogger(level, { write: (line) => void lines.push(line) }));
  return lines;
}

function onlyLineOf(work: (logger: Logger) => void): { text: string; line: any } {
  const [text = '', ...others] = linesOf(work);
  assert.deepEqual(others, []);
  return { text, line: JSON.parse(text) };
}

/** As the driver throws it: detail, where and more quote values of rows. */
function postgresError(): Error {
  return Object.assign(new Error('duplicate key value violates unique constraint "bindings_pkey"'), {
    name: 'error',
    severity: 'ERROR',
    code: '23505',
    detail: 'Key (name)=(Asha Rao, 12 Hill Road) already exists.',
    where: 'COPY sessions, line 1: "Asha Rao"',
    internalQuery: "select 'Asha Rao'",
    schema: 'public',
    table: 'bindings',
    parameters: ['Asha Rao'],
  });
}

describe('the logger', () => {
  test('writes one JSON object a line, with the level as a word and the time in UTC', () => {
    const { text, line } = onlyLineOf((logger) => logger.info({ request_id: 'req_1' }, 'request'));
    assert.ok(text.endsWith('}\n'));
    const { time, ...others } = line;
    assert.deepEqual(others, { level: 'info', request_id: 'req_1', msg: 'request' });
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('a level writes itself and what is graver', () => {
    const all = logLevels.filter((level) => level !== 'silent');
    for (const [place, level] of all.entries()) {
      const lines = linesOf((logger) => {
        for (const each of all) logger[each](each);
      }, level);
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).msg),
        all.slice(0, place + 1),
      );
    }
    assert.deepEqual(
      linesOf((logger) => logger.fatal('x'), 'silent'),
      [],
    );
  });

  test('no number gets out at any level: of a message, a field, an inner field, an error or a child', () => {
    const number = '+919800000001';
    for (const level of logLevels.filter((each) => each !== 'silent')) {
      const lines = linesOf((logger) => {
        logger[level](`call from ${number}`);
        logger[level]({ from: number }, 'call');
        logger[level]({ call: { legs: [{ from: number }] } }, 'call');
        logger[level]({ err: new Error(`no route to ${number}`) }, 'failed');
        logger[level](new Error(`no route to ${number}`));
        logger[level]('call from %s', number);
        logger.child({ caller: number })[level]('call');
      });
      assert.equal(lines.length, 7);
      for (const line of lines) {
        assert.doesNotMatch(line, /9800000001/);
        assert.match(line, /\[number\]/);
        assert.doesNotThrow(() => JSON.parse(line));
      }
    }
  });

  test('a number that is logged as a number does not get out, and the line is still JSON', () => {
    const { text } = onlyLineOf((logger) => logger.info({ from: 919800000001 }, 'call'));
    assert.doesNotMatch(text, /9800000001/);
  });

  test('of an error it writes the name, message, code and stack, and nothing else', () => {
    for (const write of [
      (logger: Logger) => logger.error({ err: postgresError() }, 'failed'),
      (logger: Logger) => logger.error(postgresError()),
    ]) {
      const { text, line } = onlyLineOf(write);
      assert.doesNotMatch(text, /Asha|Hill Road/);
      assert.deepEqual(Object.keys(line.err).sort(), ['code', 'message', 'stack', 'type']);
      assert.equal(line.err.code, '23505');
      assert.match(line.err.message, /bindings_pkey/);
      assert.match(line.err.stack, /logger\.test\.ts/);
    }
  });

  test('the cause of an error does not bring its details along', () => {
    const error = new Error('the request failed', { cause: postgresError() });
    const { text } = onlyLineOf((logger) => logger.error({ err: error }, 'failed'));
    assert.doesNotMatch(text, /Asha/);
  });

  test('what is thrown without being an error is written as text', () => {
    const { line } = onlyLineOf((logger) => logger.error({ err: 'no route' }, 'failed'));
    assert.deepEqual(line.err, { message: 'no route' });
  });

  test('an error with a request or a response shows neither', () => {
    const error = Object.assign(new Error('502'), {
      config: { headers: { authorization: 'Bearer mp_live_secret' } },
      response: { body: 'Asha Rao' },
    });
    const { text } = onlyLineOf((logger) => logger.error({ err: error }, 'failed'));
    assert.doesNotMatch(text, /mp_live_secret|Asha/);
  });
});
