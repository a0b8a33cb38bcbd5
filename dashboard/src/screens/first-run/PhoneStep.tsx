import { Anchor, Button, NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';

import { useApi } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { Loaded, LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { type Access, AccessValues } from '~/shared/vendor/AccessValues';
import { useFetches } from '~/shared/vendor/fetches';
import { FetchStatus } from '~/shared/vendor/FetchStatus';
import { Note } from '~/shared/vendor/Note';
import { SetUpSteps } from '~/shared/vendor/SetUpSteps';
import { isOnlyHere, setUpPage } from '~/shared/vendor/setUpPage';
import { Snippets } from '~/shared/vendor/Snippets';
import { useService } from '~/shared/vendor/useDecision';

import type { About } from './about';
import { Guide } from './Guide';
import classes from './guide.module.css';
import { texts } from './texts';

const QrCode = lazy(() => import('~/shared/vendor/QrCode'));

/** The fourth step: what is entered on a phone, in the way that suits. A phone that fetches already is told of here too. */
export function PhoneStep({ phonebook, siteName }: About) {
  const t = useTexts(texts);
  const fetches = useFetches(phonebook.id);
  const services = useApi('/api/v1/phonebooks/{phonebook_id}/services', { path: { phonebook_id: phonebook.id } });
  const [chosen, setChosen] = useState('');
  return (
    <Guide
      step="phone"
      siteName={siteName}
      phonebookId={phonebook.id}
      title={t.phoneTitle}
      about={t.phoneAbout}
      isDone={services.data?.items.some(({ state }) => state === 'enabled') ?? false}
    >
      <Loaded query={services}>
        {({ items }) => {
          const enabled = items.filter(({ state }) => state === 'enabled');
          const slug = enabled.find((service) => service.slug === chosen)?.slug ?? enabled[0]?.slug;
          if (slug === undefined) {
            return (
              <Note tone="warn">
                {t.phoneNone}{' '}
                <Anchor component={Link} to={paths.firstRunStep(phonebook.id, 'service')} size="sm" underline="always">
                  {t.phoneToService}
                </Anchor>
              </Note>
            );
          }
          return (
            <>
              {enabled.length > 1 && (
                <NativeSelect
                  label={t.phoneWhich}
                  data={enabled.map(({ slug, label }) => ({ value: slug, label }))}
                  value={slug}
                  onChange={(event) => setChosen(event.currentTarget.value)}
                  maw={320}
                />
              )}
              <Ways key={slug} phonebookId={phonebook.id} slug={slug} />
              <FetchStatus phonebookId={phonebook.id} fetches={fetches} />
            </>
          );
        }}
      </Loaded>
    </Guide>
  );
}

function Ways({ phonebookId, slug }: { phonebookId: string; slug: string }) {
  return (
    <Loaded query={useService(phonebookId, slug)}>
      {({ access }) => (access === null ? <LoadingLines /> : <Way phonebookId={phonebookId} slug={slug} access={access} />)}
    </Loaded>
  );
}

function Way({ phonebookId, slug, access }: { phonebookId: string; slug: string; access: Access }) {
  const t = useTexts(texts);
  const [way, setWay] = useState('hand');
  const [isShown, setShown] = useState(false);
  const address = setUpPage(phonebookId, slug);
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t.phoneHow}
        data={[
          { value: 'hand', label: t.phoneHand },
          { value: 'mobile', label: t.phoneMobile },
          ...(access.snippets.length > 0 ? [{ value: 'provisioning', label: t.phoneProvisioning }] : []),
        ]}
        value={way}
        onChange={setWay}
        fullWidth
        classNames={{ label: classes.way }}
      />
      {way === 'hand' && (
        <>
          <SetUpSteps place={access.place} />
          <AccessValues access={access} isShown={isShown} onToggle={() => setShown(!isShown)} />
        </>
      )}
      {way === 'mobile' && (
        <>
          <Text size="sm">{isOnlyHere(address) ? t.qrOnlyHere : t.qrAbout}</Text>
          <Suspense fallback={<LoadingLines />}>
            <QrCode value={address} />
          </Suspense>
          <Button variant="default" component={Link} to={paths.phoneSetup(phonebookId, slug)} maw={300}>
            {t.qrOpen}
          </Button>
        </>
      )}
      {way === 'provisioning' && (
        <>
          <Text size="sm">{t.provisioningAbout}</Text>
          <Snippets access={access} filename={`${slug}-phonebook`} isShown={isShown} />
        </>
      )}
    </Stack>
  );
}
