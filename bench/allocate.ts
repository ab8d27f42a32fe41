import { measureAllocation, standard } from './support/allocation-rate.ts';
import { readOptions } from './support/options.ts';

/** Sessions a second through the whole public API, as a ratio to a floor that is measured in the same run, in turns. */
export async function bench(args: readonly string[]): Promise<object> {
  const settings = readOptions(args, standard);
  const { dids, live, tenants, connections } = settings;
  return { ...(await measureAllocation(settings)), dids, live_bindings: live, tenants, connections };
}
