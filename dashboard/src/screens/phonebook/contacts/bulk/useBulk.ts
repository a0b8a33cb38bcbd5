import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { api, sent } from '~/api/client';
import type { BulkChange, BulkInput, BulkReport, Job } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { type FollowedJob, useJob } from '~/shared/jobs/useJob';
import { tellDone, tellFailure } from '~/shared/toasts';
import { texts as shared } from '~/shared/contacts/texts';
import { useUndo } from '~/shared/undo';

import type { Listing, RowSource } from '../rows/useRows';
import type { Selection } from '../selection/selection';
import { texts } from './texts';

export interface Bulk {
  run: (change: BulkChange) => void;
  isPending: boolean;
  /** A large change that goes on in the background. */
  followed: FollowedJob | null;
}

interface Options {
  phonebookId: string;
  listing: Listing;
  selection: Selection;
  rows: Pick<RowSource, 'loadAll'>;
  onDone: () => void;
}

/** Changing what is selected: at once, or as a job when it is much. */
export function useBulk({ phonebookId, listing, selection, rows, onDone }: Options): Bulk {
  const t = useTexts(texts);
  const s = useTexts(shared);
  const format = useFormat();
  const offerUndo = useUndo();
  const [running, setRunning] = useState<{ job: string; change: BulkChange } | null>(null);
  const followed = useJob(running?.job ?? null);

  const tell = (change: BulkChange, report: BulkReport) => {
    const n = t.contacts(format.number(report.changed), report.changed);
    const words = change.delete ? t.deleted(n) : change.move_to ? t.moved(n) : change.copy_to ? t.copied(n) : t.changed(n);
    const rest = report.unchanged > 0 && report.changed > 0 ? ` ${t.partly(format.number(report.unchanged))}` : '';
    offerUndo(report.changed === 0 ? t.nothing : words + rest, report);
    onDone();
  };

  const { mutate, isPending } = useMutation({
    mutationFn: async (change: BulkChange): Promise<BulkReport | Job> => {
      const body = { ...(await chosen(selection, listing, rows)), change };
      return sent<BulkReport | Job>(
        api.POST('/api/v1/phonebooks/{phonebook_id}/bulk', { params: { path: { phonebook_id: phonebookId } }, body }),
      );
    },
    onSuccess: (answer, change) => {
      if ('job' in answer) setRunning({ job: answer.job, change });
      else tell(change, answer);
    },
  });

  const { job, error } = followed;
  useEffect(() => {
    if (running === null || (job?.state === 'running' && !error)) return;
    if (job === undefined && !error) return;
    setRunning(null);
    if (error) tellFailure(error);
    else if (job?.state === 'done') tell(running.change, job.result as BulkReport);
    else if (job?.state === 'cancelled') tellDone(s.cancelled);
    else tellFailure(new Error(job?.problem?.detail ?? ''));
    // Only what becomes of the job matters here.
  }, [running, job, error]);

  return { run: mutate, isPending, followed: running && followed };
}

/** How the server is told which contacts. A search cannot leave some out, so then every one is named. */
async function chosen(
  selection: Selection,
  { search, group }: Listing,
  rows: Options['rows'],
): Promise<Pick<BulkInput, 'ids' | 'search'>> {
  if (selection.kind === 'some') return { ids: [...selection.ids] };
  if (selection.except.size === 0) return { search: { text: search, group } };
  const all = await rows.loadAll();
  return { ids: all.filter(({ id, included }) => !included && !selection.except.has(id)).map(({ id }) => id) };
}
