import { MultiSelect, Select, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { api, sent } from '~/api/client';
import { problemOf } from '~/api/problem';
import { apiQuery } from '~/api/query';
import type { Inclusion, Phonebook } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { Note } from '~/shared/vendor/Note';

import classes from '../settings.module.css';
import { loopOf } from './loop';
import { texts } from './texts';
import { useChoices } from './usePhonebooks';

interface Props {
  phonebook: Phonebook;
  /** The one whose groups are chosen anew; without it another phonebook is included. */
  inclusion: Inclusion | undefined;
  /** Those that are included already. */
  taken: readonly string[];
  onClose: () => void;
}

/** Which phonebook comes along, and which groups of it. */
export default function InclusionDialog({ phonebook, inclusion, taken, onClose }: Props) {
  const t = useTexts(texts);
  const client = useQueryClient();
  const [chosen, setChosen] = useState(inclusion?.phonebook_id ?? '');
  const [groups, setGroups] = useState<string[]>([...(inclusion?.groups ?? [])]);
  const [isAsked, setAsked] = useState(false);
  const choices = useChoices(phonebook, useMemo(() => new Set(taken), [taken]));
  const known = useQuery({
    ...apiQuery('/api/v1/phonebooks/{phonebook_id}/groups', { path: { phonebook_id: chosen } }),
    enabled: chosen !== '',
  });
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () =>
      sent(
        api.PUT('/api/v1/phonebooks/{phonebook_id}/inclusions/{included_id}', {
          params: { path: { phonebook_id: phonebook.id, included_id: chosen } },
          body: { groups },
        }),
      ),
    meta: { inPlace: true },
    onSuccess: () => {
      void client.invalidateQueries();
      onClose();
    },
  });
  const loop = error ? loopOf(problemOf(error)) : [];
  const names = [...new Set([...(known.data?.items ?? []).map(({ name }) => name), ...groups])];
  const isNothing = inclusion === undefined && !choices.isPending && choices.groups.length === 0;
  return (
    <FormDialog
      opened
      title={inclusion ? t.editTitle(inclusion.name) : t.addTitle}
      submit={inclusion ? t.save : t.includeIt}
      onClose={onClose}
      onSubmit={() => {
        setAsked(true);
        if (chosen) mutate();
      }}
      isBusy={isPending}
      problem={loop.length > 0 ? null : error}
    >
      {isNothing && <Text size="sm">{t.nothing}</Text>}
      {!inclusion && !isNothing && (
        <Select
          label={t.phonebook}
          description={t.phonebookAbout}
          placeholder={t.choose}
          data={choices.groups}
          searchable
          openOnFocus={false}
          allowDeselect={false}
          value={chosen || null}
          error={isAsked && !chosen ? t.fillIn : undefined}
          onChange={(value) => {
            setChosen(value ?? '');
            setGroups([]);
            reset();
          }}
          data-autofocus
        />
      )}
      {chosen !== '' && (
        <MultiSelect
          label={t.groups}
          description={names.length === 0 && known.isSuccess ? t.noGroups : t.groupsAbout}
          data={names}
          value={groups}
          onChange={setGroups}
          searchable
          clearable
          disabled={names.length === 0}
        />
      )}
      {loop.length > 0 && (
        <Note tone="bad" title={t.loopTitle} isUrgent>
          {t.loop}
          <ol className={classes.path}>
            {loop.map((name, index) => (
              <li key={`${index} ${name}`}>{name}</li>
            ))}
          </ol>
          {t.loopDo}
        </Note>
      )}
    </FormDialog>
  );
}
