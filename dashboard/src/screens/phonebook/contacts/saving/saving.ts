import { api, sent } from '~/api/client';
import { apiQuery } from '~/api/query';
import type { Contact, ContactChange } from '~/api/types';

export function contactQuery(contact_id: string) {
  return apiQuery('/api/v1/contacts/{contact_id}', { path: { contact_id } });
}

/** What somebody wanted to save, and the state that it was based on. */
export interface Attempt {
  base: Contact;
  change: ContactChange;
}

/** Change a contact, when it is still as in `base`. Thrown is an ApiProblem; `isChangedMeanwhile` when it is not. */
export function changeContact({ base, change }: Attempt): Promise<Contact> {
  return sent(
    api.PATCH('/api/v1/contacts/{contact_id}', {
      params: { path: { contact_id: base.id }, header: { 'If-Match': `"${base.version}"` } },
      body: change,
    }),
  );
}

export function createContact(phonebook_id: string, change: ContactChange, idempotency: string): Promise<Contact> {
  return sent(
    api.POST('/api/v1/phonebooks/{phonebook_id}/contacts', {
      params: { path: { phonebook_id }, header: { 'Idempotency-Key': idempotency } },
      body: change,
    }),
  );
}

/** The path that undoes the newest change of a contact; null when somebody changed it after that. */
export async function undoOf(contact: Contact): Promise<string | null> {
  const { items } = await sent(
    api.GET('/api/v1/contacts/{contact_id}/versions', {
      params: { path: { contact_id: contact.id }, query: { limit: 1 } },
    }),
  );
  const newest = items[0];
  return newest?.version === contact.version ? `/api/v1/units/${newest.unit}/undo` : null;
}
