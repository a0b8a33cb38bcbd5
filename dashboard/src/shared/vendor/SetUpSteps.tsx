import { Text } from '@mantine/core';

import { useTexts } from '~/i18n/texts';

import { texts } from './texts';
import classes from './vendor.module.css';

/** How a phone is set up by hand, one step after the other; `place` is in the words of the phone's own page. */
export function SetUpSteps({ place }: { place: string }) {
  const t = useTexts(texts);
  const steps = [t.stepPage, t.stepSignIn, place ? t.stepPlace(place) : t.stepPlaceOther, t.stepEnter, t.stepSave];
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
