import { defineTexts } from '~/i18n/texts';

export const texts = defineTexts(
  {
    notificationsAbout: 'By mail to your address. Mails about the safety of your account always come.',
    site_assigned: 'I get a role in a site, or another one',
    phonebook_added: 'A phonebook is added to a site that I manage',
    service_needs_setup: 'A vendor service needs to be set up',
    new_device: 'Somebody signs in as me with a browser that was not used before',
    import_finished: 'An import of mine that took long is done',
  },
  {
    notificationsAbout: 'Als Mail an Ihre Adresse. Mails zur Sicherheit Ihres Kontos kommen immer.',
    site_assigned: 'Ich bekomme eine Rolle in einem Standort oder eine andere',
    phonebook_added: 'In einem Standort, den ich verwalte, kommt ein Telefonbuch dazu',
    service_needs_setup: 'Ein Hersteller-Dienst muss eingerichtet werden',
    new_device: 'Jemand meldet sich als ich mit einem Browser an, der vorher nie benutzt wurde',
    import_finished: 'Ein Import von mir, der lange dauerte, ist fertig',
  },
);
