import { defineTexts } from '~/i18n/texts';

export const texts = defineTexts(
  {
    create: 'New phonebook',
    createTitle: 'A new phonebook',
    renameTitle: 'Rename the phonebook',
    contacts: 'Contacts',
    changed: 'Last change',
    never: 'none yet',
    phones: 'Phones, last day',
    services: 'Vendor services',
    noServices: 'none known',
    deleted: (name: string) => `“${name}” is deleted; its phones get no phonebook any more.`,
    emptyTitle: 'No phonebook yet',
    empty: 'A phonebook holds contacts, and every phone that is set up for it shows them.',
    emptyViewer: 'Whoever manages this site can make one.',
  },
  {
    create: 'Neues Telefonbuch',
    createTitle: 'Ein neues Telefonbuch',
    renameTitle: 'Telefonbuch umbenennen',
    contacts: 'Kontakte',
    changed: 'Letzte Änderung',
    never: 'noch keine',
    phones: 'Telefone, letzter Tag',
    services: 'Hersteller-Dienste',
    noServices: 'keine bekannt',
    deleted: (name: string) => `„${name}“ ist gelöscht; seine Telefone bekommen kein Telefonbuch mehr.`,
    emptyTitle: 'Noch kein Telefonbuch',
    empty: 'Ein Telefonbuch enthält Kontakte, und jedes Telefon, das dafür eingerichtet ist, zeigt sie.',
    emptyViewer: 'Wer diesen Standort verwaltet, kann eines anlegen.',
  },
);
