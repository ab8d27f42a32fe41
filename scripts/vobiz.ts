/**
 * Plays Vobiz alone: its REST API and a telephone network with virtual phones, in real time. See docs/vobiz-double.md.
 *
 *   npm run vobiz -- --port 4010 --answer-url http://localhost:3000/webhooks/vobiz/whk_…
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { realClock } from '../src/features/sandbox/clock.ts';
import { httpPost } from '../src/features/sandbox/http-post-adapter.ts';
import { createNetwork, type Network } from '../src/features/sandbox/network.ts';
import { answers } from '../src/features/sandbox/phones.ts';
import {
  openAccount,
  openApplication,
  ownNumber,
  stockNumber,
} from '../src/features/sandbox/provisioning.ts';
import { serveVobiz } from '../src/features/sandbox/vobiz-server-adapter.ts';

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const options = {
  port: { ...text, default: '4010' },
  host: { ...text, default: '127.0.0.1' },
  seed: text,
  'answer-url': text,
  'hangup-url': text,
  'fallback-url': text,
  'auth-id': { ...text, default: 'MA_SANDBOX1' },
  'auth-token': { ...text, default: 'sandbox_token' },
  did: { ...list, default: ['+917900000000', '+917900000001'] },
  phone: { ...list, default: ['+919800000001', '+919800000002'] },
  /** `https://public.example=http://127.0.0.1:3000`: signed as the one, reached at the other. */
  reach: { ...list, default: [] as string[] },
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  const clock = realClock();
  const reach = Object.fromEntries(values.reach.map((pair) => pair.split('=')));
  // With the seed of the last run its call ids would come again, and a service that remembers them takes them for repeats.
  const seed = Number(values.seed ?? randomInt(1_000_000_000));
  const network = createNetwork({ clock, seed, post: httpPost({ reach }) });
  furnish(network, values);
  const server = await serveVobiz(network, { port: Number(values.port), host: values.host });
  console.log(
    `Vobiz is played at ${server.apiBase}, as ${values['auth-id']} with token ${values['auth-token']}.`,
  );
  console.log(`Seed ${seed}. Numbers: ${values.did.join(', ')}. Phones: ${values.phone.join(', ')}.`);
  console.log(
    `Let one call: curl -H 'Content-Type: application/json' ${server.url}/control/dial ` +
      `-d '{"from":"${values.phone[0]}","to":"${values.did[0]}"}'`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  clock.stop();
  await server.close();
  return 0;
}

function parse(args: string[]) {
  const { values } = parseArgs({ args, options });
  for (const name of ['port', 'seed'] as const) {
    if (!/^\d{1,9}$/.test(values[name] ?? '0')) throw new Error(`--${name} is a whole number.`);
  }
  for (const name of ['answer-url', 'hangup-url', 'fallback-url'] as const) {
    const url = values[name];
    if (url !== undefined && !URL.canParse(url)) throw new Error(`--${name} is a URL.`);
  }
  if (!values.reach.every((pair) => /^https?:\/\/[^=]+=https?:\/\/[^=]+$/.test(pair)))
    throw new Error('--reach is a public base, =, and the base where it listens.');
  return values;
}

function furnish(network: Network, values: ReturnType<typeof parse>): void {
  const account = openAccount(network, {
    authId: values['auth-id'],
    authToken: values['auth-token'],
    channels: 30,
    callsPerSecond: 10,
  });
  const answerUrl = values['answer-url'];
  const application =
    answerUrl === undefined
      ? null
      : openApplication(network, account, {
          answerUrl,
          hangupUrl: values['hangup-url'] ?? answerUrl,
          fallbackUrl: values['fallback-url'] ?? null,
        });
  for (const e164 of values.did) ownNumber(network, account, e164, application);
  for (let place = 0; place < 20; place += 1)
    stockNumber(network, `+9179100000${String(place).padStart(2, '0')}`);
  for (const e164 of values.phone) network.phones.set(e164, answers(3));
}
