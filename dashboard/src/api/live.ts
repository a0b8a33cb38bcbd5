import type { QueryKey } from '@tanstack/react-query';

/** Something happened; what it is now is to be asked for. The shape is the server's `events/event.py`. */
export interface LiveEvent {
  kind: string;
  site_id?: string;
  phonebook_id?: string;
  user_id?: string;
  subject?: string;
}

/**
 * What an event's noun concerns: the nouns that paths of the API end with, as `contacts` of both
 * `/phonebooks/{phonebook_id}/contacts` and `/contacts/{contact_id}`. Of a noun that is not here, everything may be new.
 */
const CONCERNS: Record<string, readonly string[]> = {
  contacts: [
    ...['contacts', 'versions', 'groups', 'numbers', 'duplicates', 'proposal', 'bin', 'units', 'lookup', 'inclusions'],
    ...['phonebooks', 'sites'],
  ],
  import: ['imports', 'contacts', 'groups', 'units', 'phonebooks', 'sites'],
  phonebook: ['phonebooks', 'sites', 'deleted', 'inclusions', 'contacts'],
  service: ['services', 'phones', 'phonebooks', 'sites'],
  dispatch: ['dispatches', 'phones'],
  source: ['sources', 'contacts', 'units'],
  site: ['sites', 'deleted', 'me'],
  member: ['members', 'sites', 'users', 'me'],
  user: ['users', 'members', 'me', 'sessions'],
  mail: ['mail', 'users'],
};

/** Kinds after which nothing that is known can be trusted. */
const EVERYTHING = new Set(['resync', 'rights.changed']);

/** Whether the query with this key may answer otherwise after the event. */
export function concerns(event: LiveEvent, key: QueryKey): boolean {
  const [path, params] = key;
  if (typeof path !== 'string' || EVERYTHING.has(event.kind)) return true;
  const words = CONCERNS[event.kind.split('.')[0] ?? ''];
  if (words === undefined) return true;
  if (!words.includes(nounOf(path))) return false;
  const ids = pathIds(params);
  return agrees(ids['phonebook_id'], event.phonebook_id) && agrees(ids['site_id'], event.site_id);
}

/** The last step of a path that is no parameter. */
function nounOf(path: string): string {
  return path.split('/').findLast((step) => !step.startsWith('{')) ?? '';
}

function pathIds(params: unknown): Record<string, unknown> {
  if (typeof params !== 'object' || params === null || !('path' in params)) return {};
  const { path } = params;
  return typeof path === 'object' && path !== null ? { ...path } : {};
}

/** Ids that are both there must be the same. */
function agrees(asked: unknown, told: string | undefined): boolean {
  return asked === undefined || told === undefined || asked === told;
}

/** The event in a message, or null when it is none that is known. */
export function readEvent(text: string): LiveEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    const isEvent = typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
    return isEvent ? (value as LiveEvent) : null;
  } catch {
    return null;
  }
}
