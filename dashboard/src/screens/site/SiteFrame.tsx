import { useSite } from '~/api/current';
import { useTexts } from '~/i18n/texts';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';
import { TabFrame } from '~/shared/TabFrame';
import { siteTabs } from '~/shell/found';

import { texts } from './texts';

/** A site: its name, and its parts as tabs. */
export default function SiteFrame() {
  const t = useTexts(texts);
  const site = useSite();
  return (
    <>
      <PageHeader title={site.name} crumbs={[{ label: t.sites, to: paths.sites }]} about={t.region(site.region)} />
      <TabFrame base={`/sites/${site.id}`} tabs={siteTabs} label={t.parts} />
    </>
  );
}
