import { defineTexts } from '~/i18n/texts';

export const texts = defineTexts(
  {
    sites: 'Sites',
    parts: 'Parts of the site',
    region: (name: string) => `Region ${name}`,
  },
  {
    sites: 'Standorte',
    parts: 'Teile des Standorts',
    region: (name: string) => `Region ${name}`,
  },
);
