import { Button, Card, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { Power } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { may } from '~/api/account';
import { usePhonebook } from '~/api/current';
import type { Service } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { Loaded, LoadingLines } from '~/shared/Loaded';
import { ServiceStateView } from '~/shared/State';
import { Note } from '~/shared/vendor/Note';
import { useService } from '~/shared/vendor/useDecision';
import { wordsOf } from '~/shared/vendor/words';

import { Enabled } from './Enabled';
import { NotRunning } from './NotRunning';
import { texts } from './texts';

const ServiceForm = lazy(() => import('~/shared/vendor/ServiceForm'));
const SettingsDialog = lazy(() => import('./SettingsDialog'));
const TurnOffDialog = lazy(() => import('./TurnOffDialog'));

/** One vendor service of the phonebook, as it stands now. */
export function ServiceDetail({ slug }: { slug: string }) {
  const { id } = usePhonebook();
  return <Loaded query={useService(id, slug)}>{(service) => <Standing service={service} />}</Loaded>;
}

function Standing({ service }: { service: Service }) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const { role } = usePhonebook();
  const [dialog, setDialog] = useState<'settings' | 'off' | null>(null);
  const canManage = may(role, 'manager');
  const isRefused = service.state === 'enabled' && service.problems.length > 0;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Title order={2}>{service.label}</Title>
          <span role="status">
            <ServiceStateView state={service.state} />
          </span>
        </Group>
        {canManage && service.on && (
          <Button
            variant="default"
            leftSection={<Power size={16} aria-hidden />}
            onClick={() => setDialog('off')}
          >
            {t.turnOff}
          </Button>
        )}
      </Group>
      {!service.settled && service.state !== 'unavailable' && <Waiting label={service.label} />}
      {isRefused && (
        <Note tone="warn" title={t.refusedTitle}>
          <Stack gap="xs" align="flex-start">
            <Text size="sm">{t.refused}</Text>
            {service.problems.map(({ field, message }) => (
              <Text size="sm" key={field + message} fw={600}>
                {wordsOf(message, language)}
              </Text>
            ))}
            {canManage && (
              <Button size="xs" variant="default" onClick={() => setDialog('settings')}>
                {t.mend}
              </Button>
            )}
          </Stack>
        </Note>
      )}
      {service.notices.map(({ code, message }) => (
        <Note key={code} tone="quiet">
          {wordsOf(message, language)}
        </Note>
      ))}
      <State service={service} onSettings={() => setDialog('settings')} />
      {dialog === 'settings' && (
        <Suspense>
          <SettingsDialog service={service} onClose={() => setDialog(null)} />
        </Suspense>
      )}
      {dialog === 'off' && (
        <Suspense>
          <TurnOffDialog service={service} onClose={() => setDialog(null)} />
        </Suspense>
      )}
    </Stack>
  );
}

/** What belongs to the state: turn it on, answer its questions, use it, or get it running. */
function State({ service, onSettings }: { service: Service; onSettings: () => void }) {
  switch (service.state) {
    case 'unavailable':
      return <NotRunning service={service} />;
    case 'enabled':
      return <Enabled service={service} onSettings={onSettings} />;
    case 'setup':
      return service.settled ? <Setup service={service} /> : null;
    case 'disabled':
      return service.settled ? <Off service={service} /> : null;
  }
}

function Off({ service }: { service: Service }) {
  const t = useTexts(texts);
  const { id, role } = usePhonebook();
  const [isOpen, setOpen] = useState(false);
  const canManage = may(role, 'manager');
  return (
    <Card withBorder padding="lg">
      <Stack gap="sm" align="flex-start">
        <Title order={3}>{t.offTitle(service.label)}</Title>
        <Text c="dimmed" maw={620}>
          {canManage ? t.off(service.label) : t.offViewer}
        </Text>
        {canManage && !isOpen && <Button onClick={() => setOpen(true)}>{t.turnOnNamed(service.label)}</Button>}
        {isOpen && (
          <Suspense fallback={<LoadingLines />}>
            <ServiceForm
              phonebookId={id}
              service={service}
              submit={t.turnOn}
              onCancel={() => setOpen(false)}
              onDone={() => setOpen(false)}
            />
          </Suspense>
        )}
      </Stack>
    </Card>
  );
}

function Setup({ service }: { service: Service }) {
  const t = useTexts(texts);
  const { id, role } = usePhonebook();
  const canManage = may(role, 'manager');
  return (
    <Card withBorder padding="lg">
      <Stack gap="sm">
        <Title order={3}>{t.setupTitle(service.label)}</Title>
        <Text c="dimmed">{canManage ? t.setup : t.setupViewer}</Text>
        {canManage && (
          <Suspense fallback={<LoadingLines />}>
            <ServiceForm phonebookId={id} service={service} submit={t.save} onDone={() => undefined} />
          </Suspense>
        )}
      </Stack>
    </Card>
  );
}

/** Something is under way between server and service. */
function Waiting({ label }: { label: string }) {
  const t = useTexts(texts);
  return (
    <Card withBorder role="status">
      <Group gap="sm" wrap="nowrap">
        <Loader size="sm" aria-hidden />
        <div>
          <Text fw={600}>{t.waiting(label)}</Text>
          <Text size="sm" c="dimmed">
            {t.waitingAbout}
          </Text>
        </div>
      </Group>
    </Card>
  );
}
