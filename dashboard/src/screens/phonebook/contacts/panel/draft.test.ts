import { expect, test } from 'vitest';

import type { Contact } from '~/api/types';

import { changesOf, draftOf, isUnchanged, newLine, preview } from './draft';

const contact = {
  id: 'c',
  given_name: 'Bea',
  family_name: 'Schmidt',
  display_name: '',
  organization: 'Huber',
  department: '',
  title: '',
  note: '',
  external_id: '',
  numbers: [{ value: '030 1', label: 'work', e164: '+49301' }],
  emails: [],
  groups: ['Kunden'],
  meta: { yealink: { dial: 3 } },
  phonebook_id: 'p',
  version: 4,
  created_at: '',
  updated_at: '',
  included: false,
} satisfies Contact;

test('what nobody touched is not sent', () => {
  expect(isUnchanged(changesOf(contact, draftOf(contact)))).toBe(true);
  expect(isUnchanged(changesOf(null, draftOf(null)))).toBe(true);
});

test('only what is otherwise is sent, and empty lines are not', () => {
  const draft = draftOf(contact);
  draft.organization = '';
  draft.numbers.push(newLine('0171 2', 'mobile'), newLine('  '));
  expect(changesOf(contact, draft)).toEqual({
    organization: '',
    numbers: [
      { value: '030 1', label: 'work' },
      { value: '0171 2', label: 'mobile' },
    ],
  });
});

test('emptied values of a service are taken away', () => {
  const draft = draftOf(contact);
  draft.meta = { yealink: { dial: null }, snom: { list: 'a', other: '' } };
  expect(changesOf(contact, draft)).toEqual({ meta: { yealink: null, snom: { list: 'a' } } });
});

test('what could not be saved is there again', () => {
  const draft = draftOf(contact, { family_name: 'Neu', numbers: [{ value: '1', label: null }] });
  expect(draft.family_name).toBe('Neu');
  expect(draft.given_name).toBe('Bea');
  expect(draft.numbers.map(({ value }) => value)).toEqual(['1']);
});

test('a change is shown before the server has answered', () => {
  const shown = preview(contact, { organization: null, numbers: [{ value: '1' }] });
  expect(shown.organization).toBe('');
  expect(shown.numbers).toEqual([{ value: '1', label: '' }]);
  expect(shown.groups).toEqual(['Kunden']);
});
