import { Button, Card, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import { ProblemBox } from '~/shared/problems/ProblemBox';

interface Props {
  title: string;
  about?: ReactNode;
  children: ReactNode;
}

/** A page before sign-in: a title, a sentence, a card. */
export function WayIn({ title, about, children }: Props) {
  return (
    <>
      <title>{`${title} · Phonebook`}</title>
      <Title order={1} mb={4}>
        {title}
      </Title>
      {about !== undefined && (
        <Text c="dimmed" mb="md" component="div">
          {about}
        </Text>
      )}
      <Card withBorder p="lg" mt="md">
        {children}
      </Card>
    </>
  );
}

interface FormProps {
  onSubmit: () => void;
  submit: string;
  isBusy: boolean;
  problem: unknown;
  children: ReactNode;
}

/** The form on such a page: fields, what went wrong, one button. */
export function WayInForm({ onSubmit, submit, isBusy, problem, children }: FormProps) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Stack>
        {children}
        {problem !== null && <ProblemBox error={problem} />}
        <Button type="submit" size="md" fullWidth loading={isBusy}>
          {submit}
        </Button>
      </Stack>
    </form>
  );
}
