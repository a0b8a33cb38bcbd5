import type { Language } from '~/i18n/language';

/**
 * Services describe themselves in English. What the services of this product say is said in German here; the words of
 * others stay as they are, which is better than half a translation.
 */
const GERMAN: Readonly<Record<string, string>> = {
  'Name shown on the phone': 'Name, den das Telefon anzeigt',
  'Seconds between two fetches': 'Sekunden zwischen zwei Abrufen',
  'From an hour to 30 days; opening the book fetches as well.':
    'Von einer Stunde (3600) bis 30 Tage; auch beim Öffnen des Telefonbuchs wird abgerufen.',
  'Show the names of callers': 'Namen von Anrufern anzeigen',
  'Folder for contacts without a group': 'Ordner für Kontakte ohne Gruppe',
  'Used in book.xml, when there are groups.': 'Gilt für book.xml, wenn es Gruppen gibt.',
  'User name of the phones': 'Benutzername der Telefone',
  'Password of the phones': 'Passwort der Telefone',
  'Made by itself. Whoever has it can read the phonebook.':
    'Entsteht von selbst. Wer es hat, kann das Telefonbuch lesen.',
  'Use only letters, digits, - and _.': 'Nehmen Sie nur Buchstaben, Ziffern, - und _.',
  'Desk phones (T series): every number with its label': 'Tischtelefone (T-Serie): jede Nummer mit ihrer Bezeichnung',
  'DECT (W series), and folders by group: office, mobile and other number':
    'DECT (W-Serie) und Ordner nach Gruppen: Büro, mobil und eine weitere Nummer',
  'Firmware V84 and later': 'Firmware ab V84',
  'Firmware V84 and later: DECT, or folders by group': 'Firmware ab V84: DECT oder Ordner nach Gruppen',
  'Firmware before V84': 'Firmware vor V84',
};

/** Sentences with a number in them. */
const GERMAN_WITH_NUMBERS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [
    /^([\d,]+) contacts: some Yealink phones are said to show only the first ([\d,]+)\.$/,
    (count, most) => `${count} Kontakte: Manche Yealink-Telefone sollen nur die ersten ${most} anzeigen.`,
  ],
];

/** What a service says, in the reader's language where that is known. */
export function wordsOf(text: string, language: Language): string {
  if (language === 'en' || !text) return text;
  const known = GERMAN[text];
  if (known !== undefined) return known;
  for (const [pattern, write] of GERMAN_WITH_NUMBERS) {
    const found = pattern.exec(text);
    if (found) return write(...found.slice(1));
  }
  return text;
}
