import { Select } from '@mantine/core';
import { Tags } from 'lucide-react';
import { useState } from 'react';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { texts as common } from '~/shared/texts';

import { texts } from '../texts';
import { useGroups } from './useGroupNames';

interface Props {
  phonebookId: string;
  value: string;
  onChange: (group: string) => void;
}

/** Only the contacts of one group. */
export function GroupFilter({ phonebookId, value, onChange }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const [isWanted, setWanted] = useState(false);
  const { data, isFetching } = useGroups(phonebookId, isWanted);
  const groups = data?.items ?? [];
  const choices = groups.map(({ name, count }) => ({ value: name, label: `${name} (${format.number(count)})` }));
  if (value && !groups.some(({ name }) => name === value)) choices.unshift({ value, label: value });
  return (
    <Select
      aria-label={t.group}
      placeholder={t.allGroups}
      leftSection={<Tags size={16} aria-hidden />}
      data={choices}
      value={value || null}
      onChange={(group) => onChange(group ?? '')}
      onDropdownOpen={() => setWanted(true)}
      nothingFoundMessage={isFetching ? c.loading : t.noGroups}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': t.showAll }}
      maxDropdownHeight={320}
    />
  );
}
