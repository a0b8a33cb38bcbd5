/** What was copied in a spreadsheet: its cells, row by row. */
export interface Pasted {
  rows: string[][];
  /** As it was copied, for the server: cells apart by tabs. */
  text: string;
}

/**
 * The cells in a text of the clipboard; null when it is not from a spreadsheet but some words. Cells with a tab, a quote or
 * a new line in them are quoted as in CSV.
 */
export function readClipboard(text: string): Pasted | null {
  const rows = readRows(text).filter((row) => row.some((cell) => cell.trim() !== ''));
  const isTable = rows.length > 1 || (rows[0]?.length ?? 0) > 1;
  return isTable ? { rows, text: writeRows(rows) } : null;
}

function readRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endCell = () => {
    row.push(cell);
    cell = '';
  };
  const endRow = () => {
    endCell();
    rows.push(row);
    row = [];
  };
  for (let n = 0; n < text.length; n += 1) {
    const character = text[n] ?? '';
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[n + 1] === '"') {
        cell += '"';
        n += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell === '') isQuoted = true;
    else if (character === '\t') endCell();
    else if (character === '\n') endRow();
    else if (character !== '\r') cell += character;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}

function writeRows(rows: readonly (readonly string[])[]): string {
  const quoted = (cell: string) => (/[\t\n\r"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(quoted).join('\t')).join('\r\n');
}
