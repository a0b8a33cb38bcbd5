import { Anchor, Button, Card, Checkbox, Radio, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Power } from 'lucide-react';
import { useState } from 'react';

import { usePhonebook } from '~/api/current';
import type { Service } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';
import { useParam } from '~/shared/route';
import { type Access } from '~/shared/vendor/AccessValues';
import { CopyLine, SecretLine } from '~/shared/vendor/CopyLine';
import { useFetches } from '~/shared/vendor/fetches';
import { FetchStatus } from '~/shared/vendor/FetchStatus';
import { Note } from '~/shared/vendor/Note';
import { SetUpSteps } from '~/shared/vendor/SetUpSteps';
import { Snippets } from '~/shared/vendor/Snippets';
import { texts as vendor } from '~/shared/vendor/texts';
import { useService } from '~/shared/vendor/useDecision';
import { wordsOf } from '~/shared/vendor/words';

import classes from './setup.module.css';
import { texts } from './texts';
import { withLogin } from './withLogin';

/** The page behind the QR code: for whoever stands at a phone, with a mobile in the other hand. */
export default function PhoneSetupScreen() {
  const { id } = usePhonebook();
  return <Loaded query={useService(id, useParam('slug'))}>{(service) => <SetUp service={service} />}</Loaded>;
}

function SetUp({ service: { slug, label, access } }: { service: Service }) {
  const t = useTexts(texts);
  const { id, name } = usePhonebook();
  const fetches = useFetches(id, { onlyNew: true });
  const toService = paths.phonebook(id, 'services', slug);
  return (
    <div className={classes.page}>
      <PageHeader
        title={t.title(label)}
        about={t.about(name)}
        crumbs={[
          { label: name, to: paths.phonebook(id) },
          { label: t.back, to: toService },
        ]}
      />
      {access === null ? (
        <EmptyState
          icon={Power}
          title={t.notOnTitle(label)}
          actions={
            <Button component={Link} to={toService}>
              {t.toService}
            </Button>
          }
        >
          {t.notOn}
        </EmptyState>
      ) : (
        <Stack gap="md">
          <Card withBorder component="section" aria-label={t.steps}>
            <Title order={2} mb="xs">
              {t.steps}
            </Title>
            <SetUpSteps place={access.place} />
          </Card>
          <Values access={access} slug={slug} />
          <FetchStatus phonebookId={id} fetches={fetches} />
          <Anchor component={Link} to={toService} size="sm">
            {t.toService}
          </Anchor>
        </Stack>
      )}
    </div>
  );
}

function Values({ access, slug }: { access: Access; slug: string }) {
  const t = useTexts(texts);
  const v = useTexts(vendor);
  const { language } = useLanguage();
  const [file, setFile] = useState(access.files[0]?.name ?? '');
  const [isOneField, setOneField] = useState(false);
  const [isShown, setShown] = useState(false);
  const url = access.files.find(({ name }) => name === file)?.url ?? access.url;
  const toggle = () => setShown(!isShown);
  return (
    <>
      <Card withBorder component="section" aria-label={t.values}>
        <Title order={2} mb="xs">
          {t.values}
        </Title>
        <Stack gap="sm">
          {access.files.length > 1 && (
            <Radio.Group label={t.which} value={file} onChange={setFile}>
              <Stack gap={6} mt={6}>
                {access.files.map(({ name, title }) => (
                  <Radio key={name} value={name} label={wordsOf(title, language)} />
                ))}
              </Stack>
            </Radio.Group>
          )}
          {access.password !== null && (
            <Checkbox
              label={t.oneField}
              description={t.oneFieldAbout}
              checked={isOneField}
              onChange={(event) => setOneField(event.currentTarget.checked)}
            />
          )}
          {access.password === null ? (
            <Stack gap={0}>
              <CopyLine label={v.address} value={url} isBig />
              <CopyLine label={v.username} value={access.username} isBig />
              <Note tone="quiet">{t.managers}</Note>
            </Stack>
          ) : isOneField ? (
            <SecretLine
              label={t.addressWithLogin}
              value={withLogin(url, access.username, access.password)}
              isShown={isShown}
              onToggle={toggle}
              isBig
            />
          ) : (
            <Stack gap={0}>
              <CopyLine label={v.address} value={url} isBig />
              <CopyLine label={v.username} value={access.username} isBig />
              <SecretLine label={v.password} value={access.password} isShown={isShown} onToggle={toggle} isBig />
            </Stack>
          )}
        </Stack>
      </Card>
      {access.snippets.length > 0 && (
        <details className={classes.more}>
          <summary>{t.configuration}</summary>
          <Snippets access={access} filename={`${slug}-phonebook`} isShown={isShown} />
        </details>
      )}
    </>
  );
}
