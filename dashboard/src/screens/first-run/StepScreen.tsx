import { Navigate } from '@tanstack/react-router';
import { useEffect } from 'react';

import { usePhonebook } from '~/api/current';
import { useApi } from '~/api/query';
import { paths } from '~/shared/paths';
import { useParam } from '~/shared/route';

import { ContactsStep } from './contacts/ContactsStep';
import { FetchStep } from './FetchStep';
import { PhoneStep } from './PhoneStep';
import { ServiceStep } from './ServiceStep';
import { isStep, keepPlace } from './steps';

/** A step of the guided path, of the phonebook that it made. */
export default function StepScreen() {
  const phonebook = usePhonebook();
  const step = useParam('step');
  const { data: site } = useApi('/api/v1/sites/{site_id}', { path: { site_id: phonebook.site_id } });
  useEffect(() => {
    if (isStep(step)) keepPlace({ phonebookId: phonebook.id, step });
  }, [phonebook.id, step]);
  const about = { phonebook, siteName: site?.name };
  switch (step) {
    case 'contacts':
      return <ContactsStep {...about} />;
    case 'service':
      return <ServiceStep {...about} />;
    case 'phone':
      return <PhoneStep {...about} />;
    case 'fetch':
      return <FetchStep {...about} />;
    default:
      return <Navigate to={paths.firstRun} replace />;
  }
}
