/**
 * The floors of the webhook benchmark: what any answer to the provider has to do, and nothing else. The form is parsed, the same
 * signature is checked, and a constant document is answered; by Express, or on Node's server with one prepared statement.
 *
 *   node --import tsx bench/support/webhook-floor.ts express|node <port> <public url> <database url> <tenant> <DID>
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';
import express from 'express';
import pg from 'pg';

const [kind = '', port = '', publicUrl = '', databaseUrl = '', tenantId = '', didId = ''] =
  process.argv.slice(2);
const XML = `<?xml version="1.0" encoding="UTF-8"?><Response><Speak language="en-IN">Please wait while we connect your call.</Speak><Dial callerId="+917900000002" timeout="30" timeLimit="3600" action="${publicUrl}/webhooks/vobiz/x/y/dial" redirect="true" callbackUrl="${publicUrl}/webhooks/vobiz/x/y/leg"><Number>+919800000002</Number></Dial></Response>`;

/** Throws for a request that is not what the benchmark sends: a floor that answers anything would be none. */
function check(req: IncomingMessage, form: Record<string, unknown>): void {
  const nonce = String(req.headers['x-vobiz-signature-v3-nonce']);
  const expected = createHmac('sha256', 'test_token')
    .update(`${publicUrl}${req.url}.${nonce}`)
    .digest('base64');
  if (req.headers['x-vobiz-signature-v3'] !== expected) throw new Error('not signed');
  if (form.Event !== 'StartApp') throw new Error('no answer event');
}

if (kind === 'express') {
  const app = express();
  app.post(/^\/webhooks\//, express.urlencoded({ extended: false }), (req, res) => {
    check(req, req.body);
    res.type('application/xml').send(XML);
  });
  app.listen(Number(port), () => process.stdout.write('ready\n'));
} else {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 16,
    options: '-c role=maskplane_app',
    pipeline: true,
  });
  // Without row-level security: the function is its owner's, as those of the service are.
  const query = { name: 'floor', text: 'select * from floor_find_did($1, $2)', values: [tenantId, didId] };
  createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', async () => {
      check(req, parse(Buffer.concat(chunks).toString()));
      const { rowCount } = await pool.query(query);
      if (rowCount !== 1) throw new Error('the DID of the floor is not there');
      res
        .writeHead(200, { 'Content-Type': 'application/xml', 'Content-Length': Buffer.byteLength(XML) })
        .end(XML);
    });
  }).listen(Number(port), () => process.stdout.write('ready\n'));
}
