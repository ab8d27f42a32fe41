import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Config, ConfigFault, loadConfig } from '../../src/config.ts';
import { newMasterKeyText } from '../../src/crypto/master-key.ts';

type Env = Record<string, string>;

const noFiles = (path: string): string => {
  throw new Error(`ENOENT: no such file or directory, open '${path}'`);
};

function configOf(env: Env, files: Env = {}): Config {
  return loadConfig(env, (path) => files[path] ?? noFiles(path));
}

/** The faults of an environment, each without its indentation. */
function faultsOf(env: Env, files: Env = {}): string[] {
  try {
    configOf(env, files);
  } catch (error) {
    assert.ok(error instanceof ConfigFault, String(error));
    for (const fault of error.faults) assert.ok(error.message.includes(fault));
    return error.faults.map((fault) => fault.trim());
  }
  return [];
}

const masterKey = newMasterKeyText();
const database = {
  DATABASE_URL: 'postgres://maskplane:hunter2@db.example.com/maskplane',
  MASTER_KEY: masterKey,
};

describe('the configuration', () => {
  test('an empty environment is the embedded default', () => {
    assert.deepEqual(
      { ...configOf({}) },
      {
        role: 'all',
        port: 3000,
        publicUrl: 'http://localhost:3000',
        databaseUrl: null,
        migrationDatabaseUrl: null,
        redisUrl: null,
        dataDir: '.maskplane',
        vobizApiBase: 'https://api.vobiz.ai/api/v1',
        vobizProvisioning: false,
        operatorApiKey: null,
        masterKey: null,
        logLevel: 'info',
        databaseConnections: 16,
        rateLimitPerMinute: 6_000,
        jobConcurrency: 10,
        metricsPort: null,
        trustedProxies: 0,
        outboundAllowedNetworks: [],
        traceEndpoint: null,
        tracePercent: 10,
      },
    );
  });

  test('every variable arrives', () => {
    const operatorApiKey = `mp_op_${'x'.repeat(32)}`;
    const config = configOf({
      ...database,
      ROLE: 'worker',
      PORT: '8080',
      PUBLIC_URL: 'https://masking.example.com',
      MIGRATION_DATABASE_URL: 'postgresql://owner@db.example.com/maskplane',
      REDIS_URL: 'rediss://:hunter2@redis.example.com',
      DATA_DIR: '/var/lib/maskplane',
      VOBIZ_API_BASE: 'http://localhost:8090/api/v1/',
      OPERATOR_API_KEY: operatorApiKey,
      LOG_LEVEL: 'debug',
      DATABASE_CONNECTIONS: '40',
      RATE_LIMIT_PER_MINUTE: '100',
      JOB_CONCURRENCY: '3',
      METRICS_PORT: '9100',
      TRUSTED_PROXIES: '2',
      OUTBOUND_ALLOWED_NETWORKS: '10.0.0.0/8, ::1',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
      TRACE_PERCENT: '50',
    });
    const { masterKey: read, outboundAllowedNetworks: networks, ...others } = config;
    assert.ok(read !== null);
    assert.deepEqual(
      networks.map(([network, bits]) => [network.toString(), bits]),
      [
        ['10.0.0.0', 8],
        ['::1', 128],
      ],
    );
    assert.deepEqual(others, {
      role: 'worker',
      port: 8080,
      publicUrl: 'https://masking.example.com',
      databaseUrl: database.DATABASE_URL,
      migrationDatabaseUrl: 'postgresql://owner@db.example.com/maskplane',
      redisUrl: 'rediss://:hunter2@redis.example.com',
      dataDir: '/var/lib/maskplane',
      vobizApiBase: 'http://localhost:8090/api/v1',
      vobizProvisioning: true,
      operatorApiKey,
      logLevel: 'debug',
      databaseConnections: 40,
      rateLimitPerMinute: 100,
      jobConcurrency: 3,
      metricsPort: 9100,
      trustedProxies: 2,
      traceEndpoint: 'http://collector:4318',
      tracePercent: 50,
    });
  });

  test('it cannot be changed once it is read', () => {
    const config = configOf({}) as { port: number };
    assert.throws(() => {
      config.port = 1;
    }, TypeError);
  });

  test('variables that are empty or blank count as absent', () => {
    const env = { PORT: '', ROLE: '  ', DATABASE_URL: '', MASTER_KEY: '', REDIS_URL: ' ', LOG_LEVEL: '' };
    assert.deepEqual({ ...configOf(env) }, { ...configOf({}) });
  });

  test('variables of others are left alone', () => {
    assert.deepEqual(faultsOf({ PATH: '/usr/bin', HOME: '/root', npm_config_cache: 'x', PGHOST: 'db' }), []);
  });
});

