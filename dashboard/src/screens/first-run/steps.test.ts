import { beforeEach, expect, test } from 'vitest';

import { after, before, leaveGuide, isStep, keepPlace, keptPlace } from './steps';

beforeEach(leaveGuide);

test('the path has an order and two ends', () => {
  expect([before('site'), after('site'), after('fetch'), before('fetch')]).toEqual([undefined, 'contacts', undefined, 'phone']);
  expect([isStep('phone'), isStep('phones')]).toEqual([true, false]);
});

test('where somebody was is kept until the path is gone to its end', () => {
  expect(keptPlace()).toBeNull();
  keepPlace({ phonebookId: 'abc', step: 'service' });
  expect(keptPlace()).toEqual({ phonebookId: 'abc', step: 'service' });
  leaveGuide();
  expect(keptPlace()).toBeNull();
});
