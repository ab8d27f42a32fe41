import type { World } from './world.ts';

/** One line of /metrics: its name, its labels and its value. */
export type Sample = { name: string; labels: Record<string, string>; value: number };

export function samplesIn(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const found = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (found === null) throw new Error(`no line of Prometheus' text format: ${line}`);
      const labels = [...(found[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
      return { name: found[1] ?? '', labels: Object.fromEntries(labels), value: Number(found[3]) };
    });
}

/** The sum of the samples with this name that have these labels; null when there is none. */
export async function metric(world: World, name: string, labels: object = {}): Promise<number | null> {
  const wanted = Object.entries(labels);
  const found = samplesIn(await world.container.metrics.text()).filter(
    (sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  );
  return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
}
