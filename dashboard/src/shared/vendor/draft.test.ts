import { expect, test } from 'vitest';

import type { Form } from '~/api/types';

import { changesOf, complaintOf, type Draft, type Entry, fieldsOf, openDraft, shownFields } from './draft';

/** As the server sends it: what has its usual value is absent. */
const form = {
  fields: [
    { name: 'title', kind: 'text', title: 'Title', required: true, automatic: 'phonebook.name', min_length: 2, max_length: 4 },
    { name: 'rest', kind: 'text', title: 'Rest', default: 'Other' },
    { name: 'key', kind: 'text', title: 'Key', required: true, pattern: '^[a-z]*$' },
    { name: 'every', kind: 'number', title: 'Every', default: 60, minimum: 10, maximum: 100 },
    { name: 'photos', kind: 'boolean', title: 'Photos', default: true },
    { name: 'line', kind: 'choice', title: 'Line', choices: [{ value: 'a', title: 'A' }] },
    { name: 'groups', kind: 'choices', title: 'Groups', choices: [{ value: 'x', title: 'X' }] },
    { name: 'password', kind: 'secret', title: 'Password', required: true, automatic: 'generated.secret', min_length: 8 },
  ],
} as unknown as Form;

const fields = fieldsOf(form);
const settings = { title: 'Office', rest: 'Other', every: 60, photos: true, line: 'a', groups: ['x'], password: null };
const opened = openDraft(fields, settings, ['title', 'password']);

function field(name: string) {
  const found = fields.find((each) => each.name === name);
  if (!found) throw new Error(name);
  return found;
}

function changed(entries: Record<string, Partial<Entry>>): Draft {
  const draft: Record<string, Entry> = { ...opened };
  for (const [name, entry] of Object.entries(entries)) draft[name] = { isAutomatic: false, value: '', ...draft[name], ...entry };
  return draft;
}

test('a form opens with what holds, and what nobody entered is automatic', () => {
  expect(opened['title']).toEqual({ isAutomatic: true, value: 'Office' });
  expect(opened['rest']).toEqual({ isAutomatic: false, value: 'Other' });
  expect(opened['every']).toEqual({ isAutomatic: false, value: 60 });
  expect(opened['groups']).toEqual({ isAutomatic: false, value: ['x'] });
  expect(opened['password']).toEqual({ isAutomatic: true, value: '', isStored: false });
  expect(openDraft(fields, settings, ['title'])['password']).toEqual({ isAutomatic: false, value: '', isStored: true });
  expect(openDraft(fields, {}, ['title'])['password']).toEqual({ isAutomatic: false, value: '', isStored: false });
});

test('a form without fields is empty', () => {
  expect(fieldsOf({})).toEqual([]);
});

test('only what was changed is sent', () => {
  expect(changesOf(fields, opened, opened)).toEqual({});
  expect(changesOf(fields, opened, changed({ photos: { value: false }, groups: { value: [] }, every: { value: 30 } }))).toEqual({
    photos: false,
    groups: [],
    every: 30,
  });
});

test('an automatic value that is taken over is sent although it is the same', () => {
  expect(changesOf(fields, opened, changed({ title: { isAutomatic: false } }))).toEqual({ title: 'Office' });
});

test('back to automatic, and an emptied field, take the value of the server again', () => {
  const typed = changed({ title: { isAutomatic: false, value: 'Mine' } });
  expect(changesOf(fields, typed, changed({ title: { isAutomatic: true } }))).toEqual({ title: null });
  expect(changesOf(fields, opened, changed({ rest: { value: '' }, every: { value: '' } }))).toEqual({ rest: null, every: null });
});

test('a secret is sent when one was typed, and never taken away by an empty field', () => {
  expect(changesOf(fields, opened, changed({ password: { isAutomatic: false, value: 'abcdefgh' } }))).toEqual({
    password: 'abcdefgh',
  });
  const kept = changed({ password: { isAutomatic: false, value: '' } });
  expect(changesOf(fields, kept, kept)).toEqual({});
});

test.each([
  ['title', 'a', { code: 'short', limit: 2 }],
  ['title', 'abcde', { code: 'long', limit: 4 }],
  ['title', '👩‍💻', null],
  ['key', '', { code: 'required' }],
  ['key', 'ABC', { code: 'pattern' }],
  ['key', 'abc', null],
  ['rest', '', null],
  ['every', 5, { code: 'low', limit: 10 }],
  ['every', 101, { code: 'high', limit: 100 }],
  ['every', 10.5, { code: 'whole' }],
  ['every', '', null],
  ['password', '', { code: 'required' }],
  ['password', 'short', { code: 'short', limit: 8 }],
] as const)('%s = %j', (name, value, complaint) => {
  expect(complaintOf(field(name), { isAutomatic: false, value })).toEqual(complaint);
});

test('nothing is wrong with what the server fills in, nor with a secret that stays', () => {
  expect(complaintOf(field('title'), { isAutomatic: true, value: '' })).toBeNull();
  expect(complaintOf(field('password'), { isAutomatic: false, value: '', isStored: true })).toBeNull();
});

test('a pattern that no browser can read is left to the service', () => {
  const odd = { ...field('key'), pattern: '(?<broken' };
  expect(complaintOf(odd, { isAutomatic: false, value: 'A' })).toBeNull();
});

test('a field is asked only when the one that it hangs on is asked and has the value', () => {
  const hanging = fieldsOf({
    fields: [
      { name: 'mode', kind: 'choice', title: 'Mode', choices: [], default: 'pull' },
      { name: 'target', kind: 'text', title: 'Target', required: true, shown_when: { field: 'mode', value: 'push' } },
      { name: 'kinds', kind: 'choices', title: 'Kinds', choices: [] },
      { name: 'photo', kind: 'number', title: 'Size', shown_when: { field: 'kinds', value: 'photo' } },
      { name: 'secure', kind: 'boolean', title: 'TLS', shown_when: { field: 'target', value: 'x' } },
      { name: 'name', kind: 'text', title: 'Name', shown_when: { field: 'secure', value: true } },
    ],
  } as unknown as Form);
  const shown = (settings: Record<string, unknown>) =>
    shownFields(hanging, openDraft(hanging, settings, [])).map(({ name }) => name);
  expect(shown({ mode: 'pull', target: 'x', secure: true })).toEqual(['mode', 'kinds']);
  expect(shown({ mode: 'push', target: '', kinds: ['photo'] })).toEqual(['mode', 'target', 'kinds', 'photo']);
  expect(shown({ mode: 'push', target: 'x', secure: true })).toEqual(['mode', 'target', 'kinds', 'secure', 'name']);
});
