import { Button, CopyButton, Group, NativeSelect, Stack } from '@mantine/core';
import { Check, Copy, Download } from 'lucide-react';
import { useState } from 'react';

import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { downloadText } from '~/shared/downloadText';

import type { Access } from './AccessValues';
import { DOTS } from './CopyLine';
import { texts } from './texts';
import classes from './vendor.module.css';
import { wordsOf } from './words';

interface Props {
  access: Access;
  /** What the downloaded file is called, without its ending. */
  filename: string;
  /** Whether the password in it can be read. Copies and downloads always have it. */
  isShown: boolean;
}

/** Ready-to-paste configuration, by model family. */
export function Snippets({ access: { snippets, password }, filename, isShown }: Props) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const [chosen, setChosen] = useState(0);
  const snippet = snippets[chosen] ?? snippets[0];
  if (!snippet) return null;
  const shown = isShown || !password ? snippet.text : snippet.text.replaceAll(password, DOTS);
  const families = snippets.map(({ title }, index) => ({ value: String(index), label: wordsOf(title, language) }));
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end" gap="xs">
        <NativeSelect
          label={t.family}
          data={families}
          value={String(chosen)}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
          flex="1 1 14rem"
        />
        <Group gap="xs">
          <CopyButton value={snippet.text} timeout={2000}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
                onClick={copy}
              >
                {copied ? t.copied : t.copyConfiguration}
              </Button>
            )}
          </CopyButton>
          <Button
            variant="default"
            leftSection={<Download size={16} aria-hidden />}
            onClick={() => downloadText(`${filename}.cfg`, snippet.text)}
          >
            {t.download}
          </Button>
        </Group>
      </Group>
      <pre className={classes.code} tabIndex={0} aria-label={t.configurationText} role="region">
        {shown}
      </pre>
    </Stack>
  );
}
