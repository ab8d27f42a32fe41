import type { Config } from './config.ts';

/** What a person at the terminal needs next: where it listens, the key if it is new, and one command to paste. */
export function firstSteps(config: Config, newOperatorKey: string | null): string {
  if (config.role === 'worker')
    return `Maskplane worker is running; its health: http://localhost:${config.port}/livez`;
  const url = `http://localhost:${config.port}`;
  const key = newOperatorKey ?? config.operatorApiKey;
  const lines = ['', `Maskplane listens on ${url}    API: ${url}/docs    webhooks: ${config.publicUrl}`];
  if (newOperatorKey !== null) {
    lines.push(`Operator key, shown only now: ${newOperatorKey}`);
  } else if (config.operatorApiKey === null) {
    lines.push('Operator key: the one that was shown at the first start.');
  } else {
    lines.push('Operator key: OPERATOR_API_KEY.');
  }
  const shown = newOperatorKey !== null && key !== null ? key : '$OPERATOR_API_KEY';
  lines.push(
    'Try it:',
    `  curl -s ${url}/v1/tenants -H "Authorization: Bearer ${shown}" -H 'Content-Type: application/json' -d '{"name":"Acme Rides","vertical":"ride_hailing"}'`,
    '',
  );
  return lines.join('\n');
}
