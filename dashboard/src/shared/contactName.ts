import type { Contact } from '~/api/types';

type Named = Pick<Contact, 'display_name' | 'given_name' | 'family_name' | 'organization'>;

/** What a contact is called in lists: as phones show it, else by the company. */
export function contactName(contact: Named): string {
  const own = contact.display_name || [contact.given_name, contact.family_name].filter(Boolean).join(' ');
  return own || contact.organization || '–';
}
