import { Alert, Code, Loader, Text } from '@mantine/core';
import { CircleAlert, CircleCheck, Clock } from 'lucide-react';

import { useApi } from '~/api/query';
import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

/** What became of the test mail. It changes by itself as the mail server answers. */
export function TestMailResult({ id, to }: { id: string; to: string }) {
  const t = useTexts(texts);
  const { data } = useApi('/api/v1/mail', { query: { limit: 50 } });
  const mail = data?.items.find((each) => each.id === id);
  if (!mail?.answer) {
    return (
      <Alert role="status" icon={<Loader size={18} aria-hidden />}>
        {t.testWaiting(to)}
      </Alert>
    );
  }
  const [color, Icon, said] = {
    sent: ['teal', CircleCheck, t.testSent] as const,
    failed: ['red', CircleAlert, t.testFailed] as const,
    queued: ['orange', Clock, t.testDelayed] as const,
    sending: ['orange', Clock, t.testDelayed] as const,
  }[mail.state];
  return (
    <Alert role="status" color={color} icon={<Icon size={18} aria-hidden />}>
      <Text size="sm">{said}</Text>
      <Code block mt={4}>
        {mail.answer}
      </Code>
    </Alert>
  );
}
