import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { startImport } from '~/shared/contacts/startImport';
import { paths } from '~/shared/paths';
import { tellDone } from '~/shared/toasts';

import { texts } from '../texts';
import { readClipboard } from './clipboard';

/** Rows of a spreadsheet become an import, which shows first what it would do. */
export function usePaste(phonebookId: string): { paste: (text: string) => boolean; isPending: boolean } {
  const t = useTexts(texts);
  const format = useFormat();
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationFn: (text: string) => {
      const file = new File([text], `${t.pastedName}.tsv`, { type: 'text/tab-separated-values' });
      return startImport(phonebookId, file, { encoding: 'utf-8', delimiter: '\t' });
    },
    onSuccess: ({ id }) => void navigate({ to: paths.phonebook(phonebookId, 'import', id) }),
  });
  const paste = (text: string) => {
    const pasted = readClipboard(text);
    if (pasted === null) return false;
    tellDone(t.pasting(format.number(pasted.rows.length)));
    mutate(pasted.text);
    return true;
  };
  return { paste, isPending };
}

/** Listens for rows that are pasted anywhere on the page but where text is typed. */
export function usePasteAnywhere(paste: (text: string) => boolean, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const onPaste = (event: ClipboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest('input, textarea, [contenteditable], [role=dialog]')) return;
      if (paste(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, [paste, isOn]);
}
