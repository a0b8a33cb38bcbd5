import { Anchor, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowLeft, Plug } from 'lucide-react';

import { useAccount } from '~/api/account';
import { usePhonebook } from '~/api/current';
import { useApi } from '~/api/query';
import type { ServiceSummary } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { useRest } from '~/shared/route';
import { ServiceStateView } from '~/shared/State';

import { ServiceDetail } from './ServiceDetail';
import classes from './services.module.css';
import { texts } from './texts';

/** The vendor services of a phonebook: all of them, or the one in the address. When there is only one, it is shown at once. */
export default function ServicesTab() {
  const t = useTexts(texts);
  const { is_admin } = useAccount();
  const { id } = usePhonebook();
  const services = useApi('/api/v1/phonebooks/{phonebook_id}/services', { path: { phonebook_id: id } });
  const slug = useRest();
  return (
    <Loaded query={services}>
      {({ items }) => {
        const [first, ...others] = items;
        if (!first) {
          return (
            <EmptyState icon={Plug} title={t.noneTitle}>
              {t.none} {is_admin ? t.noneAdmin : t.noneOther}
            </EmptyState>
          );
        }
        if (slug || others.length === 0) {
          return (
            <Stack gap="md">
              {others.length > 0 && (
                <Anchor component={Link} to={paths.phonebook(id, 'services')} size="sm" className={classes.backLink}>
                  <ArrowLeft size={14} aria-hidden /> {t.all}
                </Anchor>
              )}
              <ServiceDetail key={slug || first.slug} slug={slug || first.slug} />
            </Stack>
          );
        }
        return (
          <Stack gap="md">
            <Text c="dimmed">{t.about}</Text>
            <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
              {items.map((service) => (
                <ServiceCard key={service.slug} service={service} to={paths.phonebook(id, 'services', service.slug)} />
              ))}
            </SimpleGrid>
          </Stack>
        );
      }}
    </Loaded>
  );
}

function ServiceCard({ service: { label, state, on, settled }, to }: { service: ServiceSummary; to: string }) {
  const t = useTexts(texts);
  return (
    <Card withBorder component="article" className={classes.card}>
      <Group justify="space-between" gap="xs">
        <Title order={2}>
          <Anchor component={Link} to={to} inherit className={classes.whole}>
            {label}
          </Anchor>
        </Title>
        <ServiceStateView state={state} />
      </Group>
      <Text size="sm" c="dimmed">
        {settled ? (on ? t.openOn : t.openOff) : t.waiting(label)}
      </Text>
    </Card>
  );
}
