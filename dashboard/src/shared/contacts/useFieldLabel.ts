import { useCallback } from 'react';

import { useTexts } from '~/i18n/texts';

import { isText, type ContactField } from './fields';
import { texts } from './texts';

/** What a field of a contact is called; of vendor values the service is named, by its label where that is known. */
export function useFieldLabel(services: Readonly<Record<string, string>> = NONE): (field: string) => string {
  const t = useTexts(texts);
  return useCallback(
    (path: string) => {
      const [field, slug, part] = path.split('.') as [ContactField | 'meta' | '', string?, string?];
      if (part === 'label') return t.label;
      if (field === 'meta') return t.meta(services[slug ?? ''] ?? slug ?? '');
      if (field === 'numbers' || field === 'emails' || field === 'groups') return t[field];
      return field !== '' && isText(field) ? t[field] : field || t.whole;
    },
    [t, services],
  );
}

const NONE: Readonly<Record<string, string>> = {};
