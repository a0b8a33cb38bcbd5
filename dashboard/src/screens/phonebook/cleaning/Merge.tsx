import { Alert, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import { problemOf } from '~/api/problem';
import { apiQuery } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { Loaded } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { useUndo } from '~/shared/undo';

import { type Decision, resultOf } from './choices';
import classes from './cleaning.module.css';
import { SideBySide } from './SideBySide';
import { texts } from './texts';

interface Props {
  phonebookId: string;
  ids: string[];
}

/** Contacts side by side, field by field, and the one that they become. */
export default function Merge({ phonebookId, ids }: Props) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const offerUndo = useUndo();
  const [keep, setKeep] = useState(ids[0] ?? '');
  const [decisions, setDecisions] = useState<Readonly<Record<string, Decision>>>({});
  const path = { phonebook_id: phonebookId };
  const query = useQuery({
    ...apiQuery('/api/v1/phonebooks/{phonebook_id}/merge/proposal', { path, query: { contacts: ids.join(','), keep } }),
    placeholderData: keepPreviousData,
  });
  const back = paths.phonebook(phonebookId, 'tidy');

  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const { versions = {}, fields = [] } = query.data ?? {};
      const result = resultOf(fields, decisions);
      return sent(
        api.POST('/api/v1/phonebooks/{phonebook_id}/merge', {
          params: { path },
          body: { contacts: ids, keep, versions, result },
        }),
      );
    },
    meta: { inPlace: true },
    onSuccess: (answer) => {
      void navigate({ to: back });
      offerUndo(t.merged(calledName(answer.contact)), answer);
    },
    onError: (failure) => {
      if (problemOf(failure).isChangedMeanwhile) void query.refetch();
    },
  });
  const isOld = error !== null && problemOf(error).isChangedMeanwhile;
  return (
    <Stack gap="md">
      <Anchor component={Link} to={back} size="sm">
        <Group gap={6} component="span" display="inline-flex">
          <ArrowLeft size={15} aria-hidden />
          {t.back}
        </Group>
      </Anchor>
      <div>
        <Title order={2}>{t.mergeTitle}</Title>
        <Text size="sm" c="dimmed">
          {t.mergeAbout}
        </Text>
      </div>
      <Loaded query={query}>
        {(proposal) => (
          <>
            {isOld && <Alert variant="default">{t.changedMeanwhile}</Alert>}
            {error && !isOld && <ProblemBox error={error} />}
            <SideBySide
              ids={ids}
              keep={keep}
              onKeep={setKeep}
              fields={proposal.fields}
              decisions={decisions}
              onDecide={(field, decision) => setDecisions({ ...decisions, [field]: decision })}
            />
            <Group justify="flex-end" className={classes.footer}>
              <Button onClick={() => mutate()} loading={isPending}>
                {t.merge(ids.length)}
              </Button>
            </Group>
          </>
        )}
      </Loaded>
    </Stack>
  );
}
