import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import { usePages } from '~/api/query';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { texts as common } from '~/shared/texts';
import { tellDone } from '~/shared/toasts';
import { useUndo } from '~/shared/undo';

import { BinItem } from './BinItem';
import classes from './history.module.css';
import { texts } from './texts';

interface Props {
  phonebookId: string;
  mayEdit: boolean;
  mayEmpty: boolean;
}

/** Deleted contacts: who deleted them when, and until when they can be brought back. */
export default function Bin({ phonebookId, mayEdit, mayEmpty }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const client = useQueryClient();
  const offerUndo = useUndo();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isAsking, asking] = useDisclosure(false);
  const path = { phonebook_id: phonebookId };
  const { query, items } = usePages('/api/v1/phonebooks/{phonebook_id}/bin', { path });

  const restore = useMutation({
    mutationFn: (ids: string[]) =>
      sent(api.POST('/api/v1/phonebooks/{phonebook_id}/bin/restore', { params: { path }, body: { ids } })),
    onSuccess: (answer) => {
      setChosen(new Set());
      offerUndo(t.broughtBack(format.number(answer.restored), answer.restored), answer);
    },
  });
  const empty = useMutation({
    mutationFn: () => sent(api.DELETE('/api/v1/phonebooks/{phonebook_id}/bin', { params: { path } })),
    onSuccess: ({ purged }) => {
      asking.close();
      tellDone(t.emptied(format.number(purged), purged));
      void client.invalidateQueries();
    },
  });
  const toggle = (id: string, isIn: boolean) => {
    const next = new Set(chosen);
    if (isIn) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  return (
    <Loaded query={query}>
      {() =>
        items.length === 0 ? (
          <EmptyState icon={Trash2} title={t.emptyBin}>
            {t.emptyBinAbout}
          </EmptyState>
        ) : (
          <Stack gap="sm">
            <Text size="sm" c="dimmed" maw={680}>
              {t.binAbout(items.some(({ purged_at }) => purged_at) ? t.binForGood : t.binForever)}
            </Text>
            <Group justify="space-between" gap="xs">
              {mayEdit ? (
                <Group gap="sm">
                  <Checkbox
                    label={t.selectAll}
                    checked={chosen.size > 0 && chosen.size === items.length}
                    indeterminate={chosen.size > 0 && chosen.size < items.length}
                    onChange={() => setChosen(chosen.size > 0 ? new Set() : new Set(items.map(({ contact }) => contact.id)))}
                  />
                  {chosen.size > 0 && (
                    <Button size="xs" onClick={() => restore.mutate([...chosen])} loading={restore.isPending}>
                      {t.bringBackMany(format.number(chosen.size))}
                    </Button>
                  )}
                </Group>
              ) : (
                <span />
              )}
              {mayEmpty && (
                <Button size="xs" variant="default" c="var(--app-bad)" onClick={asking.open}>
                  {t.empty}
                </Button>
              )}
            </Group>
            <ul className={classes.units}>
              {items.map((binned) => (
                <BinItem
                  key={binned.contact.id}
                  binned={binned}
                  isChosen={chosen.has(binned.contact.id)}
                  onChoose={mayEdit ? (isIn) => toggle(binned.contact.id, isIn) : null}
                  onRestore={() => restore.mutate([binned.contact.id])}
                />
              ))}
            </ul>
            {query.hasNextPage && (
              <Button
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
                className={classes.more}
              >
                {c.more}
              </Button>
            )}
            <Modal opened={isAsking} onClose={asking.close} title={t.emptyTitle} closeButtonProps={{ 'aria-label': c.close }}>
              <Stack>
                <Text>{t.emptyAbout}</Text>
                <Group justify="flex-end">
                  <Button variant="default" onClick={asking.close} data-autofocus>
                    {c.cancel}
                  </Button>
                  <Button color="red" onClick={() => empty.mutate()} loading={empty.isPending}>
                    {t.emptyGo}
                  </Button>
                </Group>
              </Stack>
            </Modal>
          </Stack>
        )
      }
    </Loaded>
  );
}
