import { Alert, Anchor, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BookOpen, ChevronDown, ChevronRight, Link2 } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';

import { problemOf } from '~/api/problem';
import type { Contact, ContactChange } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { Loaded, LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { texts as common } from '~/shared/texts';
import { tellDone } from '~/shared/toasts';

import { type Attempt, changeContact, contactQuery, createContact } from '../saving/saving';
import type { Saving } from '../saving/useSaving';
import { ContactForm } from './ContactForm';
import { isUnchanged } from './draft';
import classes from './panel.module.css';
import { ReadOnly } from './ReadOnly';
import { texts } from './texts';
import { useServiceLabels, useVendorForms } from './useVendorForms';

const Versions = lazy(() => import('./Versions'));

interface Props {
  phonebookId: string;
  /** A contact's id, or `new`. */
  opened: string;
  /** What the table knows of it: all there is of a contact of a phonebook that one may not see by itself. */
  known: Contact | undefined;
  home: string | undefined;
  mayEdit: boolean;
  saving: Saving;
  onConflict: (attempt: Attempt) => void;
  onDelete: (contact: Contact) => void;
  onClose: () => void;
}

/** Everything about one contact, beside the table; or a new one. */
export default function ContactPanel(props: Props) {
  const { opened, known, onClose } = props;
  const c = useTexts(common);
  const t = useTexts(texts);
  const isNew = opened === 'new';
  const isIncluded = known?.included ?? false;
  const asked = useQuery({
    ...contactQuery(opened),
    enabled: !isNew && !isIncluded,
    placeholderData: known,
  });
  const query = isIncluded ? { ...asked, data: known, isPending: false, error: null } : asked;
  const [isDirty, setDirty] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const close = () => (isDirty ? setAsking(true) : onClose());
  const title = isNew ? t.newTitle : query.data ? calledName(query.data) : c.loading;
  const shared = { ...props, setDirty, close };
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size={520}
      title={title}
      classNames={{ title: classes.title }}
      closeButtonProps={{ 'aria-label': c.close }}
      overlayProps={{ backgroundOpacity: 0.25 }}
      transitionProps={{ duration: 120 }}
    >
      <Stack gap="md">
        {isAsking && (
          <Alert variant="default" role="alert">
            <Text fw={600} mb="xs">
              {t.unsaved}
            </Text>
            <Group gap="xs" p={4}>
              <Button size="xs" variant="default" onClick={() => setAsking(false)} autoFocus>
                {t.keepEditing}
              </Button>
              <Button size="xs" color="red" variant="light" onClick={onClose}>
                {t.discard}
              </Button>
            </Group>
          </Alert>
        )}
        {isNew ? (
          <Editing {...shared} contact={null} />
        ) : query.error && problemOf(query.error).isMissing ? (
          <Alert color="gray">{t.gone}</Alert>
        ) : (
          <Loaded query={query} loading={<LoadingLines rows={8} />}>
            {(contact) => <Existing {...shared} key={contact.id} contact={contact} />}
          </Loaded>
        )}
      </Stack>
    </Drawer>
  );
}

interface PartProps extends Props {
  setDirty: (isDirty: boolean) => void;
  close: () => void;
}

function Existing(props: PartProps & { contact: Contact }) {
  const { contact, home, mayEdit, phonebookId } = props;
  const t = useTexts(texts);
  const services = useServiceLabels(phonebookId);
  const isIncluded = props.known?.included ?? contact.phonebook_id !== phonebookId;
  const [hasVersions, setVersions] = useState(false);
  return (
    <>
      {isIncluded && (
        <Alert color="blue" icon={<BookOpen size={18} aria-hidden />}>
          <Stack gap="xs" align="flex-start">
            {home === undefined ? t.includedUnknown : t.included(home)}
            <Anchor component={Link} to={paths.contact(contact.phonebook_id, contact.id)} size="sm">
              {t.toHome}
            </Anchor>
          </Stack>
        </Alert>
      )}
      {contact.source_id && !isIncluded && (
        <Alert color="blue" icon={<Link2 size={18} aria-hidden />}>
          {t.kept}
        </Alert>
      )}
      {isIncluded || !mayEdit ? <ReadOnly contact={contact} services={services} /> : <Editing {...props} />}
      {!isIncluded && (
        <>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={hasVersions ? <ChevronDown size={15} aria-hidden /> : <ChevronRight size={15} aria-hidden />}
            aria-expanded={hasVersions}
            onClick={() => setVersions(!hasVersions)}
            className={classes.add}
          >
            {hasVersions ? t.hideVersions : t.showVersions}
          </Button>
          {hasVersions && (
            <Suspense fallback={<LoadingLines />}>
              <Versions
                contact={contact}
                services={services}
                mayEdit={mayEdit && !contact.source_id}
                onRestored={(restored) => {
                  props.saving.saved(restored);
                  tellDone(t.restored(calledName(restored)));
                }}
              />
            </Suspense>
          )}
        </>
      )}
    </>
  );
}

function Editing(props: PartProps & { contact: Contact | null }) {
  const { phonebookId, contact, saving, setDirty, onClose, onConflict, close } = props;
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false;
  const forms = useVendorForms(phonebookId);
  const services = useServiceLabels(phonebookId);
  const [round, setRound] = useState(0);
  const idempotency = useRef(crypto.randomUUID());
  const failed = saving.failure && saving.failure.base.id === contact?.id ? saving.failure : null;

  const { mutate, error, isPending, reset } = useMutation({
    mutationFn: ({ base, change }: { base: Contact | null; change: ContactChange; addAnother: boolean }) =>
      base ? changeContact({ base, change }) : createContact(phonebookId, change, idempotency.current),
    meta: { inPlace: true },
    onSuccess: (saved, { base, addAnother }) => {
      setDirty(false);
      saving.settle();
      saving.saved(saved, base === null);
      if (!addAnother) return onClose();
      idempotency.current = crypto.randomUUID();
      reset();
      setRound(round + 1);
    },
    onError: (failure, { base, change }) => {
      const problem = problemOf(failure);
      if (base && (problem.isChangedMeanwhile || problem.isMissing)) onConflict({ base, change });
    },
  });
  const problem = error ? problemOf(error) : failed?.problem;
  return (
    <ContactForm
      key={round}
      phonebookId={phonebookId}
      contact={failed?.base ?? contact}
      typed={failed?.change}
      forms={forms}
      services={services}
      isKept={Boolean(contact?.source_id)}
      problem={problem && !problem.isChangedMeanwhile ? problem : null}
      isBusy={isPending}
      hasFocus={contact === null || !isNarrow}
      onDirty={setDirty}
      onSave={(base, change, addAnother) => {
        if (base && isUnchanged(change)) onClose();
        else mutate({ base, change, addAnother });
      }}
      onCancel={close}
      onDelete={contact && !contact.source_id ? props.onDelete : null}
    />
  );
}
