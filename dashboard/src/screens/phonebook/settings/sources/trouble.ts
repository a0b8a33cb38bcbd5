import type { Language } from '~/i18n/language';

/** Why a source cannot be read: the server says it in English, what is common is said in German here, by its code. */
const GERMAN: Readonly<Record<string, string>> = {
  wrong_password:
    'Benutzername und Passwort werden dort nicht angenommen. Geben Sie beides neu ein; bei Anmeldung mit zweitem Faktor ein App-Passwort.',
  password_needed: 'Dort wird nach Benutzername und Passwort gefragt. Geben Sie beides ein.',
  forbidden: 'Dieser Benutzer darf es dort nicht lesen. Geben Sie es ihm dort frei.',
  not_found: 'Unter dieser Adresse ist nichts (404). Prüfen Sie sie; vielleicht ist es umgezogen.',
  gone: 'Was dort war, gibt es nicht mehr (410). Geben Sie die neue Adresse ein, oder entfernen Sie die Quelle.',
  redirected:
    'Die Adresse leitet zu einem anderen Server weiter, der nach einem Passwort fragt. Dorthin wird es nicht gesendet: Geben Sie dessen Adresse ein.',
  busy: 'Der Server ist überlastet oder wird gewartet. Es wird von selbst wieder versucht.',
  server_error: 'Der Server hat einen eigenen Fehler. Es wird von selbst wieder versucht; bleibt das so, fragen Sie seinen Betreiber.',
  unexpected: 'Der Server antwortet nicht, wie ein Adressbuch es tut. Prüfen Sie die Adresse.',
  web_page:
    'Dort ist eine Webseite, keine Kontakte; oft ist es eine Anmeldeseite. Geben Sie die Adresse der Datei oder des Adressbuchs selbst ein.',
  too_large: 'Die Antwort ist zu groß. Teilen Sie sie dort in mehrere Adressbücher auf.',
  too_many: 'Es sind zu viele Kontakte. Teilen Sie sie dort in mehrere Adressbücher auf.',
  truncated: 'Die Antwort brach ab, darum wurde nichts davon genommen. Es wird von selbst wieder versucht.',
  too_slow: 'Es hat zu lange gedauert und wurde abgebrochen. Es wird von selbst wieder versucht.',
  unreachable: 'Der Server ist nicht zu erreichen. Prüfen Sie die Adresse, und ob er läuft.',
  tls: 'Der Server konnte mit seinem Zertifikat nicht beweisen, dass er der richtige ist. Lassen Sie es dort in Ordnung bringen.',
  not_https: 'Nur https ist erlaubt, außer in Netzen, die der Betreiber dieses Servers freigegeben hat.',
  address_not_allowed:
    'Der Server steht in einem eigenen Netz. Der Betreiber dieses Servers muss es mit PHONEBOOK_SOURCE_ALLOWED_NETWORKS freigeben.',
  no_address_book: 'Unter dieser Adresse ist kein Adressbuch. Geben Sie die Adresse eines Adressbuchs ein.',
  no_carddav: 'Dieser Server spricht kein CardDAV. Prüfen Sie die Adresse.',
  choose_address_book: 'Es gibt mehrere Adressbücher. Wählen Sie eines.',
  unreadable: 'Es antwortet, aber nicht mit Kontakten.',
  empty: 'Es antwortet, aber es ist leer.',
  wrong_type: 'Es antwortet, aber nicht mit einer Datei von Kontakten.',
};

export function troubleOf({ code, message }: { code: string; message: string }, language: Language): string {
  return (language === 'de' && GERMAN[code]) || message;
}
