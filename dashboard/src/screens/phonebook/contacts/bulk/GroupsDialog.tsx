import { SegmentedControl, TagsInput } from '@mantine/core';
import { useState } from 'react';

import type { BulkChange } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';

import { useGroupNames } from '../toolbar/useGroupNames';
import { texts } from './texts';

export interface BulkDialogProps {
  /** What is changed, as `3 contacts`. */
  what: string;
  onClose: () => void;
  run: (change: BulkChange) => void;
  isBusy: boolean;
}

/** Adds contacts to groups, or takes them out of some. */
export default function GroupsDialog({ what, onClose, run, isBusy, phonebookId }: BulkDialogProps & { phonebookId: string }) {
  const t = useTexts(texts);
  const names = useGroupNames(phonebookId);
  const [way, setWay] = useState('add');
  const [groups, setGroups] = useState<string[]>([]);
  const [typed, setTyped] = useState('');
  const [isMissing, setMissing] = useState(false);
  const submit = () => {
    const all = [...new Set([...groups, typed.trim()].filter(Boolean))];
    if (all.length === 0) setMissing(true);
    else run(way === 'add' ? { add_groups: all } : { remove_groups: all });
  };
  return (
    <FormDialog opened title={t.groupsTitle(what)} submit={t.change} onClose={onClose} onSubmit={submit} isBusy={isBusy}>
      <SegmentedControl
        fullWidth
        value={way}
        onChange={setWay}
        data={[
          { value: 'add', label: t.add },
          { value: 'remove', label: t.remove },
        ]}
      />
      <TagsInput
        data-autofocus
        label={t.whichGroups}
        description={t.groupsHelp}
        data={names}
        openOnFocus={false}
        value={groups}
        onChange={(next) => {
          setGroups(next);
          setMissing(false);
        }}
        searchValue={typed}
        onSearchChange={setTyped}
        error={isMissing && t.required}
      />
    </FormDialog>
  );
}
