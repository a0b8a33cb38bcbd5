import { expect, it } from 'vitest';

import type { Activity } from '~/api/types';

import { actions, nameOfAction } from './actions';
import { byDay, readable } from './days';

const done = (id: string, at: Date): Activity => ({
  id,
  at: at.toISOString(),
  actor: '',
  address: '',
  site_id: null,
  phonebook_id: null,
  action: 'site.created',
  subject: '',
  detail: '',
});

it('puts what was done on one day together, in its order', () => {
  const days = byDay([
    done('c', new Date(2026, 10, 23, 0, 1)),
    done('b', new Date(2026, 10, 22, 23, 59)),
    done('a', new Date(2026, 10, 22, 8, 0)),
  ]);
  expect(days.map(({ items }) => items.map(({ id }) => id))).toEqual([['c'], ['b', 'a']]);
  expect(byDay([])).toEqual([]);
});

it('writes names and times where the record has ids and UTC', () => {
  const id = '01a20a4e942470788efb61d83e3c6eb2';
  const names = (asked: string) => (asked === id ? 'Berlin' : undefined);
  expect(readable(`only in the sites ${id}; until 2027-02-21T21:27:37.600Z`, names, () => 'Sunday')).toBe(
    'only in the sites Berlin; until Sunday',
  );
  expect(readable(`unit ${id.replace('0', '1')}`, names, String)).toContain('11a20a');
});

it('shows an action that it does not know by its name', () => {
  expect(nameOfAction(actions.en, 'site.created')).toBe('Site made');
  expect(nameOfAction(actions.de, 'moon.landed')).toBe('moon.landed');
});
