import type { Db } from '../../db/database.ts';
import { Failure, type Fault } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import { faultsOfPrompt, type Language, languages, type Prompt } from '../tenants/voice-settings.ts';
import { listOwnAnnouncements, replaceAnnouncements } from './announcement-store.ts';
import { type AnnouncementKey, announcementKeys } from './announcement-texts.ts';
import { builtIn, FALLBACK, type OwnAnnouncement } from './announcements.ts';

export type Announcement = OwnAnnouncement & { isOwn: boolean };

/** As a request has it. */
export type AnnouncementInput = { key: AnnouncementKey; language: Language } & Prompt;

/** What is said under each key: in English and Hindi, and in every language in which the tenant says something itself. */
export async function listAnnouncements(db: Db, owner: Owner): Promise<Announcement[]> {
  const own = await listOwnAnnouncements(db, owner);
  return announcementKeys.flatMap((key) =>
    languages.flatMap((language): Announcement[] => {
      const mine = own.find((one) => one.key === key && one.language === language);
      if (mine !== undefined) return [{ ...mine, isOwn: true }];
      // The other kinds of English say the same.
      const prompt = language === FALLBACK || language === 'hi-IN' ? builtIn(key, language) : null;
      return prompt === null ? [] : [{ key, language, prompt, isOwn: false }];
    }),
  );
}

/** Replaces all of the tenant's own. Throws invalid_request. */
export async function setAnnouncements(
  db: Db,
  owner: Owner,
  inputs: readonly AnnouncementInput[],
): Promise<Announcement[]> {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const own = inputs.map(({ key, language, ...prompt }, place): OwnAnnouncement => {
    const pointer = `/announcements/${place}`;
    faults.push(...faultsOfPrompt(prompt, pointer));
    if (seen.has(`${key} ${language}`)) faults.push({ pointer, message: 'is in the list already' });
    seen.add(`${key} ${language}`);
    return { key, language, prompt };
  });
  if (faults.length > 0) {
    throw new Failure('invalid_request', 'An announcement cannot be used.', { faults: faults.slice(0, 20) });
  }
  await replaceAnnouncements(db, owner, own);
  return listAnnouncements(db, owner);
}
