/**
 * The floor of the allocation benchmark: a bare Express 5 handler that parses JSON and runs the one statement that writes a
 * session, with a prepared pg query. No key, no validation, no encryption, no choice, no lock; the answer that it keeps is
 * random bytes.
 */
import { randomBytes } from 'node:crypto';
import express from 'express';
import pg from 'pg';

const [databaseUrl = '', port = '', tenantId = '', poolId = '', dids = ''] = process.argv.slice(2);
const didIds = dids.split(',');
const pool = new pg.Pool({
  connectionString: databaseUrl,
  max: 16,
  options: '-c role=maskplane_app',
  pipeline: true,
});
const app = express();

app.post('/v1/sessions', express.json(), async (_req, res) => {
  const id = `ses_${randomBytes(16).toString('hex')}`;
  const now = new Date();
  const place = Math.floor(Math.random() * didIds.length);
  const didA = didIds[place] ?? '';
  const didB = didIds[(place + 1) % didIds.length] ?? '';
  const session = {
    id,
    pool_id: poolId,
    transaction_ref: 'floor',
    direction: 'both',
    expires_at: new Date(now.getTime() + 3_600_000),
    cooling_seconds: 86_400,
    ring_timeout_seconds: 30,
    max_call_seconds: 3600,
    sliding_seconds: null,
    max_calls: null,
    end_after_first_call: false,
    metadata: {},
    created_at: now,
    allocation: {
      steps: [{ step: 'pool', pool: 'default', outcome: 'found' }],
      reasons: { a: ['never_held'], b: ['never_held'] },
    },
    after_end: [],
    grace_seconds: 0,
    did_a: didA,
    did_b: didB,
    role_a: 'driver',
    role_b: 'rider',
  };
  await pool.query({
    name: 'settle',
    text: 'select settle_allocation($1, true, $2, $3, $4, $5, $6, $7, $8, $9, 1, false) as outcome',
    values: [
      tenantId,
      id,
      randomBytes(32),
      randomBytes(859), // what the sealed answer to the benchmark's request takes
      JSON.stringify(session),
      ['a', 'b'],
      [didA, didB],
      [randomBytes(32), randomBytes(32)],
      [randomBytes(42), randomBytes(42)],
    ],
  });
  res.status(201).json(session);
});

app.listen(Number(port), () => process.stdout.write('ready\n'));
