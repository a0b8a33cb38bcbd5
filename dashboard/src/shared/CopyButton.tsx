import { ActionIcon, CopyButton as MantineCopyButton, VisuallyHidden } from '@mantine/core';
import { Check, Copy } from 'lucide-react';

import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

/** Copies a text; `label` says what, for whoever cannot see what stands beside it. */
export function CopyButton({ value, label }: { value: string; label: string }) {
  const t = useTexts(texts);
  return (
    <MantineCopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <>
          <ActionIcon
            variant="subtle"
            color={copied ? 'teal' : 'gray'}
            onClick={copy}
            title={copied ? t.copied : t.copy}
            aria-label={`${t.copy}: ${label}`}
          >
            {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          </ActionIcon>
          <VisuallyHidden role="status">{copied ? t.copied : ''}</VisuallyHidden>
        </>
      )}
    </MantineCopyButton>
  );
}
