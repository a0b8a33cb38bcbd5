import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';

import { usePhonebook } from '~/api/current';
import type { Service } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Loaded, LoadingLines } from '~/shared/Loaded';
import { Ago } from '~/shared/Moment';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { texts as common } from '~/shared/texts';
import { macOf, phoneName, usedLately, usePhones } from '~/shared/vendor/phones';
import { texts as vendor } from '~/shared/vendor/texts';
import { useDecision } from '~/shared/vendor/useDecision';

import { texts } from './texts';
import { useTurnedOff } from './useTurnedOff';

/** Phones that are named; of more only how many. */
const NAMED = 6;

/** Turning a service off, with the phones that this concerns. */
export default function TurnOffDialog({ service, onClose }: { service: Service; onClose: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { id } = usePhonebook();
  const { query, phones } = usePhones(id);
  const say = useTurnedOff(id, service);
  const decide = useDecision(id, service.slug, () => {
    onClose();
    say();
  });
  return (
    <Modal opened onClose={onClose} title={t.turnOffTitle(service.label)} closeButtonProps={{ 'aria-label': c.close }}>
      <Stack gap="sm">
        <Text size="sm">{t.turnOffAbout}</Text>
        <Loaded query={query} loading={<LoadingLines rows={2} />}>
          {() => <Concerned phones={usedLately(phones, service.slug)} />}
        </Loaded>
        <Text size="sm" c="dimmed">
          {t.turnOffKept}
        </Text>
        {decide.error && <ProblemBox error={decide.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {c.cancel}
          </Button>
          <Button color="red.8" loading={decide.isPending} onClick={() => decide.mutate({ on: false })}>
            {t.turnOff}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Concerned({ phones }: { phones: ReturnType<typeof usedLately> }) {
  const t = useTexts(texts);
  const v = useTexts(vendor);
  const format = useFormat();
  if (phones.length === 0) return <Text size="sm">{t.turnOffUnused}</Text>;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t.turnOffUsed(format.number(phones.length), phones.length)}
      </Text>
      <List size="sm">
        {phones.slice(0, NAMED).map((phone) => (
          <List.Item key={phone.id}>
            {phoneName(phone, v.aPhone)}
            {phone.mac && ` · ${macOf(phone.mac)}`}
            {phone.last_success_at && (
              <>
                {` · ${t.lastFetch} `}
                <Ago at={phone.last_success_at} />
              </>
            )}
          </List.Item>
        ))}
        {phones.length > NAMED && <List.Item>{t.andMore(format.number(phones.length - NAMED))}</List.Item>}
      </List>
    </Stack>
  );
}
