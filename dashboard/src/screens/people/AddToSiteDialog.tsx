import { Select } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';

import { everyQuery } from '~/api/query';
import type { Role, User } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { nameOf } from '~/shared/people/invitation';
import { useRoles } from '~/shared/people/roles';
import { RoleSelect } from '~/shared/people/RoleSelect';
import { texts as words } from '~/shared/people/texts';
import { useMembership } from '~/shared/people/useMembership';
import { tellDone } from '~/shared/toasts';

import { texts } from './texts';

/** One more site for somebody, and their role there. */
export default function AddToSiteDialog({ person, onClose }: { person: User; onClose: () => void }) {
  const t = useTexts(texts);
  const w = useTexts(words);
  const roles = useRoles();
  const { data: sites = [] } = useQuery(everyQuery('/api/v1/sites'));
  const { give } = useMembership();
  const who = nameOf(person);
  const form = useForm({
    initialValues: { site: '', role: 'viewer' as Role },
    validate: { site: (site) => (site ? null : w.chooseSite) },
  });
  const free = sites.filter(({ id }) => !person.sites.some(({ site }) => site === id));
  const add = form.onSubmit(({ site, role }) =>
    give.mutate(
      { site, role, user: person.id },
      {
        onSuccess: () => {
          tellDone(t.roleChanged(who, roles[role].name, free.find(({ id }) => id === site)?.name ?? ''));
          onClose();
        },
      },
    ),
  );
  return (
    <FormDialog
      opened
      title={t.addTitle(who)}
      submit={t.addSubmit}
      onClose={onClose}
      onSubmit={add}
      isBusy={give.isPending}
      problem={give.error}
    >
      <Select
        label={w.site}
        placeholder={w.chooseSite}
        searchable
        openOnFocus={false}
        limit={50}
        required
        data-autofocus
        data={free.map(({ id, name }) => ({ value: id, label: name }))}
        value={form.values.site || null}
        onChange={(site) => form.setFieldValue('site', site ?? '')}
        error={form.errors['site']}
      />
      <RoleSelect label={w.role} isExplained value={form.values.role} onChange={(role) => form.setFieldValue('role', role)} />
    </FormDialog>
  );
}
