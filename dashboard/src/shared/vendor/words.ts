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
  'Seconds between two downloads': 'Sekunden zwischen zwei Downloads',
  'Desk phones from firmware 10.1.178: remote XML directory': 'Tischtelefone ab Firmware 10.1.178: entferntes XML-Verzeichnis',
  'DECT (M300, M700, M900): central directory': 'DECT (M300, M700, M900): zentrales Telefonbuch',
  'All desk phones: browse and search on the server': 'Alle Tischtelefone: auf dem Server blättern und suchen',
  'Desk phones from 10.1.178: web page Directory, External Directory':
    'Tischtelefone ab 10.1.178: Webseite „Directory“, „External Directory“',
  'DECT M300, M700, M900: provisioning': 'DECT M300, M700, M900: automatische Einrichtung',
  'All desk phones: browse with the Directory key': 'Alle Tischtelefone: blättern mit der Telefonbuch-Taste',
  'Minutes between two downloads': 'Minuten zwischen zwei Downloads',
  'Account that calls': 'Konto, mit dem gewählt wird',
  '0 is the first one; very old models count from 1.': '0 ist das erste; sehr alte Modelle zählen ab 1.',
  'Remove what people entered on the phone': 'Entfernen, was jemand am Telefon eingegeben hat',
  'GXP, GRP, GXV, WP and DP models': 'Modelle GXP, GRP, GXV, WP und DP',
  'GXP280 and its like: the same under its older name': 'GXP280 und ähnliche: dasselbe unter dem älteren Namen',
  'Provisioning in XML (GRP, newer GXP)': 'Automatische Einrichtung mit XML (GRP, neuere GXP)',
  'Provisioning by P values': 'Automatische Einrichtung mit P-Werten',
  Numbers: 'Nummern',
  'As phones of this book get them': 'Wie Telefone dieses Telefonbuchs sie bekommen',
  'As they were typed': 'Wie sie eingegeben wurden',
  'Version of the vCards': 'Version der vCards',
  'JSON, for programs': 'JSON, für Programme',
  'CSV, for spreadsheets': 'CSV, für Tabellen',
  'vCard, for address books': 'vCard, für Adressbücher',
};

/** What the SDK says of limits, behind the phones that have them. */
const LIMITS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [
    /^(.+): there is room for (\d+) contacts, and this book has (\d+)\. Make smaller phonebooks, or expect that the last ones are missing\.$/,
    (phones, room, has) =>
      `${phones}: Platz ist für ${room} Kontakte, und dieses Telefonbuch hat ${has}. Teilen Sie es, oder rechnen Sie damit, dass die letzten fehlen.`,
  ],
  [
    /^(.+): (\d+) names? will be cut, as there is room for (\d+) characters( each for given and family name)?\. Put what matters first, or shorten them\.$/,
    (phones, count, room, each) =>
      `${phones}: ${count === '1' ? '1 Name wird' : `${count} Namen werden`} gekürzt, denn Platz ist für ${room} Zeichen${each ? ' je Vor- und Nachname' : ''}. Stellen Sie Wichtiges nach vorn, oder kürzen Sie.`,
  ],
  [
    /^(.+): (\d+) contacts? ha(?:s|ve) a number of more than (\d+) digits\. Check them\.$/,
    (phones, count, digits) =>
      `${phones}: ${count === '1' ? '1 Kontakt hat' : `${count} Kontakte haben`} eine Nummer mit mehr als ${digits} Ziffern. Prüfen Sie das.`,
  ],
  [
    /^(.+): (\d+) contacts? ha(?:s|ve) more than the (\d+) numbers that are shown\. Put the most important ones first\.$/,
    (phones, count, shown) =>
      `${phones}: ${count === '1' ? '1 Kontakt hat' : `${count} Kontakte haben`} mehr als die ${shown} Nummern, die angezeigt werden. Stellen Sie die wichtigsten nach vorn.`,
  ],
];

/** Which phones have a limit. */
const PHONES: Readonly<Record<string, string>> = {
  'Yealink desk phones, as some say': 'Yealink-Tischtelefone, wie manche sagen',
  'Snom desk phones': 'Snom-Tischtelefone',
  'Snom M300 and M700 (DECT)': 'Snom M300 und M700 (DECT)',
  'WP826, as was measured, and older GXP': 'WP826, wie gemessen wurde, und ältere GXP',
  'GRP26xx, as some say': 'GRP26xx, wie manche sagen',
};

/** What a service says, in the reader's language where that is known. */
export function wordsOf(text: string, language: Language): string {
  if (language === 'en' || !text) return text;
  const known = GERMAN[text];
  if (known !== undefined) return known;
  for (const [pattern, write] of LIMITS) {
    const [, phones = '', ...found] = pattern.exec(text) ?? [];
    if (phones) return write(PHONES[phones] ?? phones, ...found);
  }
  return text;
}
