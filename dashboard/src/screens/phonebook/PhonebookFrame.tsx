import { usePhonebook } from '~/api/current';
import { useApi } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';
import { TabFrame } from '~/shared/TabFrame';
import { phonebookTabs } from '~/shell/found';

import { texts } from './texts';

/** A phonebook: its name, and its parts as tabs. */
export default function PhonebookFrame() {
  const t = useTexts(texts);
  const phonebook = usePhonebook();
  const { data: site } = useApi('/api/v1/sites/{site_id}', { path: { site_id: phonebook.site_id } });
  const crumbs = [
    { label: t.sites, to: paths.sites },
    { label: site?.name ?? '…', to: paths.site(phonebook.site_id) },
  ];
  return (
    <>
      <PageHeader title={phonebook.name} crumbs={crumbs} />
      <TabFrame base={`/phonebooks/${phonebook.id}`} tabs={phonebookTabs} label={t.parts} />
    </>
  );
}
