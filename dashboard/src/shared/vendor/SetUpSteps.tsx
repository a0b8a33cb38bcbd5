import { Text } from '@mantine/core';

import { useTexts } from '~/i18n/texts';

import { texts } from './texts';
import classes from './vendor.module.css';

/** Where the phones of a service have their page for it, in the words of that page. */
const PLACES: Readonly<Record<string, string>> = { yealink: 'Directory › Remote Phone Book' };

/** How a phone is set up by hand, one step after the other. */
export function SetUpSteps({ slug }: { slug: string }) {
  const t = useTexts(texts);
  const place = PLACES[slug];
  const steps = [t.stepPage, t.stepSignIn, place === undefined ? t.stepPlaceOther : t.stepPlace(place), t.stepEnter, t.stepSave];
  return (
    <ol className={classes.steps}>
      {steps.map((step) => (
        <Text component="li" size="sm" key={step}>
          {step}
        </Text>
      ))}
    </ol>
  );
}