/** One wrong value for each variable, and a word of its fault. */
const wrong: [env: Env, fault: RegExp][] = [
  [{ VOBIZ_API_BASE: 'api.vobiz.ai' }, /^VOBIZ_API_BASE must start with https/],
  [{ PORT: '0' }, /^PORT must be a whole number from 1 to 65535/],
  [{ PORT: '65536' }, /^PORT /],
  [{ PORT: '80.5' }, /^PORT /],
  [{ PORT: 'http' }, /^PORT /],
  [{ DATABASE_CONNECTIONS: '1' }, /^DATABASE_CONNECTIONS must be a whole number from 2/],
  [{ RATE_LIMIT_PER_MINUTE: '-5' }, /^RATE_LIMIT_PER_MINUTE must be a whole number/],
  [{ METRICS_PORT: '0' }, /^METRICS_PORT must be a whole number from 1 to 65535/],
  [{ JOB_CONCURRENCY: '0' }, /^JOB_CONCURRENCY must be a whole number from 1 to 100/],
  [{ TRUSTED_PROXIES: 'true' }, /^TRUSTED_PROXIES must be a whole number from 0 to 10/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /^OTEL_EXPORTER_OTLP_ENDPOINT must start with /],
  [{ TRACE_PERCENT: '0' }, /^TRACE_PERCENT must be a whole number from 1 to 100/],
  [{ OUTBOUND_ALLOWED_NETWORKS: '10.0.0.0/33' }, /^OUTBOUND_ALLOWED_NETWORKS must be networks like 10/],
  [{ OUTBOUND_ALLOWED_NETWORKS: '127.0.0.1,' }, /^OUTBOUND_ALLOWED_NETWORKS /],
  [{ OUTBOUND_ALLOWED_NETWORKS: '0x7f.1' }, /^OUTBOUND_ALLOWED_NETWORKS /],
  [{ OUTBOUND_ALLOWED_NETWORKS: 'receiver.internal' }, /^OUTBOUND_ALLOWED_NETWORKS /],
  [{ ROLE: 'boss' }, /^ROLE must be one of all, api, worker, migrate/],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of .*info/],
  [{ PUBLIC_URL: 'masking.example.com' }, /^PUBLIC_URL must start with https:\/\/ or http:\/\//],
  [{ PUBLIC_URL: 'ftp://masking.example.com' }, /^PUBLIC_URL must start with/],
  [{ PUBLIC_URL: 'https://' }, /^PUBLIC_URL /],
  [{ DATABASE_URL: 'mysql://db/maskplane', MASTER_KEY: masterKey }, /^DATABASE_URL must start with postgres/],
  [{ MIGRATION_DATABASE_URL: 'db.example.com' }, /^MIGRATION_DATABASE_URL must start with postgres/],
  [{ REDIS_URL: 'localhost:6379' }, /^REDIS_URL must start with redis/],
  [{ REDIS_URL: 'redis://a:6379,b:6379' }, /^REDIS_URL must start with redis/],
  [{ REDIS_URL: 'redis://a,b' }, /^REDIS_URL must have redis:\/\/ before each/],
  [{ REDIS_URL: 'redis://a,,redis://b' }, /^REDIS_URL must have redis:\/\/ before each/],
  [{ REDIS_URL: 'redis://a,http://b' }, /^REDIS_URL must start with redis:\/\/ or rediss:\/\/\.$/],
  [{ REDIS_URL: 'redis://a,rediss://b' }, /^REDIS_URL must not mix/],
  [{ REDIS_URL: 'redis://a,unix:///run/redis.sock' }, /^REDIS_URL must start with redis/],
  [{ REDIS_URL: 'redis://:one@a,redis://:two@b' }, /^REDIS_URL has several users or passwords/],
  [{ REDIS_URL: 'redis://a/3,redis://b' }, /^REDIS_URL with several addresses takes a host/],
  [{ REDIS_URL: 'redis://a,redis://' }, /^REDIS_URL /],
  [{ MASTER_KEY: 'short' }, /^MASTER_KEY must be 32 bytes/],
  [{ OPERATOR_API_KEY: 'mp_op_short' }, /^OPERATOR_API_KEY must be mp_op_ and at least 32/],
  [{ MASKPLANE_PORT: '80' }, /^MASKPLANE_PORT is not a variable of this version/],
];

