import { isMantineColorScheme, type MantineColorSchemeManager } from '@mantine/core';

import { remember, remembered } from '~/shared/remembered';

const KEY = 'theme';

/** Light, dark or as the system has it, kept where the other choices are. */
export const colorSchemes: MantineColorSchemeManager = {
  get: (initial) => {
    const kept = remembered(KEY);
    return isMantineColorScheme(kept) ? kept : initial;
  },
  set: (value) => remember(KEY, value),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};
