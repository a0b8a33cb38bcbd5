import { expect, test } from 'vitest';

import { loopOf } from './loop';
import { comingThrough } from './through';

test('a loop is told with its way', () => {
  const message =
    'That would be a loop: “A” includes “B”, which includes “C & D”, which includes “A”. Leave out one of these inclusions.';
  expect(loopOf({ code: 'loop', message })).toEqual(['A', 'B', 'C & D', 'A']);
  expect(loopOf({ code: 'loop', message: 'A phonebook cannot include itself. Choose another one.' })).toEqual([]);
  expect(loopOf({ code: 'too_many', message })).toEqual([]);
});

test('what comes along through others is told with these', () => {
  const member = (phonebook_id: string, ...includes: string[]) => ({
    phonebook_id,
    name: phonebook_id.toUpperCase(),
    includes: includes.map((id) => ({ phonebook_id: id })),
  });
  const members = [member('a', 'b', 'c'), member('b', 'd'), member('c', 'd'), member('d')];
  expect(comingThrough('a', members).map(({ member, through }) => [member.name, through])).toEqual([['D', ['B', 'C']]]);
});
