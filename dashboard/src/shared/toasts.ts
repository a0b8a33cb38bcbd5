import { notifications } from '@mantine/notifications';

import { problemOf } from '~/api/problem';
import { firstLanguage } from '~/i18n/language';

import { sentenceOf } from './problems/sentences';
import { texts } from './texts';

/** What the button that closes a toast is called. */
export function closable() {
  return { closeButtonProps: { 'aria-label': texts[firstLanguage()].close } };
}

/** A short word that something worked. */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'teal', autoClose: 4000, ...closable() });
}

/** A request failed, and no part of the page says so itself. */
export function tellFailure(error: unknown): void {
  const problem = problemOf(error);
  if (problem.isSignedOut) return;
  const language = firstLanguage();
  const message = sentenceOf(problem, language);
  notifications.show({ id: message, title: texts[language].failed, message, color: 'red', autoClose: 10_000, ...closable() });
}
