import { Anchor, Button, Card, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Phone } from 'lucide-react';
import { useState } from 'react';

import { usePhonebook } from '~/api/current';
import type { SeenPhone } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Ago } from '~/shared/Moment';
import { paths } from '~/shared/paths';
import { State } from '~/shared/State';
import { texts as common } from '~/shared/texts';
import { macOf, phoneName, type usePhones } from '~/shared/vendor/phones';
import { texts as vendor } from '~/shared/vendor/texts';

import { explainPhone } from './diagnosis/explain';
import classes from './phones.module.css';
import { texts } from './texts';
import { TONES } from './tones';

function isTroubled({ diagnosis }: SeenPhone): boolean {
  return diagnosis.some(({ severity }) => severity === 'error' || severity === 'warning');
}

interface Props {
  phones: readonly SeenPhone[];
  query: ReturnType<typeof usePhones>['query'];
}

/** Every phone that asked, each with what is wrong with it. */
export function PhoneList({ phones, query }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const [shown, setShown] = useState('all');
  const found = shown === 'all' ? phones : phones.filter(isTroubled);
  if (phones.length === 0) {
    return (
      <EmptyState icon={Phone} title={t.emptyTitle}>
        {t.empty}
      </EmptyState>
    );
  }
  return (
    <Stack gap="sm" component="section" aria-label={t.phonesTitle}>
      <Group justify="space-between" gap="sm">
        <Title order={2}>{t.phonesTitle}</Title>
        <SegmentedControl
          size="xs"
          aria-label={t.phonesTitle}
          data={[
            { value: 'all', label: `${t.everyPhone} (${format.number(phones.length)})` },
            { value: 'troubled', label: `${t.onlyTroubled} (${format.number(phones.filter(isTroubled).length)})` },
          ]}
          value={shown}
          onChange={setShown}
        />
      </Group>
      {found.length === 0 ? (
        <Text c="dimmed">{t.noneTroubled}</Text>
      ) : (
        <Card withBorder padding={0} component="ul" className={classes.list}>
          {found.map((phone) => (
            <PhoneRow key={phone.id} phone={phone} />
          ))}
        </Card>
      )}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {c.more}
        </Button>
      )}
    </Stack>
  );
}

function PhoneRow({ phone }: { phone: SeenPhone }) {
  const t = useTexts(texts);
  const v = useTexts(vendor);
  const { language } = useLanguage();
  const { id } = usePhonebook();
  const [worst] = phone.diagnosis;
  const facts = [phone.firmware, macOf(phone.mac), phone.address].filter(Boolean).join(' · ');
  const held = phone.book === null ? t.bookNone : phone.book.current ? t.bookCurrent : t.bookOld;
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <Anchor component={Link} to={paths.phonebook(id, 'phones', phone.id)} fw={600} className={classes.whole}>
          {phoneName(phone, v.aPhone)}
        </Anchor>
        <Text size="sm" c="dimmed" className={classes.facts}>
          {facts}
        </Text>
      </div>
      <div className={classes.how}>
        {worst && <State tone={TONES[worst.severity]}>{explainPhone(worst, language).what}</State>}
        <Text size="sm" c="dimmed">
          {t.asked} <Ago at={phone.last_at} /> · {held}
        </Text>
      </div>
    </li>
  );
}
