import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { Eye, EyeOff } from 'lucide-react';

import { useTexts } from '~/i18n/texts';
import { CopyButton } from '~/shared/CopyButton';

import { texts } from './texts';
import classes from './vendor.module.css';

interface Props {
  label: string;
  value: string;
  /** Large, for whoever reads it off one device and types it into another. */
  isBig?: boolean;
}

/** A value that is entered on phones: its name, itself, a button that copies it. */
export function CopyLine({ label, value, isBig = false }: Props) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs" className={classes.line}>
      <Stack gap={0} miw={0}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Text span className={`${classes.mono} ${isBig ? classes.big : ''}`}>
          {value}
        </Text>
      </Stack>
      <CopyButton value={value} label={label} />
    </Group>
  );
}

interface SecretProps extends Props {
  isShown: boolean;
  onToggle: () => void;
}

/** The same for a password, which is hidden until somebody wants to see it. Copying does not show it. */
export function SecretLine({ label, value, isShown, onToggle, isBig = false }: SecretProps) {
  const t = useTexts(texts);
  const what = isShown ? t.hide : t.show;
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs" className={classes.line}>
      <Stack gap={0} miw={0}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Text span className={`${classes.mono} ${isBig ? classes.big : ''}`} aria-label={isShown ? undefined : t.hidden}>
          {isShown ? value : DOTS}
        </Text>
      </Stack>
      <Group gap={2} wrap="nowrap">
        <ActionIcon variant="subtle" color="gray" onClick={onToggle} title={what} aria-label={what}>
          {isShown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
        </ActionIcon>
        <CopyButton value={value} label={label} />
      </Group>
    </Group>
  );
}

/** What stands for a hidden password. */
export const DOTS = '••••••••••••';
