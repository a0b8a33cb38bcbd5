/** Somebody to be added: a name, and numbers as they were written. */
export interface Person {
  name: string;
  numbers: string[];
}

export interface Pasted {
  people: Person[];
  /** Lines in which no number was found. */
  unread: string[];
}

const NUMBER = /^[+(]?[\d\s()/.\-–*#+]*\d[\d\s()/.\-–*#]*$/;
const AT_THE_END = /^(.*?\S)[\s:,;–-]+([+(]?\d[\d\s()/.-]*\d|\d{2,})$/;

/** Whether a piece of text is meant as a number: digits and what people put between them. */
function isNumber(text: string): boolean {
  return NUMBER.test(text) && text.replace(/\D/g, '').length >= 2;
}

/** One contact per line, as it is copied from a spreadsheet, an e-mail or a list: whatever is no number is the name. */
export function readPasted(text: string): Pasted {
  const people: Person[] = [];
  const unread: string[] = [];
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (!line) continue;
    const person = readLine(line);
    if (person) people.push(person);
    else unread.push(line);
  }
  return { people, unread };
}

function readLine(line: string): Person | null {
  const isTable = /[\t;]/.test(line);
  const parts = line
    .split(isTable ? /[\t;]/ : ',')
    .map((part) => part.trim().replace(/^"(.*)"$/, '$1'))
    .filter(Boolean);
  const numbers = parts.filter(isNumber);
  const names = parts.filter((part) => !isNumber(part));
  if (numbers.length === 0) {
    const found = AT_THE_END.exec(line);
    return found?.[1] && found[2] ? { name: found[1].replace(/[:,;–-]+$/, '').trim(), numbers: [found[2]] } : null;
  }
  return names.length > 0 ? { name: names.join(isTable ? ' ' : ', '), numbers } : null;
}

/** The people as a table that the server imports (CSV), with what its columns hold. */
export function asTable(people: readonly Person[], group = ''): { text: string; mapping: string } {
  const most = Math.max(1, ...people.map(({ numbers }) => numbers.length));
  const headers = ['name', 'group', ...Array.from({ length: most }, (_, index) => `number ${index + 1}`)];
  const rows = people.map(({ name, numbers }) => [
    name,
    group,
    ...Array.from({ length: most }, (_, index) => numbers[index] ?? ''),
  ]);
  const text = [headers, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n');
  const fields = ['display_name', 'groups', ...Array.from({ length: most }, () => 'number')];
  const columns = headers.map((header, index) => ({ header, field: fields[index] }));
  return { text, mapping: JSON.stringify({ columns }) };
}

function quoted(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}
