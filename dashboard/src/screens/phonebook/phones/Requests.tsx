import { Anchor, Button, Card, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { usePhonebook } from '~/api/current';
import { usePages } from '~/api/query';
import type { Dispatch } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Loaded } from '~/shared/Loaded';
import { Moment } from '~/shared/Moment';
import { paths } from '~/shared/paths';
import { useSearchValue } from '~/shared/route';
import { State } from '~/shared/State';
import { texts as common } from '~/shared/texts';
import { phoneName } from '~/shared/vendor/phones';
import { texts as vendor } from '~/shared/vendor/texts';

import { answerOf, loginOf, toneOf } from './answers';
import classes from './phones.module.css';
import { texts } from './texts';

const LIMIT = 25;

/** The last requests, of all phones or of one; new ones come by themselves. */
export function Requests({ title, phone }: { title: string; phone?: string }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { id } = usePhonebook();
  const [asked, setAsked] = useSearchValue('requests');
  const status = asked === 'failed' ? asked : undefined;
  const { query, items } = usePages('/api/v1/phonebooks/{phonebook_id}/dispatches', {
    path: { phonebook_id: id },
    query: { limit: LIMIT, ...(phone === undefined ? {} : { phone }), ...(status === undefined ? {} : { status }) },
  });
  return (
    <Stack gap="sm" component="section" aria-label={title}>
      <Group justify="space-between" gap="sm">
        <div>
          <Title order={2}>{title}</Title>
          <Text size="sm" c="dimmed">
            {t.requestsAbout}
          </Text>
        </div>
        <SegmentedControl
          size="xs"
          aria-label={t.filter}
          data={[
            { value: '', label: t.all },
            { value: 'failed', label: t.failed },
          ]}
          value={status ?? ''}
          onChange={setAsked}
        />
      </Group>
      <Loaded query={query}>
        {() =>
          items.length === 0 ? (
            <Text c="dimmed">{status === undefined ? t.noRequests : t.noFailed}</Text>
          ) : (
            <>
              <RequestTable requests={items} isOfOne={phone !== undefined} />
              {query.hasNextPage && (
                <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {c.more}
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </Stack>
  );
}

function RequestTable({ requests, isOfOne }: { requests: readonly Dispatch[]; isOfOne: boolean }) {
  const t = useTexts(texts);
  return (
    <Card withBorder padding={0}>
      <Table className={classes.requests}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.time}</Table.Th>
            {!isOfOne && <Table.Th>{t.phone}</Table.Th>}
            <Table.Th>{t.answer}</Table.Th>
            <Table.Th>{t.login}</Table.Th>
            <Table.Th>{t.file}</Table.Th>
            <Table.Th className={classes.number}>{t.size}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {requests.map((request) => (
            <RequestRow key={request.id} request={request} isOfOne={isOfOne} />
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}

function RequestRow({ request, isOfOne }: { request: Dispatch; isOfOne: boolean }) {
  const t = useTexts(texts);
  const v = useTexts(vendor);
  const format = useFormat();
  const { id } = usePhonebook();
  return (
    <Table.Tr>
      <Cell label={t.time} className={classes.time}>
        <Moment at={request.time} />
        {request.count > 1 && (
          <Text span size="xs" c="dimmed">
            {` ${t.times(format.number(request.count))}`}
          </Text>
        )}
      </Cell>
      {!isOfOne && (
        <Cell label={t.phone} className={classes.phone}>
          {request.phone_id ? (
            <Anchor component={Link} to={paths.phonebook(id, 'phones', request.phone_id)} size="sm" title={request.phone.user_agent}>
              {phoneName(request.phone, v.aPhone)}
            </Anchor>
          ) : (
            phoneName(request.phone, v.aPhone)
          )}
        </Cell>
      )}
      <Cell label={t.answer} className={classes.answer}>
        <State tone={toneOf(request)}>{`${answerOf(request, t)} (${request.status})`}</State>
      </Cell>
      <Cell label={t.login} className={classes.login}>{loginOf(request, t)}</Cell>
      <Cell label={t.file} className={classes.file}>{request.file || '–'}</Cell>
      <Cell label={t.size} className={classes.number}>
        {request.bytes > 0 ? format.bytes(request.bytes) : '–'}
      </Cell>
    </Table.Tr>
  );
}

/** On narrow screens a row is a block of three lines; what does not explain itself says there what it is. */
function Cell({ label, children, className }: { label: string; children: ReactNode; className: string | undefined }) {
  return (
    <Table.Td data-label={label} className={className}>
      {children}
    </Table.Td>
  );
}
