import { Text } from '@mantine/core';
import { Check, Circle } from 'lucide-react';

import { useAccount } from '~/api/account';
import { useTexts } from '~/i18n/texts';

import classes from '../profile.module.css';
import { hintsOn, leastCharacters } from './passwordHints';
import { texts } from './texts';

/** What a new password has to be, each ticked off while it is typed. */
export function PasswordHints({ password }: { password: string }) {
  const t = useTexts(texts);
  const account = useAccount();
  const least = leastCharacters(account.second_factor);
  const hints = hintsOn(password, account, least);
  const lines = [
    { words: t.length(hints.length, least), isMet: hints.isLongEnough },
    { words: t.notYours, isMet: hints.isNotKnown },
    { words: t.notRepeating, isMet: hints.isVaried },
  ];
  return (
    <div>
      <ul className={classes.hints}>
        {lines.map(({ words, isMet }, index) => (
          <Text component="li" size="sm" key={index} className={classes.hint} c={isMet ? 'var(--app-good)' : 'dimmed'}>
            {isMet ? (
              <Check size={14} aria-hidden className={classes.mark} />
            ) : (
              <Circle size={14} aria-hidden className={classes.mark} />
            )}
            <span>{words}</span>
          </Text>
        ))}
      </ul>
      <Text size="sm" c="dimmed" mt={4}>
        {t.checked}
      </Text>
    </div>
  );
}
