import { Alert, Anchor, Badge, Card, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { UserRound } from 'lucide-react';
import { type ReactNode, useId } from 'react';

import { useAccount } from '~/api/account';
import { useApi } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { Loaded } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';
import { nameOf } from '~/shared/people/invitation';
import { InvitationView } from '~/shared/people/InvitationView';
import { PersonState } from '~/shared/people/PersonState';
import { useParam } from '~/shared/route';

import { PersonAccess } from './PersonAccess';
import { PersonDetails } from './PersonDetails';
import { PersonSites } from './PersonSites';
import { PersonTokens } from './PersonTokens';
import { texts } from './texts';

export default function PersonScreen() {
  const t = useTexts(texts);
  const { id: own, is_admin } = useAccount();
  const user_id = useParam('userId');
  const query = useApi('/api/v1/users/{user_id}', { path: { user_id } });
  const crumbs = [{ label: t.title, to: paths.people }];
  if (query.error?.isMissing) throw query.error;
  return (
    <Loaded query={query}>
      {(person) => (
        <>
          <PageHeader
            title={nameOf(person)}
            crumbs={crumbs}
            about={<PersonState person={person} />}
            actions={
              person.is_admin && (
                <Badge size="lg" variant="light" tt="none">
                  {t.administrator}
                </Badge>
              )
            }
          />
          {person.id === own && (
            <Alert mb="md" icon={<UserRound aria-hidden size={20} />} title={t.yourself}>
              <Anchor component={Link} to={paths.profile} size="sm">
                {t.toProfile}
              </Anchor>
            </Alert>
          )}
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
            <Stack gap="md">
              {person.invitation !== null && (
                <Section title={t.invitation}>
                  <InvitationView key={person.id} person={person} />
                </Section>
              )}
              <Section title={t.details}>
                <PersonDetails person={person} />
              </Section>
              <Section title={t.rolesTitle}>
                <PersonSites person={person} />
              </Section>
            </Stack>
            {is_admin && (
              <Stack gap="md">
                <Section title={t.access}>
                  <PersonAccess person={person} />
                </Section>
                {person.id !== own && (
                  <Section title={t.tokens} about={t.tokensAbout}>
                    <PersonTokens userId={person.id} />
                  </Section>
                )}
              </Stack>
            )}
          </SimpleGrid>
        </>
      )}
    </Loaded>
  );
}

function Section({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  const id = useId();
  return (
    <Card withBorder component="section" aria-labelledby={id} padding="lg">
      <Title order={2} id={id} mb={about === undefined ? 'sm' : 2}>
        {title}
      </Title>
      {about !== undefined && (
        <Text size="sm" c="dimmed" mb="sm">
          {about}
        </Text>
      )}
      {children}
    </Card>
  );
}
