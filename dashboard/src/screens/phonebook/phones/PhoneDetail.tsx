import { Anchor, Card, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';

import { usePhonebook } from '~/api/current';
import type { SeenPhone } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { Ago, Moment } from '~/shared/Moment';
import { paths } from '~/shared/paths';
import { State } from '~/shared/State';
import { everyOf } from '~/shared/vendor/every';
import { Note } from '~/shared/vendor/Note';
import { macOf, phoneName } from '~/shared/vendor/phones';
import { texts as vendor } from '~/shared/vendor/texts';

import { explainPhone } from './diagnosis/explain';
import classes from './phones.module.css';
import { Requests } from './Requests';
import { texts } from './texts';
import { TONES } from './tones';

/** What is mended by entering the right values on the phone; the set-up page has them. */
const OF_THE_LOGIN = new Set([
  'no_credentials',
  'cannot_send_credentials',
  'wrong_password',
  'former_password',
  'throttled',
  'not_found_path',
]);

/** One phone: what is wrong and what to do, all that is known of it, its last requests. */
export function PhoneDetail({ phone }: { phone: SeenPhone | undefined }) {
  const t = useTexts(texts);
  const v = useTexts(vendor);
  const { language } = useLanguage();
  const { id } = usePhonebook();
  return (
    <Stack gap="lg">
      <Stack gap="sm">
        <Anchor component={Link} to={paths.phonebook(id, 'phones')} size="sm" className={classes.backLink}>
          <ArrowLeft size={14} aria-hidden /> {t.back}
        </Anchor>
        {phone === undefined ? (
          <Note tone="warn">{t.gone}</Note>
        ) : (
          <>
            <Title order={2}>{phoneName(phone, v.aPhone)}</Title>
            <Card withBorder>
              <Stack gap="md">
                {phone.diagnosis.map((each, index) => {
                  const { what, advice } = explainPhone(each, language);
                  return (
                    <div key={`${each.code} ${index}`}>
                      <State tone={TONES[each.severity]}>
                        <b>{what}</b>
                      </State>
                      {advice && (
                        <Text size="sm" className={classes.advice}>
                          {advice}{' '}
                          {OF_THE_LOGIN.has(each.code) && (
                            <Anchor component={Link} to={paths.phoneSetup(id, phone.service)} size="sm" underline="always">
                              {t.setUp}
                            </Anchor>
                          )}
                        </Text>
                      )}
                    </div>
                  );
                })}
              </Stack>
            </Card>
            <Facts phone={phone} />
          </>
        )}
      </Stack>
      {phone && <Requests title={t.requestsOf} phone={phone.id} />}
    </Stack>
  );
}

function Facts({ phone }: { phone: SeenPhone }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = useLanguage();
  const { book } = phone;
  const rows: [string, ReactNode][] = [
    [t.holds, book === null ? t.holdsNone : <Held key="book" book={book} />],
    [t.lastAsked, <Ago key="last" at={phone.last_at} />],
    [t.lastGot, phone.last_success_at === null ? t.never : <Ago key="got" at={phone.last_success_at} />],
    [t.week, t.weekCount(format.number(phone.requests_7d), format.number(phone.failures_7d))],
    [t.usual, phone.every_seconds === null ? '' : everyOf(phone.every_seconds, language)],
    [t.firstAsked, <Moment key="first" at={phone.first_at} />],
    [t.firmware, phone.firmware],
    [t.mac, macOf(phone.mac)],
    [t.address, phone.address],
    [t.userAgent, phone.user_agent],
  ];
  return (
    <Card withBorder>
      <dl className={classes.details}>
        {rows
          .filter(([, value]) => value !== '')
          .map(([label, value]) => (
            <div key={label}>
              <Text component="dt" size="sm" c="dimmed">
                {label}
              </Text>
              <Text component="dd" size="sm">
                {value}
              </Text>
            </div>
          ))}
      </dl>
    </Card>
  );
}

function Held({ book }: { book: NonNullable<SeenPhone['book']> }) {
  const t = useTexts(texts);
  return (
    <>
      {book.current ? t.holdsCurrent : t.holdsOld}, {t.fetched} <Ago at={book.fetched_at} />
      {book.stale_since !== null && (
        <>
          ; {t.staleSince} <Moment at={book.stale_since} />
        </>
      )}
    </>
  );
}
