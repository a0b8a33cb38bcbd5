import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import { problemOf } from '~/api/problem';
import type { Contact, ContactChange } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { Loaded } from '~/shared/Loaded';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { texts as common } from '~/shared/texts';

import { isUnchanged } from '../panel/draft';
import { type Attempt, changeContact } from '../saving/saving';
import { Decisions } from './Decisions';
import { texts } from './texts';
import { type Choice, decisions, resolved } from './threeWay';
import { type Stored, useStored } from './useStored';

interface Props {
  attempt: Attempt;
  services: Readonly<Record<string, string>>;
  onSaved: (contact: Contact) => void;
  /** What I typed is not wanted any more, or there is nothing of it left to save. */
  onClose: () => void;
}

/** Two people changed one contact: field by field, what each of them wants, and what is to stay. */
export default function ResolveDialog({ attempt, services, onSaved, onClose }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const query = useStored(attempt.base.id);
  const isGone = query.data?.contact === null;
  return (
    <Modal
      opened
      onClose={onClose}
      size={720}
      title={isGone ? t.goneTitle : t.title}
      closeButtonProps={{ 'aria-label': c.close }}
      closeOnClickOutside={false}
    >
      <Loaded query={query}>
        {(stored) => (
          <Resolve
            key={stored.contact?.version ?? 'gone'}
            attempt={attempt}
            stored={stored}
            services={services}
            onSaved={onSaved}
            onClose={onClose}
            onAgain={() => void query.refetch()}
          />
        )}
      </Loaded>
    </Modal>
  );
}

function Resolve({ attempt, stored, services, onSaved, onClose, onAgain }: Props & { stored: Stored; onAgain: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const client = useQueryClient();
  const me = useAccount();
  const { base, change } = attempt;
  const { contact } = stored;
  const found = decisions(base, change, contact ?? base);
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const wanted = contact ? resolved(found, choices) : change;
  const actor = stored.actor === me.email ? t.yourself : (stored.actor ?? t.someone);
  const who = stored.at ? `${actor} (${format.time(stored.at)})` : actor;

  const { mutate, isPending, error } = useMutation({
    mutationFn: async (body: ContactChange) => {
      if (contact) return changeContact({ base: contact, change: body });
      await sent(
        api.POST('/api/v1/phonebooks/{phonebook_id}/bin/restore', {
          params: { path: { phonebook_id: base.phonebook_id } },
          body: { ids: [base.id] },
        }),
      );
      const back = await sent(api.GET('/api/v1/contacts/{contact_id}', { params: { path: { contact_id: base.id } } }));
      return changeContact({ base: back, change: body });
    },
    meta: { inPlace: true },
    onSuccess: (saved) => {
      void client.invalidateQueries();
      onSaved(saved);
    },
    onError: (failure) => {
      if (problemOf(failure).isChangedMeanwhile) onAgain();
    },
  });
  const problem = error && !problemOf(error).isChangedMeanwhile ? error : null;
  const isSame = contact !== null && found.every(({ by }) => by === 'them');
  return (
    <Stack>
      <Text>{contact ? t.about(calledName(base), who) : t.goneBy(calledName(base), who)}</Text>
      {isSame && <Text>{t.same}</Text>}
      {!contact && <Title order={3}>{t.yourChanges}</Title>}
      <Decisions
        found={found}
        choices={choices}
        onChoose={(field, choice) => setChoices({ ...choices, [field]: choice })}
        services={services}
      />
      {problem && <ProblemBox error={problem} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {contact ? t.discard : t.leave}
        </Button>
        {!isSame && (
          <Button
            onClick={() => (contact && isUnchanged(wanted) ? onClose() : mutate(wanted))}
            loading={isPending}
            data-autofocus
          >
            {contact ? t.save : t.bringBack}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
