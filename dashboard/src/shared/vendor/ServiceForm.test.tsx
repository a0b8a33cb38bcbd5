import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';

import type { Service } from '~/api/types';
import { show } from '~/testing/show';

import ServiceForm from './ServiceForm';

/** As the server sends it: a field of every kind, and what has its usual value is absent. */
const service = {
  slug: 'acme',
  label: 'Acme',
  state: 'setup',
  on: true,
  settled: true,
  form: {
    fields: [
      { name: 'title', kind: 'text', title: 'Name shown on the phone', required: true, automatic: 'phonebook.name' },
      { name: 'key', kind: 'text', title: 'Licence key', help: 'As on the invoice.', required: true },
      { name: 'every', kind: 'number', title: 'Minutes', default: 60, minimum: 10 },
      { name: 'names', kind: 'boolean', title: 'Names', default: true },
      { name: 'line', kind: 'choice', title: 'Second line', choices: [{ value: 'c', title: 'Company' }], default: 'c' },
      { name: 'show', kind: 'choices', title: 'Show', choices: [{ value: 'p', title: 'Photos' }] },
      { name: 'password', kind: 'secret', title: 'Password of the phones', required: true, automatic: 'generated.secret' },
    ],
  },
  settings: { title: 'Office', every: 60, names: true, line: 'c', show: [], password: null },
  automatic: ['title', 'password'],
  problems: [],
} as unknown as Service;

const asked = vi.hoisted(() => vi.fn<(body: unknown) => unknown>());

vi.mock('~/api/client', async (original) => ({
  ...(await original<object>()),
  api: { PUT: (_path: string, { body }: { body: unknown }) => Promise.resolve({ data: asked(body) }) },
}));

beforeEach(() => {
  asked.mockReset().mockReturnValue({ ...service, state: 'enabled' });
});

function open(changes: Partial<Service> = {}, language: 'en' | 'de' = 'en') {
  const onDone = vi.fn();
  const form = <ServiceForm phonebookId="b" service={{ ...service, ...changes }} submit="Go" onDone={onDone} />;
  show(form, { language });
  return onDone;
}

const send = () => fireEvent.click(screen.getByRole('button', { name: 'Go' }));

test('every kind of field is drawn, with what holds in it', () => {
  open();
  expect(screen.getByRole('group', { name: 'Name shown on the phone' })).toHaveProperty('textContent', expect.stringContaining('Office'));
  expect(within(screen.getByRole('group', { name: 'Password of the phones' })).getByText('Made by itself')).toBeTruthy();
  expect(screen.getByRole('textbox', { name: /Licence key/ })).toHaveProperty('value', '');
  expect(screen.getByRole('textbox', { name: 'Minutes' })).toHaveProperty('value', '60');
  expect(screen.getByRole('switch', { name: 'Names' })).toHaveProperty('checked', true);
  expect(screen.getByDisplayValue('Company')).toBeTruthy();
  expect(screen.getByRole('checkbox', { name: 'Photos' })).toHaveProperty('checked', false);
});

test('the words of the services of this product are German', () => {
  open({}, 'de');
  expect(screen.getByRole('group', { name: 'Name, den das Telefon anzeigt' })).toBeTruthy();
  expect(screen.getByRole('button', { name: '„Passwort der Telefone“ ändern' })).toBeTruthy();
});

test('all that is wrong is said at once and nothing is sent', () => {
  open();
  fireEvent.change(screen.getByRole('textbox', { name: 'Minutes' }), { target: { value: '5' } });
  send();
  expect(screen.getByText('Fill this in.')).toBeTruthy();
  expect(screen.getByText('At least 10.')).toBeTruthy();
  expect(asked).not.toHaveBeenCalled();
});

test('only what was changed is sent', async () => {
  const onDone = open();
  fireEvent.change(screen.getByRole('textbox', { name: /Licence key/ }), { target: { value: 'abc' } });
  fireEvent.click(screen.getByRole('switch', { name: 'Names' }));
  fireEvent.click(screen.getByRole('button', { name: 'Change “Name shown on the phone”' }));
  fireEvent.click(screen.getByRole('button', { name: 'Back to automatic: “Name shown on the phone”' }));
  send();
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(asked).toHaveBeenCalledWith({ on: true, settings: { key: 'abc', names: false } });
});

test('what the service refuses is said at its field, and what has no field below', async () => {
  const problems = [
    { field: 'key', code: 'wrong', message: 'This key is used up.' },
    { field: '', code: 'down', message: 'The licence server does not answer.' },
  ];
  asked.mockReturnValue({ ...service, problems });
  const onDone = open();
  fireEvent.change(screen.getByRole('textbox', { name: /Licence key/ }), { target: { value: 'abc' } });
  send();
  expect(await screen.findByText('This key is used up.')).toBeTruthy();
  expect(screen.getByText('The licence server does not answer.')).toBeTruthy();
  expect(onDone).not.toHaveBeenCalled();
});
