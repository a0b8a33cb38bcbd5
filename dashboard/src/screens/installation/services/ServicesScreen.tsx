import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Blocks, KeyRound } from 'lucide-react';

import { apiQuery } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';

import { ServiceCard } from './ServiceCard';
import { texts } from './texts';

export default function ServicesScreen() {
  const t = useTexts(texts);
  const services = useQuery(apiQuery('/api/v1/services'));
  const tokens = (
    <Button
      component={Link}
      to={paths.installation('service-tokens')}
      variant="default"
      leftSection={<KeyRound size={16} aria-hidden />}
    >
      {t.tokens}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} about={t.about} actions={tokens} />
      <Loaded query={services}>
        {({ items }) =>
          items.length > 0 ? (
            <Stack gap="md">
              {items.map((service) => (
                <ServiceCard key={service.slug} service={service} />
              ))}
            </Stack>
          ) : (
            <EmptyState icon={Blocks} title={t.emptyTitle}>
              {t.empty}
            </EmptyState>
          )
        }
      </Loaded>
    </>
  );
}
