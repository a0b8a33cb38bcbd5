import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';

import { apiQuery, everyQuery } from '~/api/query';
import type { Site } from '~/api/types';
import { remember, remembered } from '~/shared/remembered';
import { useOptionalParam } from '~/shared/route';

const KEY = 'site';

export const allSitesQuery = everyQuery('/api/v1/sites');

/** The site that one is in: by the address, by the phonebook in it, else where one was last. */
export function useCurrentSite(): { site: Site | undefined; sites: Site[] | undefined } {
  const siteId = useOptionalParam('siteId');
  const phonebookId = useOptionalParam('phonebookId');
  const phonebook = useQuery({
    ...apiQuery('/api/v1/phonebooks/{phonebook_id}', { path: { phonebook_id: phonebookId ?? '' } }),
    enabled: phonebookId !== undefined,
  });
  const { data: sites } = useQuery(allSitesQuery);
  const here = siteId ?? phonebook.data?.site_id;
  useEffect(() => {
    if (here) remember(KEY, here);
  }, [here]);
  const id = here ?? remembered(KEY);
  const only = sites?.length === 1 ? sites[0] : undefined;
  return { site: sites?.find((site) => site.id === id) ?? only, sites };
}
