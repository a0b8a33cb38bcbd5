import { Stack, Text } from '@mantine/core';

import type { Service } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';

import { CopyLine, SecretLine } from './CopyLine';
import { texts } from './texts';
import { wordsOf } from './words';

export type Access = NonNullable<Service['access']>;

interface Props {
  access: Access;
  isShown: boolean;
  onToggle: () => void;
  isBig?: boolean;
}

/** What is entered on phones, one value after the other: addresses, user name, password. */
export function AccessValues({ access, isShown, onToggle, isBig = false }: Props) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const files = access.files.length > 0 ? access.files : [{ name: '', title: '', url: access.url }];
  return (
    <Stack gap={0}>
      {files.map(({ name, title, url }) => (
        <CopyLine
          key={name}
          label={files.length > 1 ? t.addressOf(wordsOf(title, language)) : t.address}
          value={url}
          isBig={isBig}
        />
      ))}
      <CopyLine label={t.username} value={access.username} isBig={isBig} />
      {access.password === null ? (
        <Text size="sm" c="dimmed" pt="xs">
          {t.passwordForManagers}
        </Text>
      ) : (
        <SecretLine label={t.password} value={access.password} isShown={isShown} onToggle={onToggle} isBig={isBig} />
      )}
    </Stack>
  );
}
