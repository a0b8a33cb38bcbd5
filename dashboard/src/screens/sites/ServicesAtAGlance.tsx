import type { Site } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { State } from '~/shared/State';

import { texts } from './texts';

/** Whether all vendor services of a site that are turned on do serve its phones. */
export function ServicesAtAGlance({ site: { services_on, services_troubled } }: { site: Site }) {
  const t = useTexts(texts);
  if (services_on === 0) {
    return (
      <State tone="quiet" hollow>
        {t.servicesOff}
      </State>
    );
  }
  if (services_troubled > 0) return <State tone="warn">{t.servicesTroubled(services_troubled, services_on)}</State>;
  return <State tone="good">{t.servicesOn(services_on)}</State>;
}
