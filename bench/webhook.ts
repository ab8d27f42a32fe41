import { readOptions } from './support/options.ts';
import { measureWebhook, standard } from './support/webhook-rate.ts';

/** Answers a second of the answer event of a call that is connected, as a ratio to two floors of the same run, in turns. */
export async function bench(args: readonly string[]): Promise<object> {
  const settings = readOptions(args, standard);
  const { live, tenants, connections } = settings;
  return { ...(await measureWebhook(settings)), live_sessions: live, tenants, connections };
}
