/**
 * A worker as a process of its own, that a test may stop and kill.
 *
 *   node --import tsx queue-child.ts <database url> <name>
 *
 * Knows two tasks. `note` writes into queue_notes that it has begun and that it is done; with `{"held": true}` it waits in
 * between until queue_notes says `go`, or until it is aborted. `fatal` ends the process.
 */
import pg from 'pg';
import { createQueueWorker } from '../../src/jobs/queue.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { until } from './embedded-folder.ts';
import { quick } from './queue.ts';

const [databaseUrl = '', name = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
pool.on('error', () => {});
const note = (what: string, n: number) =>
  pool.query('insert into queue_notes (worker, what, n) values ($1, $2, $3)', [name, what, n]);
const isOpen = async () => (await pool.query(`select from queue_notes where what = 'go'`)).rowCount !== 0;

const worker = createQueueWorker({
  databaseUrl,
  tasks: [
    {
      name: 'note',
      async work(payload, signal) {
        const { n, held } = payload as { n: number; held?: boolean };
        await note('begun', n);
        if (held === true) await until('it may go on', async () => signal.aborted || (await isOpen()));
        await note(signal.aborted ? 'aborted' : 'done', n);
        signal.throwIfAborted();
      },
    },
    {
      name: 'fatal',
      async work() {
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => {});
      },
    },
  ],
  concurrency: 2,
  logger: createLogger('silent'),
  timing: quick,
});

process.on('SIGTERM', async () => {
  await worker.stop(3_000);
  await pool.end();
  process.exit(0);
});
await worker.start();
process.stdout.write('ready\n');
