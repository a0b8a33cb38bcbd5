import { Stack, Title } from '@mantine/core';
import { useEffect } from 'react';

import { usePhonebook } from '~/api/current';
import { useTexts } from '~/i18n/texts';
import { Loaded, LoadingLines } from '~/shared/Loaded';
import { useRest } from '~/shared/route';
import { usePhones } from '~/shared/vendor/phones';

import { BookDiagnosis } from './BookDiagnosis';
import { PhoneDetail } from './PhoneDetail';
import { PhoneList } from './PhoneList';
import { Requests } from './Requests';
import { TestLine } from './TestLine';
import { texts } from './texts';

/** “Why doesn’t my phone load it?”: the phonebook as a whole, its phones, their last requests, and a way to try it. */
export default function PhonesTab() {
  const t = useTexts(texts);
  const { id } = usePhonebook();
  const { query, phones } = usePhones(id);
  const chosen = useRest();
  const found = phones.find((phone) => phone.id === chosen);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const isFurther = chosen !== '' && found === undefined && hasNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (isFurther && !isFetching) void fetchNextPage();
  }, [isFurther, isFetching, fetchNextPage]);
  return (
    <Loaded query={query}>
      {({ pages }) =>
        isFurther ? (
          <LoadingLines />
        ) : chosen ? (
          <PhoneDetail phone={found} />
        ) : (
          <Stack gap="lg">
            <Stack gap="sm" component="section" aria-label={t.title}>
              <Title order={2}>{t.title}</Title>
              <BookDiagnosis diagnosis={pages[0]?.diagnosis ?? []} />
            </Stack>
            <PhoneList phones={phones} query={query} />
            {phones.length > 0 && <Requests title={t.requestsTitle} />}
            <TestLine />
          </Stack>
        )
      }
    </Loaded>
  );
}