describe('a wrong configuration', () => {
  for (const [env, fault] of wrong) {
    const [name = '', value] = Object.entries(env)[0] ?? [];
    test(`${name}=${value} is one fault that names the variable`, () => {
      const faults = faultsOf(env);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] ?? '', fault);
    });
  }

  test('all faults are told at once', () => {
    const names = faultsOf(Object.assign({}, ...wrong.map(([env]) => env))).map(
      (fault) => fault.split(' ')[0],
    );
    const expected = new Set(wrong.flatMap(([env]) => Object.keys(env)));
    for (const name of expected) {
      // With a wrong DATABASE_URL, whether a master key is needed is not known.
      assert.ok(names.includes(name), `${name} is not told`);
    }
    assert.equal(names.length, new Set(names).size, 'each once');
  });

  test('the message counts them and lists each on a line of its own', () => {
    assert.throws(() => configOf({ PORT: 'x', ROLE: 'x' }), {
      message: /^The configuration has 2 faults:\n {2}PORT .+\n {2}ROLE .+$/,
    });
    assert.throws(() => configOf({ PORT: 'x' }), { message: /^The configuration has a fault:\n/ });
  });

  test('no message repeats a secret', () => {
    const secret = 'hunter2-do-not-tell';
    const env = {
      DATABASE_URL: `mysql://maskplane:${secret}@db`,
      MIGRATION_DATABASE_URL: `mysql://owner:${secret}@db`,
      REDIS_URL: `http://:${secret}@redis`,
      MASTER_KEY: secret,
      OPERATOR_API_KEY: `mp_op_${secret}`,
      PUBLIC_URL: `https://maskplane:${secret}@masking.example.com`,
      PORT: secret,
      LOG_LEVEL: secret,
      MASKPLANE_TOKEN: secret,
    };
    const faults = faultsOf(env);
    assert.ok(faults.length >= Object.keys(env).length, faults.join('\n'));
    assert.doesNotMatch(faults.join('\n'), new RegExp(secret));
  });
});

