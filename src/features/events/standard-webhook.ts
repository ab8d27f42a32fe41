import { createHmac, randomBytes } from 'node:crypto';

/** Standard Webhooks 1.0: https://www.standardwebhooks.com. Receivers verify with any of its libraries. */
const PREFIX = 'whsec_';
/** The specification asks for 24 to 64. */
const SECRET_BYTES = 32;

export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/**
 * What goes with a message, so that its receiver can tell that it is ours, whole and fresh.
 * @param message `at` is the moment of this attempt; `body` is what is sent, byte for byte
 * @param secrets the newest first; one that is being replaced signs as well until it is gone
 */
export function webhookHeaders(
  message: { id: string; at: Date; body: string },
  secrets: readonly string[],
): Record<string, string> {
  const { id, at, body } = message;
  // With a dot in it, what is signed could be cut into other parts.
  if (id === '' || id.includes('.')) throw new Error('the id of a webhook message is empty or has a dot');
  if (secrets.length === 0) throw new Error('a webhook message has no secret to be signed with');
  const seconds = String(Math.floor(at.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
    return `v1,${signature}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  if (!secret.startsWith(PREFIX) || key.length < 24) throw new Error('a webhook secret is malformed');
  return key;
}
