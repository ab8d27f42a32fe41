import type { Post, Sample } from './load.ts';
import type { Service } from './service.ts';
import { postWithKey, sessionOf } from './session-requests.ts';

/** As many as a batch takes. */
const BATCH = 500;
/** Longer than any run: what is held stays held. */
const HELD = { expires_in_seconds: 86_400 };

/** Gives each of these phones so many live sessions more, each with a person of its own on the other side. */
export async function holdDids(
  service: Service,
  token: string,
  hot: readonly string[],
  freshPhone: () => string,
  more: number,
): Promise<void> {
  const sessions = Array.from({ length: more * hot.length }, (_, place) =>
    sessionOf(hot[place % hot.length] ?? '', freshPhone(), HELD),
  );
  for (let from = 0; from < sessions.length; from += BATCH) {
    const batch = { sessions: sessions.slice(from, from + BATCH) };
    const { data } = await service.call('POST', '/v1/sessions/batch', token, batch);
    const refused = data.find(({ error }: { error: object | null }) => error !== null);
    if (refused !== undefined) throw new Error(`not filled: ${JSON.stringify(refused.error)}`);
  }
}

/**
 * One of these phones, drawn, gets a session with somebody new, whose numbers are free again as soon as it is ended. The
 * sample is of the creation alone: a status, with the code of a refusal.
 */
export async function createAndEnd(
  post: Post,
  token: string,
  hot: readonly string[],
  freshPhone: () => string,
): Promise<Sample> {
  const phone = hot[Math.floor(Math.random() * hot.length)] ?? '';
  const creation = postWithKey(token, '/v1/sessions', sessionOf(phone, freshPhone(), { cooling_seconds: 0 }));
  const began = performance.now();
  const { status, body } = await post(creation, 'body');
  const ms = performance.now() - began;
  const { id, code } = JSON.parse(body);
  if (status !== 201) return { outcome: `${status} ${code}`, ms };
  const ended = await post(postWithKey(token, `/v1/sessions/${id}/end`, {}));
  if (ended.status !== 200) throw new Error(`the end of a session was answered with ${ended.status}`);
  return { outcome: '201', ms };
}
