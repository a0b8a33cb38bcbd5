import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';

import { apiQuery, useApi } from '~/api/query';
import type { FormField } from '~/api/types';

export interface VendorForm {
  slug: string;
  label: string;
  fields: readonly FormField[];
}

/** The values that vendor services keep in contacts, described by each service that has some. */
export function useVendorForms(phonebookId: string): VendorForm[] {
  const path = { phonebook_id: phonebookId };
  const { data } = useApi('/api/v1/phonebooks/{phonebook_id}/services', { path });
  const known = (data?.items ?? []).map(({ slug }) => slug);
  return useQueries({
    queries: known.map((slug) => apiQuery('/api/v1/phonebooks/{phonebook_id}/services/{slug}', { path: { ...path, slug } })),
    combine: (found) =>
      found.flatMap(({ data: service }) => {
        const fields = service?.fields.fields ?? [];
        return service && fields.length > 0 ? [{ slug: service.slug, label: service.label, fields }] : [];
      }),
  });
}

/** What vendor services are called, by their short names. */
export function useServiceLabels(phonebookId: string): Readonly<Record<string, string>> {
  const { data } = useApi('/api/v1/phonebooks/{phonebook_id}/services', { path: { phonebook_id: phonebookId } });
  return useMemo(() => Object.fromEntries((data?.items ?? []).map(({ slug, label }) => [slug, label])), [data]);
}
