import { Button, Card, Group, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowLeft, Check } from 'lucide-react';
import type { ReactNode } from 'react';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';

import classes from './guide.module.css';
import { after, before, leaveGuide, type Step, STEPS } from './steps';
import { texts } from './texts';

interface Props {
  step: Step;
  /** The site that is set up, once it has a name. */
  siteName?: string | undefined;
  phonebookId?: string;
  title: string;
  about: string;
  /** Whether what this step is for is there, so that one continues rather than skips. */
  isDone?: boolean;
  /** In place of the button that continues. */
  action?: ReactNode;
  children: ReactNode;
}

/** What is around each step: where one is, what the step is for, and the ways back, on and out. */
export function Guide({ step, siteName, phonebookId, title, about, isDone = false, action, children }: Props) {
  const t = useTexts(texts);
  const [previous, next] = [before(step), after(step)];
  return (
    <div className={classes.guide}>
      <PageHeader
        title={siteName === undefined ? t.title : t.titleNamed(siteName)}
        about={step === 'site' ? t.about : undefined}
      />
      <Progress step={step} />
      <Card withBorder padding="lg" component="section" aria-label={title}>
        <Stack gap="md">
          <div>
            <Title order={2}>{title}</Title>
            <Text c="dimmed">{about}</Text>
          </div>
          {children}
        </Stack>
      </Card>
      <Group justify="space-between" mt="md">
        {previous !== undefined && previous !== 'site' && phonebookId !== undefined ? (
          <Button
            variant="subtle"
            leftSection={<ArrowLeft size={16} aria-hidden />}
            component={Link}
            to={paths.firstRunStep(phonebookId, previous)}
          >
            {t.back}
          </Button>
        ) : (
          <span />
        )}
        {action}
        {action === undefined && next !== undefined && phonebookId !== undefined && (
          <Button variant={isDone ? 'filled' : 'default'} component={Link} to={paths.firstRunStep(phonebookId, next)}>
            {isDone ? t.next : t.skip}
          </Button>
        )}
      </Group>
      <Group justify="center" mt="lg">
        <Button variant="subtle" size="compact-sm" component={Link} to={paths.sites} onClick={leaveGuide}>
          {t.leave}
        </Button>
      </Group>
    </div>
  );
}

function Progress({ step }: { step: Step }) {
  const t = useTexts(texts);
  const format = useFormat();
  const here = STEPS.indexOf(step);
  return (
    <nav aria-label={t.steps}>
      <Text size="sm" c="dimmed" hiddenFrom="sm" mb={6} fw={600}>
        {t.step(format.number(here + 1), format.number(STEPS.length))}: {t[step]}
      </Text>
      <ol className={classes.progress}>
        {STEPS.map((each, index) => (
          <li
            key={each}
            aria-current={index === here ? 'step' : undefined}
            data-state={index < here ? 'before' : index === here ? 'here' : 'ahead'}
          >
            <span className={classes.number} aria-hidden>
              {index < here ? <Check size={14} /> : format.number(index + 1)}
            </span>
            <span className={classes.name}>{t[each]}</span>
            {index < here && <VisuallyHidden>{t.done}</VisuallyHidden>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
