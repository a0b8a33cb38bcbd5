import type { Contact } from '~/api/types';

type Named = Pick<Contact, 'display_name' | 'given_name' | 'family_name' | 'organization'>;

/** What a contact is called in lists: as phones show it, else by the company. */
export function contactName(contact: Named): string {
  const own = contact.display_name || [contact.given_name, contact.family_name].filter(Boolean).join(' ');
  return own || contact.organization || '–';
}

/** The number that stands for a contact where there is room for one. */
export function contactNumber({ numbers }: Pick<Contact, 'numbers'>): string {
  return numbers[0]?.value ?? '';
}
