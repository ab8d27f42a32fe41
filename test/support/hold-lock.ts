/**
 * Tries to get the lock of a data folder when told to by a line on stdin, says how that went, and holds it until stdin
 * ends.
 *
 *   node --import tsx test/support/hold-lock.ts <data folder>
 */
import { lockInstance } from '../../src/embedded/instance-lock.ts';

const [dataDir = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  void lockInstance(dataDir)
    .then(
      () => 'got it\n',
      (error: Error) => `${error.message}\n`,
    )
    .then((line) => process.stdout.write(line));
});
