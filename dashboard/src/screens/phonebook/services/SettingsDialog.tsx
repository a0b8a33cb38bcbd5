import { Modal } from '@mantine/core';

import { usePhonebook } from '~/api/current';
import type { Service } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { texts as common } from '~/shared/texts';
import ServiceForm from '~/shared/vendor/ServiceForm';

import { texts } from './texts';

/** The settings of a service that is on. */
export default function SettingsDialog({ service, onClose }: { service: Service; onClose: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { id } = usePhonebook();
  return (
    <Modal opened onClose={onClose} title={t.editTitle(service.label)} closeButtonProps={{ 'aria-label': c.close }}>
      <ServiceForm phonebookId={id} service={service} submit={t.save} onCancel={onClose} onDone={onClose} />
    </Modal>
  );
}
