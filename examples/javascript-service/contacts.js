// What phones show: the order of contacts, their names, their numbers. See "Phonebook requests" of docs/protocol.md.

/** A text by which names are ordered: without case and accents. JavaScript has no case-folding; this is its nearest. */
export function fold(text) {
  const lower = (value) => value.toUpperCase().toLowerCase();
  return lower(lower(text).normalize("NFKD").replace(/\p{Mn}/gu, ""));
}

export function shownName(contact) {
  const parts = [contact.given_name, contact.family_name].filter(Boolean).join(" ");
  const first = (list) => list?.[0]?.value ?? "";
  return contact.display_name || parts || contact.organization || first(contact.numbers) || first(contact.emails);
}

/** How a number is dialled. `national` needs tables that this example does not have: it writes `00…` instead. */
export function dial(number, output = {}) {
  const form = output.form ?? "as_typed";
  let written = number.value.trim();
  if (!number.e164) return written;
  if (form === "e164") written = number.e164;
  else if (form !== "as_typed") written = "00" + number.e164.slice(1);
  return written.startsWith("+") ? written : (output.outside_prefix ?? "") + written;
}

/** The file, the same bytes for the same contacts. Its keys are ours; a real service writes what its phones read. */
export function render(about, contacts, settings) {
  const rows = [...contacts].map((contact) => {
    const name = shownName(contact);
    return { contact, name, key: Buffer.from(fold(name)), id: Buffer.from(contact.id ?? "") };
  });
  rows.sort((one, other) => Buffer.compare(one.key, other.key) || Buffer.compare(one.id, other.id));
  const shown = rows
    .filter(({ contact }) => contact.numbers?.length)
    .map(({ contact, name }) => ({
      name: printable(name),
      numbers: (settings.numbers === "first" ? contact.numbers.slice(0, 1) : contact.numbers).map((number) => ({
        label: printable(number.label ?? ""),
        number: printable(dial(number, about.output)),
      })),
    }));
  return Buffer.from(JSON.stringify({ title: printable(settings.title), contacts: shown }, null, 1) + "\n");
}

const printable = (text) => text.replace(/[\u0000-\u001f\u007f]+/g, " ").toWellFormed();
