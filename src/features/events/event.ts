import type { components } from '../../generated/schema.ts';

export type Event = components['schemas']['Event'];
export type EventType = components['schemas']['EventType'];
type DataOf<T extends EventType> = Extract<Event, { type: T }>['data'];

/** What a change leaves behind; its shape is that of its type in openapi.yaml. */
export type NewEvent = {
  [T in EventType]: { type: T; session?: string; call?: string; data: DataOf<T> };
}[EventType];
