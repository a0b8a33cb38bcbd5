import { Alert, Button, Card, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

import { api, sent } from '~/api/client';
import { refresh } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { JobProgress } from '~/shared/jobs/JobProgress';
import { useJob } from '~/shared/jobs/useJob';
import { Loaded, LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { useSearchValue } from '~/shared/route';
import { tellDone } from '~/shared/toasts';

import { Result } from './Result';
import { Review } from './Review';
import { texts } from './texts';
import { importQuery, useImport } from './useImport';

/** One uploaded file: looked at, being imported, or imported. All of it can be loaded again at any time. */
export default function Import({ phonebookId, importId }: { phonebookId: string; importId: string }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const client = useQueryClient();
  const query = useImport(phonebookId, importId);
  const [jobId, setJobId] = useSearchValue('job');
  const followed = useJob(jobId || null);
  const path = { phonebook_id: phonebookId, import_id: importId };

  const commit = useMutation({
    mutationFn: () =>
      sent(
        api.POST('/api/v1/phonebooks/{phonebook_id}/imports/{import_id}/commit', {
          params: { path },
          body: { as_job: true },
        }),
      ),
    onSuccess: (answer) => {
      if ('job' in answer && typeof answer.job === 'string') setJobId(answer.job);
      else void query.refetch();
    },
  });
  const forget = useMutation({
    mutationFn: () =>
      sent(api.DELETE('/api/v1/phonebooks/{phonebook_id}/imports/{import_id}', { params: { path } })),
    onSuccess: () => {
      tellDone(t.forgotten);
      client.removeQueries({ queryKey: importQuery(phonebookId, importId).queryKey });
      void navigate({ to: paths.phonebook(phonebookId, 'import') });
    },
  });

  const { job, error } = followed;
  const { refetch } = query;
  useEffect(() => {
    if (!jobId) return;
    // A job that nobody knows any more has ended; the file says whether it was imported.
    if (error || job?.state === 'done') {
      void refetch().then(() => setJobId(''));
      void refresh(client, '/api/v1/phonebooks');
    } else if (job?.state === 'cancelled') {
      tellDone(t.cancelledJob);
      setJobId('');
    }
  }, [jobId, job?.state, error, refetch, setJobId, client, t]);

  if (query.error?.isMissing) {
    return (
      <Alert color="gray">
        {t.gone}
        <Group mt="sm">
          <Button
            variant="default"
            renderRoot={(props: object) => <Link to={paths.phonebook(phonebookId, 'import')} {...props} />}
          >
            {t.another}
          </Button>
        </Group>
      </Alert>
    );
  }
  return (
    <Loaded query={query} loading={<LoadingLines rows={8} />}>
      {(preview) =>
        preview.committed ? (
          <Result preview={preview} />
        ) : jobId && job?.state !== 'failed' ? (
          <Card withBorder maw={640}>
            <JobProgress title={t.importing(preview.filename)} followed={followed} />
          </Card>
        ) : (
          <>
            {jobId && job?.problem && <ProblemBox title={t.failed} error={new Error(job.problem.detail)} />}
            <Review
              preview={preview}
              onCommit={() => {
                setJobId('');
                commit.mutate();
              }}
              isCommitting={commit.isPending}
              onForget={() => forget.mutate()}
            />
          </>
        )
      }
    </Loaded>
  );
}
