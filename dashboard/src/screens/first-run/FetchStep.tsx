import { Anchor, Button, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { useEffect } from 'react';

import type { Dispatch } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';
import { useFetches } from '~/shared/vendor/fetches';
import { FetchStatus } from '~/shared/vendor/FetchStatus';
import { phoneName } from '~/shared/vendor/phones';
import { texts as vendor } from '~/shared/vendor/texts';

import type { About } from './about';
import { Guide } from './Guide';
import classes from './guide.module.css';
import { leaveGuide } from './steps';
import { texts } from './texts';

/** The last step: waits until a phone has fetched the phonebook, and says so by itself. */
export function FetchStep({ phonebook, siteName }: About) {
  const t = useTexts(texts);
  const fetches = useFetches(phonebook.id);
  const { success } = fetches;
  return (
    <Guide
      step="fetch"
      siteName={siteName}
      phonebookId={phonebook.id}
      title={success ? t.celebrateTitle : t.fetchTitle}
      about={success ? '' : t.fetchAbout}
      action={
        <Button component={Link} to={paths.phonebook(phonebook.id)} variant={success ? 'filled' : 'default'}>
          {t.toBook}
        </Button>
      }
    >
      {success ? (
        <Celebration name={phonebook.name} success={success} />
      ) : (
        <>
          <FetchStatus phonebookId={phonebook.id} fetches={fetches} />
          <Text size="sm" c="dimmed">
            {t.fetchTrouble}{' '}
            <Anchor component={Link} to={paths.phonebook(phonebook.id, 'phones')} size="sm" underline="always">
              {t.fetchToPhones}
            </Anchor>
          </Text>
        </>
      )}
    </Guide>
  );
}

function Celebration({ name, success }: { name: string; success: Dispatch }) {
  const t = useTexts(texts);
  const v = useTexts(vendor);
  useEffect(leaveGuide, []);
  return (
    <div className={classes.celebration} role="status">
      <span className={classes.bloom} aria-hidden>
        <Check size={44} strokeWidth={2.4} />
      </span>
      <Text size="lg" maw={440}>
        {t.celebrate(phoneName(success.phone, v.aPhone), name)}
      </Text>
      <Title order={3} mt="sm">
        {t.celebrateNext}
      </Title>
      <Group gap="xs" justify="center">
        <Button variant="default" component={Link} to={paths.people}>
          {t.toPeople}
        </Button>
        <Button variant="default" component={Link} to={paths.firstRun}>
          {t.another}
        </Button>
      </Group>
    </div>
  );
}
