import type { Phonebook } from '~/api/types';

/** What every step is about. */
export interface About {
  phonebook: Phonebook;
  siteName: string | undefined;
}
