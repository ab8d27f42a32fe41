import { type Handlers, tenantOf } from '../../api/contract.ts';
import type { components } from '../../generated/schema.ts';
import { type Announcement, listAnnouncements, setAnnouncements } from './announcement-service.ts';

type View = components['schemas']['AnnouncementList'];

function toView(announcements: readonly Announcement[]): View {
  return {
    data: announcements.map(({ key, language, prompt, isOwn }) => ({
      key,
      language,
      ...(prompt.text === undefined ? {} : { text: prompt.text }),
      ...(prompt.audio_url === undefined ? {} : { audio_url: prompt.audio_url }),
      own: isOwn,
    })),
  };
}

export const announcementHandlers: Pick<Handlers, 'getAnnouncements' | 'setAnnouncements'> = {
  async getAnnouncements(call) {
    return { status: 200, body: toView(await listAnnouncements(call.unit, tenantOf(call))) };
  },
  async setAnnouncements(call) {
    const announcements = await setAnnouncements(call.unit, tenantOf(call), call.body.announcements);
    return { status: 200, body: toView(announcements) };
  },
};
