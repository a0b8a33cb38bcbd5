import { UnstyledButton, type UnstyledButtonProps } from '@mantine/core';
import type { ComponentProps } from 'react';

import { useTexts } from '~/i18n/texts';

import classes from './shell.module.css';
import { texts } from './texts';

type Props = UnstyledButtonProps & ComponentProps<'button'> & { name: string };

/**
 * The round button of whoever is signed in. The initials are decoration, so they are no text: a name for voice control
 * has to be what is read.
 */
export function Initials({ name, ...rest }: Props) {
  const t = useTexts(texts);
  return (
    <UnstyledButton
      {...rest}
      aria-label={t.account(name)}
      className={classes.initials}
      data-initials={initialsOf(name)}
    />
  );
}

/** The first letters of the first and the last word. */
function initialsOf(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...(word ?? '')][0]?.toUpperCase()).join('');
}
