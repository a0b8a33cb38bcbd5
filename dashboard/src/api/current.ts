import { useSuspenseQuery } from '@tanstack/react-query';

import { useParam } from '~/shared/route';

import type { ApiProblem } from './problem';
import { apiQuery } from './query';
import type { Phonebook, Site } from './types';

/** The phonebook in the address. Only on screens below `/phonebooks/$phonebookId`. */
export function usePhonebook(): Phonebook {
  const phonebook_id = useParam('phonebookId');
  return stillThere(useSuspenseQuery(apiQuery('/api/v1/phonebooks/{phonebook_id}', { path: { phonebook_id } })));
}

/** The site in the address. Only on screens below `/sites/$siteId`. */
export function useSite(): Site {
  const site_id = useParam('siteId');
  return stillThere(useSuspenseQuery(apiQuery('/api/v1/sites/{site_id}', { path: { site_id } })));
}

/** What was fetched; but who lost the right to see it, or whose it was deleted from, does not go on looking at what it was. */
function stillThere<T>({ data, error }: { data: T; error: ApiProblem | null }): T {
  if (error?.isMissing) throw error;
  return data;
}
