import { Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';

import { texts } from '../texts';

interface Props {
  onClose: () => void;
  /** Takes the rows; false when there are none in it. */
  paste: (text: string) => boolean;
  isPending: boolean;
}

/** Pasting for whoever has no keys for it at hand. */
export default function PasteDialog({ onClose, paste, isPending }: Props) {
  const t = useTexts(texts);
  const [text, setText] = useState('');
  const [hasNothing, setNothing] = useState(false);
  return (
    <FormDialog
      opened
      title={t.pasteTitle}
      submit={t.pasteGo}
      onClose={onClose}
      onSubmit={() => setNothing(!paste(text))}
      isBusy={isPending}
    >
      <Text size="sm">{t.pasteHelp}</Text>
      <Textarea
        data-autofocus
        label={t.pasteField}
        rows={7}
        spellCheck={false}
        value={text}
        error={hasNothing && t.pasteNothing}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
    </FormDialog>
  );
}
