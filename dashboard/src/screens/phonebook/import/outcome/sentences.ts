import type { RowProblem } from '~/api/types';
import type { Language } from '~/i18n/language';
import { sentenceOf } from '~/shared/problems/sentences';

type Said = Pick<RowProblem, 'code' | 'field' | 'message' | 'value' | 'repaired'>;

/** What the server says of rows, in German; what is not here stays as it wrote it. */
const GERMAN: Readonly<Record<string, (said: Said) => string>> = {
  'display_name required': () => 'Geben Sie dem Kontakt einen Namen, eine Firma, eine Nummer oder eine E-Mail-Adresse.',
  required: () => 'Hier fehlt etwas. Füllen Sie es aus, oder nehmen Sie es weg.',
  too_long: () => 'Ein Text dieser Zeile ist zu lang. Suchen Sie auch nach einem Anführungszeichen, das nicht geschlossen ist.',
  too_many: () => 'Das sind mehr Einträge, als ein Kontakt haben kann.',
  too_many_cells: () => 'Diese Zeile hat mehr Zellen, als es Spalten gibt. Vielleicht steht ein Trennzeichen in einem Text.',
  unreadable: () => 'In dieser Zeile sind Zeichen, die nicht lesbar sind. Vielleicht stimmt die Zeichenkodierung nicht.',
  broken_quotes: () => 'Ein Anführungszeichen ist geöffnet und nicht richtig geschlossen.',
  line_break: () => 'In einer Zelle ist ein Zeilenumbruch, wo keiner stehen kann.',
  same_id: () => 'Diese Kennung steht in der Datei noch einmal, mit anderen Werten. Geben Sie jedem Kontakt eine eigene.',
  group_card: () => 'Diese Karte ist eine Gruppe und kein Kontakt.',
  meta: () => 'Die Werte von Hersteller-Diensten sind nicht so geschrieben, wie sie sein müssen.',
  damaged_number: ({ value }) =>
    `${value} ist von einer Tabelle gerundet; die letzten Ziffern sind verloren. Schlagen Sie die Nummer nach.`,
  decimals: ({ value, repaired }) =>
    `${value} hat Nachkommastellen, die eine Tabelle angehängt hat; die Nummer ist ${repaired}.`,
  apostrophe: ({ value, repaired }) =>
    `${value} hat das Zeichen davor, an dem Tabellen Text erkennen; die Nummer ist ${repaired}.`,
  lost_plus: ({ value }) => `${value} hat vielleicht das + davor verloren: +${value} ist eine gültige Nummer.`,
  lost_zero: ({ value }) => `${value} hat vielleicht die 0 davor verloren: 0${value} ist eine gültige Nummer.`,
};

/** What is wrong with a row, in the reader's language. */
export function rowSentence(problem: RowProblem, language: Language): string {
  const german = GERMAN[`${problem.field} ${problem.code}`] ?? GERMAN[problem.code];
  return language === 'de' && german ? german(problem) : sentenceOf(problem, language);
}
