import { defineTexts } from '~/i18n/texts';

export const texts = defineTexts(
  {
    title: (label: string) => `Set up a ${label} phone`,
    about: (phonebook: string) => `It will show the phonebook “${phonebook}”.`,
    steps: 'What to do',
    values: 'What to enter',
    which: 'Which phone is it?',
    oneField: 'The phone has no fields for user name and password',
    oneFieldAbout: 'Older firmware, as Yealink before V84: everything goes into the address.',
    addressWithLogin: 'Address with user name and password in it',
    configuration: 'Or for provisioning: ready-made configuration',
    managers: 'Only managers of the site see the password. Ask one of them to set up the phone, or to make you a manager.',
    notOnTitle: (label: string) => `${label} is not ready for this phonebook`,
    notOn: 'Turn it on in the dashboard first; then this page shows what to enter.',
    toService: 'To the vendor service',
    back: 'Vendor services',
  },
  {
    title: (label: string) => `Ein Telefon von ${label} einrichten`,
    about: (phonebook: string) => `Es zeigt danach das Telefonbuch „${phonebook}“.`,
    steps: 'Was zu tun ist',
    values: 'Was Sie eintragen',
    which: 'Welches Telefon ist es?',
    oneField: 'Das Telefon hat keine Felder für Benutzername und Passwort',
    oneFieldAbout: 'Ältere Firmware, etwa Yealink vor V84: Alles steht in der Adresse.',
    addressWithLogin: 'Adresse mit Benutzername und Passwort darin',
    configuration: 'Oder zur automatischen Einrichtung: fertige Konfiguration',
    managers:
      'Das Passwort sehen nur Verwalter des Standorts. Bitten Sie einen, das Telefon einzurichten oder Sie zum Verwalter zu machen.',
    notOnTitle: (label: string) => `${label} ist für dieses Telefonbuch nicht bereit`,
    notOn: 'Schalten Sie den Dienst zuerst ein; dann steht hier, was einzutragen ist.',
    toService: 'Zum Hersteller-Dienst',
    back: 'Hersteller-Dienste',
  },
);
