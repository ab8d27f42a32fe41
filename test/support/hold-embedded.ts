/**
 * A process of its own that holds embedded servers, to be killed by a test: prints one line of JSON when they are up,
 * and on SIGTERM exits without stopping them.
 *
 *   node --import tsx test/support/hold-embedded.ts <data folder>
 */
import { startEmbedded } from '../../src/embedded/embedded.ts';

const [dataDir = ''] = process.argv.slice(2);
const path = process.env.PATH ?? '';
const { databaseUrl, redisUrl } = await startEmbedded({
  dataDir,
  postgres: true,
  redis: true,
  log: () => {},
  path,
});
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ databaseUrl, redisUrl })}\n`);
// Keeps the process alive until it is killed.
process.stdin.resume();
