import { Card, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';

import { everyQuery } from '~/api/query';
import type { Activity } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';

import { actions, nameOfAction } from './actions';
import classes from './activity.module.css';
import { byDay, type Day, readable } from './days';
import { texts } from './texts';

/** What was done, day by day. */
export function ActivityList({ items }: { items: readonly Activity[] }) {
  return byDay(items).map((day) => <OneDay key={day.items[0]?.id} day={day} />);
}

function OneDay({ day }: { day: Day }) {
  const format = useFormat();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Title order={2} id={id} mb={6} mt="xs">
        {format.date(day.at)}
      </Title>
      <Card withBorder padding={0}>
        <ul className={classes.day}>
          {day.items.map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </ul>
      </Card>
    </section>
  );
}

function Item({ item }: { item: Activity }) {
  const t = useTexts(texts);
  const names = useTexts(actions);
  const format = useFormat();
  const { data: sites } = useQuery(everyQuery('/api/v1/sites'));
  const siteName = (id: string) => sites?.find((site) => site.id === id)?.name;
  const { at, actor, address, site_id, action, subject, detail } = item;
  const site = siteName(site_id ?? '');
  // The detail often names the site already.
  const isElsewhere = site_id !== null && sites !== undefined && !(site !== undefined && detail.includes(site));
  const where = [
    t.by(actor || t.server),
    address && t.address(address),
    isElsewhere && t.inSite(site ?? t.deletedSite),
  ];
  return (
    <li className={classes.item}>
      <Text size="sm" c="dimmed" component="time" dateTime={at} title={format.moment(at)}>
        {format.time(at)}
      </Text>
      <div className={classes.text}>
        <Text size="sm">
          <b>{nameOfAction(names, action)}</b>
          {subject && subject !== actor && `: ${subject}`}
        </Text>
        {detail && <Text size="sm">{readable(detail, siteName, format.moment)}</Text>}
        <Text size="sm" c="dimmed">
          {where.filter(Boolean).join(' ')}
        </Text>
      </div>
    </li>
  );
}
