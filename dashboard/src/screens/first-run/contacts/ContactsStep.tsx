import { SegmentedControl, Text } from '@mantine/core';
import { CircleCheck } from 'lucide-react';
import { useState } from 'react';

import { useApi } from '~/api/query';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Note } from '~/shared/vendor/Note';

import type { About } from '../about';
import { Guide } from '../Guide';
import classes from '../guide.module.css';
import { texts } from '../texts';
import { ChooseFile } from './ChooseFile';
import { PasteThem } from './PasteThem';
import { SampleThem } from './SampleThem';
import { TypeThem } from './TypeThem';

/** The second step: somebody to be in the phonebook, in whatever way is easiest. */
export function ContactsStep({ phonebook, siteName }: About) {
  const t = useTexts(texts);
  const format = useFormat();
  const [how, setHow] = useState('type');
  const contacts = useApi('/api/v1/phonebooks/{phonebook_id}/contacts', {
    path: { phonebook_id: phonebook.id },
    query: { limit: 1 },
  });
  const count = contacts.data?.total ?? 0;
  return (
    <Guide
      step="contacts"
      siteName={siteName}
      phonebookId={phonebook.id}
      title={t.contactsTitle}
      about={t.contactsAbout}
      isDone={count > 0}
    >
      <div role="status">
        {count > 0 && (
          <Note tone="good" icon={CircleCheck}>
            <Text size="sm">{t.contactsCount(format.number(count), count)}</Text>
          </Note>
        )}
      </div>
      <SegmentedControl
        aria-label={t.how}
        data={[
          { value: 'type', label: t.howType },
          { value: 'paste', label: t.howPaste },
          { value: 'file', label: t.howFile },
          { value: 'sample', label: t.howSample },
        ]}
        value={how}
        onChange={setHow}
        fullWidth
        classNames={{ label: classes.way }}
      />
      {how === 'type' && <TypeThem phonebookId={phonebook.id} />}
      {how === 'paste' && <PasteThem phonebookId={phonebook.id} />}
      {how === 'file' && <ChooseFile phonebookId={phonebook.id} />}
      {how === 'sample' && <SampleThem phonebookId={phonebook.id} region={phonebook.effective_region} />}
    </Guide>
  );
}
