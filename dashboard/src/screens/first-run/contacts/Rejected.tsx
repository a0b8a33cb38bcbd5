import { Text } from '@mantine/core';

import type { ImportReport } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Note } from '~/shared/vendor/Note';

import classes from '../guide.module.css';
import { texts } from '../texts';

const SHOWN = 5;

/** What could not be added, and why. */
export function Rejected({ report }: { report: Pick<ImportReport, 'rejected' | 'problems'> | undefined }) {
  const t = useTexts(texts);
  const format = useFormat();
  if (!report || report.rejected === 0) return null;
  return (
    <Note tone="warn" isUrgent>
      <Text size="sm">{t.notAdded(format.number(report.rejected), report.rejected)}</Text>
      <ul className={classes.unread}>
        {report.problems.slice(0, SHOWN).map(({ line, message, value }) => (
          <li key={`${line} ${message}`}>{value ? `“${value}”: ${message}` : message}</li>
        ))}
      </ul>
    </Note>
  );
}
