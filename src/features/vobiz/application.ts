import { fieldOf, textIn } from './read-json.ts';

/** An application of an account, as far as we set it: where Vobiz asks what to do, and where it says what has happened. */
export type Application = ApplicationUrls & { id: string; name: string };

export type ApplicationUrls = { answerUrl: string; hangupUrl: string; fallbackUrl: string };

/** Null when it is no application. */
export function readApplication(body: unknown): Application | null {
  const id = textIn(body, 'app_id');
  const name = textIn(body, 'app_name');
  if (id === null || name === null) return null;
  return {
    id,
    name,
    answerUrl: textIn(body, 'answer_url') ?? '',
    hangupUrl: textIn(body, 'hangup_url') ?? '',
    fallbackUrl: textIn(body, 'fallback_answer_url') ?? '',
  };
}

/** A page, and how many there are in all; null when it is no page. */
export function readApplicationPage(body: unknown): { items: Application[]; total: number | null } | null {
  const objects = fieldOf(body, 'objects');
  if (!Array.isArray(objects)) return null;
  const total = fieldOf(fieldOf(body, 'meta'), 'total_count');
  const items = objects.map(readApplication).filter((one) => one !== null);
  return { items, total: typeof total === 'number' ? total : null };
}
