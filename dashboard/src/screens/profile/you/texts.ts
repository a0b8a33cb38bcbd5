import { defineTexts } from '~/i18n/texts';

export const texts = defineTexts(
  {
    name: 'Your name',
    nameSaved: 'Your name is changed.',
    language: 'Language',
    languageAbout: 'Of these pages, and of the mails that you get.',
    theme: 'Appearance',
    themeAbout: 'Of these pages, in this browser.',
    light: 'Light',
    dark: 'Dark',
    auto: 'As the system',
    sites: 'Your sites',
    sitesAdmin: 'You are an administrator, and may do everything in every site.',
    sitesNone: 'You are not a member of any site.',
  },
  {
    name: 'Ihr Name',
    nameSaved: 'Ihr Name ist geändert.',
    language: 'Sprache',
    languageAbout: 'Dieser Seiten und der Mails, die Sie bekommen.',
    theme: 'Darstellung',
    themeAbout: 'Dieser Seiten, in diesem Browser.',
    light: 'Hell',
    dark: 'Dunkel',
    auto: 'Wie das System',
    sites: 'Ihre Standorte',
    sitesAdmin: 'Sie sind Administrator und dürfen in jedem Standort alles.',
    sitesNone: 'Sie sind in keinem Standort Mitglied.',
  },
);
