import { expect, test } from 'vitest';

import type { ImportPreview } from '~/api/types';

import { changesIn, damages, rowsWith } from './rows';

const problem = (line: number, message = 'x') => ({ line, field: '', code: 'c', message, value: '', repaired: '' });
const nothing = { cells: [], contact: null, before: null, problems: [], warnings: [] };
const row = (line: number, outcome: string) => ({ line, outcome, ...nothing });

test('rejected rows beyond the preview are shown by their problems', () => {
  const preview = {
    preview: [row(2, 'created'), row(3, 'rejected')],
    problems: [problem(3), problem(900, 'a'), problem(900, 'b')],
  } as unknown as ImportPreview;
  expect(rowsWith(preview, null)).toHaveLength(2);
  expect(rowsWith(preview, 'created').map(({ line }) => line)).toEqual([2]);
  const rejected = rowsWith(preview, 'rejected');
  expect(rejected.map(({ line }) => line)).toEqual([3, 900]);
  expect(rejected[1]?.problems.map(({ message }) => message)).toEqual(['a', 'b']);
});

test('what a row changes is told field by field, without what is derived', () => {
  const before = { organization: 'Huber', numbers: [{ value: '030 1', label: '', e164: '+49301' }] };
  const contact = { organization: 'Huber & Söhne', numbers: [{ value: '030 1', label: '', e164: null }], groups: ['A'] };
  expect(changesIn({ before, contact } as never).map(({ field }) => field)).toEqual(['organization', 'groups']);
  expect(changesIn({ before: null, contact } as never)).toEqual([]);
});

test('only numbers count as damaged', () => {
  const warnings = [
    { ...problem(2), value: "'030", repaired: '030' },
    { ...problem(3), value: '4.9E+11' },
    problem(4),
  ];
  expect(damages({ warnings }).all).toHaveLength(2);
  expect(damages({ warnings }).certain).toHaveLength(1);
});
