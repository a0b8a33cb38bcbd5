import { Stack, Text } from '@mantine/core';
import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

import type { Tone } from '~/shared/State';

import classes from './vendor.module.css';

const ICONS: Record<Tone, LucideIcon> = { good: CircleCheck, warn: TriangleAlert, bad: CircleAlert, quiet: Info };

interface Props {
  tone: Tone;
  title?: string;
  icon?: LucideIcon;
  /** Announced at once, where it appears because of what somebody did. */
  isUrgent?: boolean;
  children?: ReactNode;
}

/** Something to know, with a coloured edge and a sign; the words have the usual colours, so they can be read anywhere. */
export function Note({ tone, title, icon, isUrgent = false, children }: Props) {
  const Icon = icon ?? ICONS[tone];
  return (
    <div className={`${classes.note} ${classes[tone]}`} role={isUrgent ? 'alert' : undefined}>
      <Icon size={20} aria-hidden className={classes.noteIcon} />
      <Stack gap={4} align="flex-start" miw={0}>
        {title !== undefined && <Text fw={600}>{title}</Text>}
        {children !== undefined && (
          <Text size="sm" component="div" className={classes.noteBody}>
            {children}
          </Text>
        )}
      </Stack>
    </div>
  );
}
