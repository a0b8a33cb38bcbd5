import { expect, test } from 'vitest';

import { concerns, readEvent } from './live';

const contacts = ['/api/v1/phonebooks/{phonebook_id}/contacts', { path: { phonebook_id: 'a' } }];
const services = ['/api/v1/phonebooks/{phonebook_id}/services', { path: { phonebook_id: 'a' } }];
const service = ['/api/v1/phonebooks/{phonebook_id}/services/{slug}', { path: { phonebook_id: 'a', slug: 'yealink' } }];
const phonebooks = ['/api/v1/sites/{site_id}/phonebooks', { path: { site_id: 's' } }, 'every'];
const contact = ['/api/v1/contacts/{contact_id}', { path: { contact_id: 'x' } }];
const sites = ['/api/v1/sites', {}];

test('a changed contact concerns the contacts of its phonebook, what counts them, and nothing else', () => {
  const event = { kind: 'contacts.changed', site_id: 's', phonebook_id: 'a' };
  expect(concerns(event, contacts)).toBe(true);
  expect(concerns(event, contact)).toBe(true);
  expect(concerns(event, sites)).toBe(true);
  expect(concerns(event, phonebooks)).toBe(true);
  expect(concerns(event, services)).toBe(false);
  expect(concerns({ ...event, phonebook_id: 'b' }, contacts)).toBe(false);
  expect(concerns({ ...event, site_id: 't' }, phonebooks)).toBe(false);
});

test('a changed service concerns the services of its phonebook and the list of installed ones', () => {
  const event = { kind: 'service.changed', site_id: 's', phonebook_id: 'a', subject: 'yealink' };
  expect(concerns(event, services)).toBe(true);
  expect(concerns(event, service)).toBe(true);
  expect(concerns(event, ['/api/v1/services', {}])).toBe(true);
  expect(concerns(event, contacts)).toBe(false);
});

test('a service that comes or goes concerns every phonebook, also those that do not use it', () => {
  for (const kind of ['service.linked', 'service.unlinked']) {
    expect(concerns({ kind, subject: 'yealink' }, services)).toBe(true);
    expect(concerns({ kind, subject: 'yealink' }, ['/api/v1/services', {}])).toBe(true);
    expect(concerns({ kind, subject: 'yealink' }, contacts)).toBe(false);
  }
});

test('a phone that fetches changes the lists of phones, not what it fetched', () => {
  const event = { kind: 'dispatch.recorded', site_id: 's', phonebook_id: 'a' };
  expect(concerns(event, ['/api/v1/phonebooks/{phonebook_id}/phones', { path: { phonebook_id: 'a' } }])).toBe(true);
  expect(concerns(event, contacts)).toBe(false);
  expect(concerns(event, phonebooks)).toBe(false);
});

test('a new site concerns the list of sites', () => {
  expect(concerns({ kind: 'site.created', site_id: 's' }, sites)).toBe(true);
});

test('after a gap, new rights or something unknown everything may be new', () => {
  for (const kind of ['resync', 'rights.changed', 'weather.turned']) expect(concerns({ kind }, contacts)).toBe(true);
});

test('what is no event is passed over', () => {
  expect(readEvent('{"kind":"site.created"}')).toEqual({ kind: 'site.created' });
  expect(readEvent('{"kind":1}')).toBeNull();
  expect(readEvent('null')).toBeNull();
  expect(readEvent('{')).toBeNull();
});
