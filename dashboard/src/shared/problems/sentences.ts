import type { ApiProblem, FieldProblem } from '~/api/problem';
import type { Language } from '~/i18n/language';

/**
 * The server says what is wrong in English. What people meet every day is said in German here, by its code; what is not
 * here stays as the server wrote it, which is better than a vague sentence in the right language.
 */
const GERMAN: Readonly<Record<string, string>> = {
  unreachable: 'Der Server ist nicht erreichbar. Prüfen Sie das Netz und versuchen Sie es noch einmal.',
  wrong_credentials: 'E-Mail-Adresse oder Passwort ist falsch.',
  wrong_code: 'Der Code ist falsch oder wurde schon benutzt. Nehmen Sie den nächsten, den die App zeigt.',
  wrong_password: 'Das Passwort ist falsch.',
  link_void:
    'Dieser Link gilt nicht mehr: Er wurde schon benutzt, ist abgelaufen oder durch einen neueren ersetzt worden.',
  not_signed_in: 'Ihre Sitzung ist zu Ende. Melden Sie sich wieder an.',
  not_allowed: 'Das dürfen Sie hier nicht. Bitten Sie jemanden, der den Standort verwaltet.',
  not_found: 'Das gibt es nicht, oder es gehört zu einem Standort, in dem Sie nicht Mitglied sind.',
  changed_meanwhile: 'Das hat inzwischen jemand anders geändert. Sehen Sie nach, was jetzt dasteht.',
  too_many_tries: 'Das waren zu viele Versuche. Warten Sie einen Augenblick.',
  unavailable: 'Das ist im Augenblick nicht möglich. Versuchen Sie es gleich noch einmal.',
  email_taken: 'Mit dieser E-Mail-Adresse ist schon jemand angemeldet.',
  required: 'Füllen Sie das aus.',
  too_short: 'Das ist zu kurz. Ein Passwort braucht mindestens 15 Zeichen, mit einem zweiten Faktor 8; ein paar Wörter hintereinander reichen.',
  too_easy: 'Das ist leicht zu erraten. Nehmen Sie ein paar Wörter, die nicht zusammengehören.',
  unknown_region: 'Diese Region gibt es nicht. Nehmen Sie die zwei Buchstaben eines Landes, etwa DE.',
  last_administrator:
    'Das ist der letzte Administrator, der sich anmelden kann. Machen Sie zuerst jemand anderen zum Administrator; die Person muss auch registriert sein.',
  still_active: 'Die Person kann sich noch anmelden. Sperren Sie sie zuerst; das lässt sich aufheben, das Entfernen nicht.',
  disabled: 'Die Person ist gesperrt. Heben Sie zuerst die Sperre auf.',
  registered_already: 'Die Person ist schon registriert.',
  unchanged: 'Das ist das, was schon gilt. Nehmen Sie etwas anderes.',
  code_needed: 'Geben Sie den Code aus Ihrer App ein.',
  on_already: 'Sie haben schon einen zweiten Faktor. Schalten Sie ihn aus, bevor Sie einen anderen einrichten.',
  no_second_factor: 'Sie haben keinen zweiten Faktor. Richten Sie zuerst einen ein.',
  password_too_short:
    'Ihr Passwort hat weniger als 15 Zeichen und ist ohne zweiten Faktor zu kurz. Ändern Sie es zuerst in ein längeres.',
  too_many: 'Davon gibt es schon so viele, wie es geben darf. Entfernen Sie zuerst, was nicht gebraucht wird.',
  expired: 'Das ist abgelaufen. Machen Sie ein neues.',
  too_high: 'Diese Rolle haben Sie in keinem dieser Standorte. Wählen Sie eine, die Sie haben.',
  unknown_site: 'Diesen Standort gibt es nicht, oder Sie sind dort nicht Mitglied.',
  foreign_origin: 'Der Browser sagt, dass diese Seite nicht die des Servers ist. Öffnen Sie den Server unter seiner eigenen Adresse.',
};

/** What went wrong, in the reader's language where that is known. */
export function sentenceOf(problem: ApiProblem | FieldProblem, language: Language): string {
  return (language === 'de' && GERMAN[problem.code]) || problem.message;
}
