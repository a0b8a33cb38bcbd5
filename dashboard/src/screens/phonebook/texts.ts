import { defineTexts } from '~/i18n/texts';

export const texts = defineTexts(
  { sites: 'Sites', parts: 'Parts of the phonebook' },
  { sites: 'Standorte', parts: 'Teile des Telefonbuchs' },
);
