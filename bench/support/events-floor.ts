/**
 * The floor of `events`, as a process of its own: graphile-worker with one job per event, which posts the body that is given to it
 * to the receiver and does nothing else: no order, no signature, no record of the attempt.
 *
 *   node --import tsx bench/support/events-floor.ts <database url> <receiver url> <requests at once>
 */
import { Logger, run } from 'graphile-worker';
import { Agent, request } from 'undici';

const [connectionString = '', url = '', concurrency = ''] = process.argv.slice(2);
const agent = new Agent({ connections: Number(concurrency) });

const runner = await run({
  connectionString,
  concurrency: Number(concurrency),
  noHandleSignals: true,
  logger: new Logger(() => () => {}),
  taskList: {
    async post(payload) {
      const { id, body } = payload as { id: string; body: string };
      const headers = { 'content-type': 'application/json', 'webhook-id': id };
      const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent });
      await answer.body.dump();
    },
  },
});
process.once('SIGTERM', () => void runner.stop().then(() => process.exit(0)));
console.log('the floor listens');
