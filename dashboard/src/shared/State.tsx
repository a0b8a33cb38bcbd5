import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { ServiceState } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import classes from './shared.module.css';
import { texts } from './texts';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

interface StateProps {
  tone: Tone;
  children: ReactNode;
  hollow?: boolean;
  /** On narrow screens the words are for screen readers only. */
  isShort?: boolean;
}

/** A coloured dot with words: the colour never says anything alone. */
export function State({ tone, children, hollow = false, isShort = false }: StateProps) {
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <span aria-hidden className={`${classes.dot} ${classes[tone]} ${hollow ? classes.hollow : ''}`} />
      <Text span size="sm" className={isShort ? classes.short : undefined}>
        {children}
      </Text>
    </Group>
  );
}

const TONES: Record<ServiceState, Tone> = { enabled: 'good', setup: 'warn', unavailable: 'bad', disabled: 'quiet' };

/** Where a vendor service stands to a phonebook; with its name in front when there are several. */
export function ServiceStateView({ state, label }: { state: ServiceState; label?: string }) {
  const t = useTexts(texts);
  const words: Record<ServiceState, string> = {
    enabled: t.stateEnabled,
    setup: t.stateSetup,
    unavailable: t.stateUnavailable,
    disabled: t.stateDisabled,
  };
  return (
    <State tone={TONES[state]} hollow={state === 'disabled'}>
      {label === undefined ? words[state] : `${label}: ${words[state]}`}
    </State>
  );
}
