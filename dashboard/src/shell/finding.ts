import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';

import { apiQuery, everyQuery } from '~/api/query';
import type { Site } from '~/api/types';
import { contactName, contactNumber } from '~/shared/contactName';

/** The API lists phonebooks by site, and searches contacts by phonebook: this many are asked at once. */
const MOST_SITES = 25;
const MOST_PHONEBOOKS = 8;
const MOST_CONTACTS = 6;
/** With fewer letters the first few of thousands say nothing. */
const LEAST_TYPED = 2;

export interface FoundPhonebook {
  id: string;
  name: string;
  siteId: string;
  siteName: string;
}

export interface FoundContact {
  id: string;
  phonebookId: string;
  name: string;
  about: string;
}

/** The phonebooks that can be gone to: of the site one is in first, then of the others, as far as they are few. */
export function usePhonebooksToFind(site: Site | undefined, sites: readonly Site[], isWanted: boolean): FoundPhonebook[] {
  const asked = useMemo(() => {
    const others = sites.filter(({ id }) => id !== site?.id);
    return [...(site ? [site] : []), ...others].slice(0, MOST_SITES);
  }, [site, sites]);
  return useQueries({
    queries: asked.map(({ id }) => ({
      ...everyQuery('/api/v1/sites/{site_id}/phonebooks', { path: { site_id: id } }),
      enabled: isWanted,
    })),
    combine: (answers) =>
      answers.flatMap(({ data }, index) =>
        (data ?? []).map(({ id, name, site_id }) => ({ id, name, siteId: site_id, siteName: asked[index]?.name ?? '' })),
      ),
  });
}

/** The contacts that the server finds in these phonebooks. */
export function useFoundContacts(phonebooks: readonly FoundPhonebook[], typed: string): FoundContact[] {
  const asked = phonebooks.slice(0, MOST_PHONEBOOKS);
  return useQueries({
    queries: asked.map(({ id }) => ({
      ...apiQuery('/api/v1/phonebooks/{phonebook_id}/contacts', {
        path: { phonebook_id: id },
        query: { search: typed, limit: MOST_CONTACTS, included: false },
      }),
      enabled: typed.length >= LEAST_TYPED,
    })),
    combine: (answers) =>
      answers
        .flatMap(({ data }, index) =>
          (data?.items ?? []).map((contact) => ({
            id: contact.id,
            phonebookId: contact.phonebook_id,
            name: contactName(contact),
            about: [contactNumber(contact), asked[index]?.name].filter(Boolean).join(' · '),
          })),
        )
        .slice(0, MOST_CONTACTS),
  });
}
