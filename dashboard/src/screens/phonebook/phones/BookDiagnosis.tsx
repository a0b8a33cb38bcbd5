import { Anchor, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { usePhonebook } from '~/api/current';
import type { Diagnosis } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';
import { Note } from '~/shared/vendor/Note';

import { explainBook } from './diagnosis/explain';
import { texts } from './texts';
import { TONES } from './tones';

/** What keeps every phone from loading the phonebook, and where that is mended; the worst first. */
export function BookDiagnosis({ diagnosis }: { diagnosis: readonly Diagnosis[] }) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const { id } = usePhonebook();
  return (
    <Stack gap="xs" role="status">
      {diagnosis.map((each, index) => {
        const { what, advice } = explainBook(each, language);
        const isOfService = each.code.includes('service');
        return (
          <Note key={`${each.code} ${index}`} tone={TONES[each.severity]} title={what}>
            {advice}{' '}
            {(isOfService || each.code === 'empty_book') && (
              <Anchor component={Link} to={paths.phonebook(id, isOfService ? 'services' : 'contacts')} size="sm" underline="always">
                {isOfService ? t.toServices : t.toContacts}
              </Anchor>
            )}
          </Note>
        );
      })}
    </Stack>
  );
}
