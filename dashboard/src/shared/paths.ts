/** Where the screens are. Every link takes its path from here. */
export const paths = {
  signIn: '/sign-in',
  reset: '/reset',
  sites: '/sites',
  site: (siteId: string, tab = 'phonebooks') => `/sites/${siteId}/${tab}`,
  phonebook: (phonebookId: string, tab = 'contacts', rest = '') =>
    `/phonebooks/${phonebookId}/${tab}${rest ? `/${rest}` : ''}`,
  contact: (phonebookId: string, contactId: string) => `/phonebooks/${phonebookId}/contacts/${contactId}`,
  profile: '/profile',
  people: '/people',
  person: (userId: string) => `/people/${userId}`,
  installation: (topic: string) => `/installation/${topic}`,
  phoneSetup: (phonebookId: string, slug: string) => `/phone-setup/${phonebookId}/${slug}`,
  firstRun: '/start',
  firstRunStep: (phonebookId: string, step: string) => `/start/${phonebookId}/${step}`,
} as const;
