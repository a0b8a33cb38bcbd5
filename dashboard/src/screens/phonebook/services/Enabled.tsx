import { Anchor, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { KeyRound, Pencil, Smartphone } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { may } from '~/api/account';
import { usePhonebook } from '~/api/current';
import type { Service } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { AccessValues } from '~/shared/vendor/AccessValues';
import { type Field, fieldsOf, openDraft, shownFields } from '~/shared/vendor/draft';
import { Note } from '~/shared/vendor/Note';
import { usePhones, usedLately } from '~/shared/vendor/phones';
import { isOnlyHere, setUpPage } from '~/shared/vendor/setUpPage';
import { Snippets } from '~/shared/vendor/Snippets';
import { wordsOf } from '~/shared/vendor/words';

import classes from './services.module.css';
import { texts } from './texts';

const QrCode = lazy(() => import('~/shared/vendor/QrCode'));
const RotateDialog = lazy(() => import('./RotateDialog'));

/** A service that serves phones: what is entered on them, by hand, by provisioning, or standing at the phone. */
export function Enabled({ service, onSettings }: { service: Service; onSettings: () => void }) {
  const t = useTexts(texts);
  const { id, role } = usePhonebook();
  const [isShown, setShown] = useState(false);
  const [isRotating, setRotating] = useState(false);
  const canManage = may(role, 'manager');
  const { access } = service;
  return (
    <div className={classes.columns}>
      <Stack gap="md">
        {canManage && <Former service={service} />}
        {access && (
          <Card withBorder component="section" aria-label={t.accessTitle}>
            <Group justify="space-between" gap="xs" mb={4}>
              <Title order={3}>{t.accessTitle}</Title>
              {canManage && fieldsOf(service.form).some(({ source }) => source === 'generated.secret') && (
                <Button
                  size="xs"
                  variant="default"
                  leftSection={<KeyRound size={14} aria-hidden />}
                  onClick={() => setRotating(true)}
                >
                  {t.rotate}
                </Button>
              )}
            </Group>
            <AccessValues access={access} isShown={isShown} onToggle={() => setShown(!isShown)} />
          </Card>
        )}
        {access && access.snippets.length > 0 && (
          <Card withBorder component="section" aria-label={t.configurationTitle}>
            <Title order={3}>{t.configurationTitle}</Title>
            <Text size="sm" c="dimmed" mb="xs">
              {t.configurationAbout}
            </Text>
            <Snippets access={access} filename={`${service.slug}-phonebook`} isShown={isShown} />
          </Card>
        )}
      </Stack>
      <div className={classes.aside}>
        <Usage service={service} />
        {canManage && <AtThePhone slug={service.slug} />}
        <Card withBorder component="section" aria-label={t.settingsTitle}>
          <Group justify="space-between" gap="xs" mb="xs">
            <Title order={3}>{t.settingsTitle}</Title>
            {canManage && (
              <Button
                size="xs"
                variant="default"
                leftSection={<Pencil size={14} aria-hidden />}
                onClick={onSettings}
                aria-label={t.edit}
              >
                {t.change}
              </Button>
            )}
          </Group>
          <SettingsList service={service} />
        </Card>
      </div>
      {isRotating && (
        <Suspense>
          <RotateDialog phonebookId={id} service={service} onClose={() => setRotating(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** There was a password before this one, which works for some time yet. */
function Former({ service: { former_password_until: until } }: { service: Service }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { id } = usePhonebook();
  if (!until || new Date(until) < new Date()) return null;
  return (
    <Note tone="quiet" icon={KeyRound} title={t.formerTitle}>
      {t.former(format.moment(until))}{' '}
      <Anchor component={Link} to={paths.phonebook(id, 'phones')} size="sm" underline="always">
        {t.formerWho}
      </Anchor>
    </Note>
  );
}

function Usage({ service }: { service: Service }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { id } = usePhonebook();
  const { query, phones } = usePhones(id);
  const count = usedLately(phones, service.slug).length;
  return (
    <Card withBorder>
      <Stack gap={4}>
        <Text fw={600}>{query.isPending ? '…' : count > 0 ? t.usedBy(format.number(count), count) : t.noPhoneYet}</Text>
        <Anchor component={Link} to={paths.phonebook(id, 'phones')} size="sm">
          {t.toPhones}
        </Anchor>
        <Text size="xs" c="dimmed">
          {t.version(service.version)} · {t.instances(format.number(service.instances), service.instances)}
        </Text>
      </Stack>
    </Card>
  );
}

function AtThePhone({ slug }: { slug: string }) {
  const t = useTexts(texts);
  const { id } = usePhonebook();
  const address = setUpPage(id, slug);
  return (
    <Card withBorder component="section" aria-label={t.qrTitle}>
      <Stack gap="xs">
        <Title order={3}>{t.qrTitle}</Title>
        <Suspense fallback={<LoadingLines />}>
          <QrCode value={address} />
        </Suspense>
        <Text size="sm" c="dimmed">
          {isOnlyHere(address) ? t.qrOnlyHere : t.qrAbout}
        </Text>
        <Anchor component={Link} to={paths.phoneSetup(id, slug)} size="sm">
          <Group gap={6} component="span" display="inline-flex">
            <Smartphone size={14} aria-hidden /> {t.qrOpen}
          </Group>
        </Anchor>
      </Stack>
    </Card>
  );
}

function SettingsList({ service }: { service: Service }) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const fields = fieldsOf(service.form);
  const asked = shownFields(fields, openDraft(fields, service.settings, service.automatic));
  const shown = (field: Field) => {
    const value = service.settings[field.name];
    if (field.kind === 'secret') return t.hiddenValue;
    if (typeof value === 'boolean') return value ? t.yes : t.no;
    const titles = [value].flat().map((each) => field.choices.find((choice) => choice.value === each)?.title ?? each);
    return titles.filter((each) => each !== undefined && each !== null).join(', ') || '–';
  };
  return (
    <dl className={classes.facts}>
      {asked
        .filter(({ source }) => source !== 'generated.secret' && source !== 'generated.username')
        .map((field) => (
          <SettingLine
            key={field.name}
            title={wordsOf(field.title, language)}
            value={shown(field)}
            note={service.automatic.includes(field.name) ? t.automatic : ''}
          />
        ))}
    </dl>
  );
}

function SettingLine({ title, value, note }: { title: string; value: string; note: string }) {
  return (
    <>
      <Text component="dt" size="sm" c="dimmed">
        {title}
      </Text>
      <Text component="dd" size="sm">
        {value}
        {note && (
          <Text span size="xs" c="dimmed">
            {` · ${note}`}
          </Text>
        )}
      </Text>
    </>
  );
}
