import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';

import { useTexts } from '~/i18n/texts';

import classes from './shared.module.css';
import { texts } from './texts';

interface Crumb {
  label: string;
  to: string;
}

interface Props {
  title: string;
  /** One quiet line below the title. */
  about?: ReactNode;
  /** Where this page is, outermost first. */
  crumbs?: readonly Crumb[];
  /** Buttons at the right, the most important one last. */
  actions?: ReactNode;
}

/** The head of every screen: title (also the window's), where it is, what can be done. */
export function PageHeader({ title, about, crumbs = [], actions }: Props) {
  const t = useTexts(texts);
  return (
    <Group component="header" justify="space-between" align="flex-start" mb="md" gap="sm">
      <title>{`${title} · Phonebook`}</title>
      <Stack gap={2} className={classes.heading}>
        {crumbs.length > 0 && (
          <Text size="sm" c="dimmed" component="nav" aria-label={t.breadcrumb}>
            {crumbs.map(({ label, to }) => (
              <Fragment key={to}>
                <Anchor component={Link} to={to} size="sm" c="dimmed">
                  {label}
                </Anchor>
                <span aria-hidden> / </span>
              </Fragment>
            ))}
          </Text>
        )}
        <Title order={1} tabIndex={-1} className={classes.title}>
          {title}
        </Title>
        {about !== undefined && (
          <Text size="sm" c="dimmed" component="div">
            {about}
          </Text>
        )}
      </Stack>
      {actions !== undefined && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}