describe('secrets in files', () => {
  const secrets: Env = {
    DATABASE_URL: database.DATABASE_URL,
    MIGRATION_DATABASE_URL: 'postgres://owner@db.example.com/maskplane',
    REDIS_URL: 'redis://redis.example.com',
    MASTER_KEY: masterKey,
    OPERATOR_API_KEY: `mp_op_${'y'.repeat(40)}`,
  };

  test('each secret may be in a file, which may end in a newline', () => {
    const env = Object.fromEntries(Object.keys(secrets).map((name) => [`${name}_FILE`, `/run/${name}`]));
    const files = Object.fromEntries(
      Object.entries(secrets).map(([name, text]) => [`/run/${name}`, `${text}\n`]),
    );
    const config = configOf(env, files);
    assert.equal(config.databaseUrl, secrets.DATABASE_URL);
    assert.equal(config.migrationDatabaseUrl, secrets.MIGRATION_DATABASE_URL);
    assert.equal(config.redisUrl, secrets.REDIS_URL);
    assert.equal(config.operatorApiKey, secrets.OPERATOR_API_KEY);
    assert.deepEqual(config.masterKey?.sealing, configOf(secrets).masterKey?.sealing);
  });

  test('a file that cannot be read is a fault', () => {
    assert.deepEqual(faultsOf({ REDIS_URL_FILE: '/run/nowhere' }), [
      'REDIS_URL_FILE names a file that cannot be read.',
    ]);
  });

  test('a variable and its file at once is a fault, even when they agree', () => {
    const env = { MASTER_KEY: masterKey, MASTER_KEY_FILE: '/run/key' };
    assert.deepEqual(faultsOf(env, { '/run/key': masterKey }), [
      'MASTER_KEY and MASTER_KEY_FILE are both set; set one of them.',
    ]);
  });

  test('what is in a file is checked as if it were in the variable', () => {
    const faults = faultsOf({ MASTER_KEY_FILE: '/run/key' }, { '/run/key': 'short' });
    assert.deepEqual(faults, ['MASTER_KEY must be 32 bytes in base64 or hex.']);
  });

  test('an empty file is a fault: a secret that failed to mount must not mean the default', () => {
    for (const name of Object.keys(secrets)) {
      const faults = faultsOf({ [`${name}_FILE`]: '/run/empty' }, { '/run/empty': '\n' });
      assert.equal(faults.length, 1, `${name}: ${faults.join('\n')}`);
    }
  });
});

describe('what belongs together', () => {
  test('with a DATABASE_URL a master key is required, since one that was made here would be lost with us', () => {
    const [fault, ...others] = faultsOf({ DATABASE_URL: database.DATABASE_URL });
    assert.match(fault ?? '', /^MASTER_KEY is required with DATABASE_URL/);
    assert.deepEqual(others, []);
    assert.deepEqual(faultsOf(database), []);
  });

  test('only the role all runs without a DATABASE_URL', () => {
    for (const role of ['api', 'worker', 'migrate']) {
      const faults = faultsOf({ ROLE: role });
      assert.deepEqual(faults, [`ROLE=${role} needs DATABASE_URL; only ROLE=all starts its own.`]);
      assert.deepEqual(faultsOf({ ROLE: role, ...database }), []);
    }
    assert.deepEqual(faultsOf({ ROLE: 'all' }), []);
  });
});

describe('REDIS_URL', () => {
  test('is one server, or the nodes of a cluster with commas between', () => {
    for (const url of [
      'unix:///run/redis/redis.sock',
      'redis://user:pass,word@redis.example.com:6379/2',
      'redis://a:7000,redis://b:7001,redis://[::1]:7002',
      'rediss://user:secret@a, rediss://b, rediss://user:secret@c/0',
      'redis://only-one,redis://only-one',
    ]) {
      assert.equal(configOf({ REDIS_URL: url }).redisUrl, url);
    }
  });
});

describe('PUBLIC_URL', () => {
  test('has no slash at its end, however it is written', () => {
    for (const end of ['', '/', '//']) {
      assert.equal(
        configOf({ PUBLIC_URL: `https://masking.example.com${end}` }).publicUrl,
        'https://masking.example.com',
      );
      assert.equal(
        configOf({ PUBLIC_URL: `https://example.com/voice${end}` }).publicUrl,
        'https://example.com/voice',
      );
    }
  });

  test('is the local port when it is absent', () => {
    assert.equal(configOf({ PORT: '8080' }).publicUrl, 'http://localhost:8080');
  });

  test('has no user, query or fragment', () => {
    for (const url of [
      'https://u@example.com',
      'https://u:p@example.com',
      'https://example.com/?x=1',
      'https://example.com/#x',
    ]) {
      assert.deepEqual(
        faultsOf({ PUBLIC_URL: url }),
        ['PUBLIC_URL must have no user, query or fragment.'],
        url,
      );
    }
  });
});
