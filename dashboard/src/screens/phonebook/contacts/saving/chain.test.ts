import { expect, test } from 'vitest';

import type { Contact } from '~/api/types';

import { basedOn, lengthened } from './chain';

const at = (version: number) => ({ id: 'c', version }) as Contact;

test('what one saved oneself in between is no conflict', () => {
  const chain = lengthened(lengthened(undefined, at(1), at(2)), at(2), at(3));
  expect(basedOn(chain, at(1)).version).toBe(3);
  expect(basedOn(chain, at(2)).version).toBe(3);
  expect(basedOn(chain, at(3)).version).toBe(3);
});

test('what somebody else saved in between is one', () => {
  const chain = lengthened(lengthened(undefined, at(1), at(2)), at(5), at(6));
  expect(basedOn(chain, at(2)).version).toBe(2);
  expect(basedOn(chain, at(5)).version).toBe(6);
  expect(basedOn(undefined, at(1)).version).toBe(1);
});
