import { Modal } from '@mantine/core';

import { useTexts } from '~/i18n/texts';
import { JobProgress } from '~/shared/jobs/JobProgress';
import type { FollowedJob } from '~/shared/jobs/useJob';

import { texts } from './texts';

/** A large change while it goes on. */
export default function BulkJob({ what, followed }: { what: string; followed: FollowedJob }) {
  const t = useTexts(texts);
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      aria-label={t.working(what)}
    >
      <JobProgress title={t.working(what)} followed={followed} />
    </Modal>
  );
}
