import { defineTexts } from '~/i18n/texts';

export const texts = defineTexts(
  {
    title: 'Your profile',
    parts: 'Parts of your profile',
    you: 'You',
    signIn: 'Sign-in',
    tokens: 'API tokens',
    notifications: 'Notifications',
  },
  {
    title: 'Ihr Profil',
    parts: 'Teile Ihres Profils',
    you: 'Sie',
    signIn: 'Anmeldung',
    tokens: 'API-Tokens',
    notifications: 'Benachrichtigungen',
  },
);
