import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import type { ImportReport } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { startImport } from '~/shared/contacts/startImport';
import { useUndo } from '~/shared/undo';

import { texts } from '../texts';
import { asTable, type Person } from './people';

export interface Addition {
  people: readonly Person[];
  group?: string;
}

/** Imports what was uploaded before. */
export async function commitImport(phonebook_id: string, import_id: string): Promise<ImportReport> {
  return (await sent(
    api.POST('/api/v1/phonebooks/{phonebook_id}/imports/{import_id}/commit', {
      params: { path: { phonebook_id, import_id } },
      body: {},
    }),
  )) as ImportReport;
}

/** Adds people in one go, which one undo takes back. */
export function useAdding(phonebookId: string, onDone?: (report: ImportReport) => void) {
  const say = useAdded();
  return useMutation({
    mutationFn: async ({ people, group }: Addition) => {
      const { text, mapping } = asTable(people, group);
      const file = new File([text], 'contacts.csv', { type: 'text/csv' });
      const options = { mapping, encoding: 'utf-8', delimiter: ',', has_header: 'true' };
      return commitImport(phonebookId, (await startImport(phonebookId, file, options)).id);
    },
    meta: { inPlace: true },
    onSuccess: (report) => {
      say(report);
      onDone?.(report);
    },
  });
}

/** Says how many contacts there are more, and offers to take them back. */
export function useAdded(): (report: ImportReport) => void {
  const t = useTexts(texts);
  const format = useFormat();
  const offerUndo = useUndo();
  const client = useQueryClient();
  return (report) => {
    const count = report.created + report.updated;
    offerUndo(count > 0 ? t.added(format.number(count), count) : t.nothingAdded, report);
    void client.invalidateQueries();
  };
}
