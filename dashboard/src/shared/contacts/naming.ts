import type { Contact } from '~/api/types';

import { contactName } from '../contactName';

type Named = Pick<Contact, 'display_name' | 'given_name' | 'family_name' | 'organization' | 'numbers' | 'emails'>;

/** What a contact is called where there must be something: its name, company, number or address. */
export function calledName(contact: Named): string {
  const name = contactName(contact);
  return name === '–' ? (contact.numbers[0]?.value ?? contact.emails[0]?.value ?? name) : name;
}
