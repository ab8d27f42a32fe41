import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  freePort,
  newDataDir,
  type OwnService,
  processesOf,
  startService,
  untilReady,
} from '../support/own-service.ts';

const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');

/** The commands of the README's first session, in order. */
function firstSession(): string {
  const blocks = [...readme.matchAll(/<!-- first-session -->\n```sh\n([\s\S]*?)```/g)].map(
    (match) => match[1],
  );
  assert.ok(blocks.length >= 5, 'the README has its first session');
  return blocks.join('\n');
}

describe('a newcomer with Node and nothing else', () => {
  let service: OwnService;
  let operatorKey: string;
  before(async () => {
    service = startService({ dataDir: newDataDir(), port: await freePort() });
    await untilReady(service);
    operatorKey = /mp_op_[0-9A-Za-z]+/.exec(service.output())?.[0] ?? '';
  });
  after(() => service.remove());

  it('is told where it listens, the operator key, and one command that works as it is', () => {
    assert.match(service.output(), new RegExp(`listens on http://localhost:${service.port}`));
    assert.notEqual(operatorKey, '');
    const command = /^ {2}(curl .*)$/m.exec(service.output())?.[1] ?? '';
    const tenant = JSON.parse(execFileSync('sh', ['-c', command], { encoding: 'utf8' }));
    assert.match(tenant.id, /^ten_/);
  });

  it("gets from a tenant to a bridged call and to its end with the README's commands alone", () => {
    const folder = mkdtempSync(join(tmpdir(), 'maskplane-readme-'));
    const script = firstSession()
      .replace('http://localhost:3000', service.url)
      .replace('mp_op_paste_yours_here', operatorKey);
    const output = execFileSync('bash', ['-euc', script], { cwd: folder, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    const session = JSON.parse(
      output.split('\n').find((line) => line.includes('"transaction_ref":"ride-4711"')) ?? '{}',
    );
    const [m1, m2] = [session.parties.a.masking_number, session.parties.b.masking_number];
    assert.notEqual(m1, m2);
    assert.match(
      output,
      new RegExp(`<Dial callerId="\\${m2}" [^>]*><Number>\\+919800000002</Number></Dial>`),
    );
    assert.match(output, /This connection is over/);
    assert.match(output, /"reason":"session_ended"/);
  });

  it('is refused a second instance on the same folder with one sentence and exit code 1', async () => {
    const second = startService({ dataDir: service.dataDir, port: await freePort() });
    assert.equal(await second.exited, 1);
    assert.match(second.output(), /already running/);
  });

  it('finds the data again after Ctrl-C, and Ctrl-C stops everything', async () => {
    assert.ok(processesOf(service.dataDir).length > 1);
    assert.notEqual(await service.stop(), 1);
    assert.deepEqual(processesOf(service.dataDir), [], 'no server of this folder runs on');
    service = startService({ dataDir: service.dataDir, port: service.port });
    await untilReady(service);
    assert.doesNotMatch(service.output(), /mp_op_/, 'the key is shown once only');
    const tenants = await fetch(`${service.url}/v1/tenants`, {
      headers: { Authorization: `Bearer ${operatorKey}` },
    });
    const { data } = (await tenants.json()) as { data: { name: string }[] };
    assert.deepEqual(
      data.map((tenant) => tenant.name),
      ['Acme Rides', 'Acme Rides'],
    );
  });

  it('is told when a server that it rests on was killed, and it ends with exit code 1', async () => {
    const postgres = processesOf(service.dataDir).find(({ command }) => /bin\/postgres /.test(command));
    assert.ok(postgres);
    process.kill(postgres.pid, 'SIGKILL');
    assert.equal(await service.exited, 1);
    assert.match(service.output(), /Postgres/);
  });
});

describe('a start that cannot work', () => {
  const fails = async (
    pattern: RegExp,
    options: { dataDir?: string; port?: number; env?: Record<string, string> },
  ) => {
    const dataDir = options.dataDir ?? newDataDir();
    const service = startService({
      dataDir,
      port: options.port ?? (await freePort()),
      env: options.env ?? {},
    });
    const code = await service.exited;
    const lines = service
      .output()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('>'));
    assert.equal(code, 1, service.output());
    assert.match(service.output(), pattern);
    assert.doesNotMatch(service.output(), /\n {4}at /, 'no stack trace');
    rmSync(dataDir, { recursive: true, force: true });
    return lines;
  };

  it('because the port is taken says so in one line', async () => {
    const port = await freePort();
    const other = createServer().listen(port);
    const lines = await fails(/Port \d+ is in use/, { port });
    other.close();
    assert.equal(lines.length, 1, lines.join('\n'));
  });

  it('because the data folder is a file says so in one line', async () => {
    const dataDir = join(newDataDir(), 'a-file');
    writeFileSync(dataDir, '');
    chmodSync(dataDir, 0o644);
    const lines = await fails(/a-file/, { dataDir });
    assert.equal(lines.length, 1, lines.join('\n'));
  });

  it('because of its environment names every fault at once', async () => {
    const env = { ROLE: 'boss', LOG_LEVEL: 'loud', REDIS_URL: 'http://x', MASKPLANE_X: '1' };
    const lines = await fails(/has 4 faults/, { env });
    assert.equal(lines.length, 5);
  });

  it('because Postgres is not there says so', async () => {
    const env = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      REDIS_URL: 'redis://127.0.0.1:1',
      MASTER_KEY: 'A'.repeat(43),
    };
    await fails(/Postgres|database/i, { env });
  });
});
