"""Files as real programs write them, each with what must be read from it (`corpus/expected`)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from phonebook_core.formats import open_table as take_apart
from phonebook_core.formats import read, read_table, write_json
from phonebook_core.importing import OnMatch, plan

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.iterdir() if path.is_file())
REJECTED = {"fritzbox.xml": [3], "own.json": [2, 3]}
every_file = pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)


@every_file
def test_a_file_of_the_corpus_gives_the_contacts_that_are_expected(file: Path) -> None:
    reading = read(file.read_bytes(), filename=file.name)
    contacts = [row.contact for row in reading.rows if row.contact is not None]
    assert write_json(contacts) == (CORPUS / "expected" / f"{file.name}.json").read_bytes()
    assert [row.line for row in reading.rows if row.problems] == REJECTED.get(file.name, [])


@every_file
@pytest.mark.parametrize("on_match", OnMatch)
def test_a_file_of_the_corpus_imported_twice_changes_nothing(file: Path, on_match: OnMatch) -> None:
    reading = read(file.read_bytes(), filename=file.name)
    first = plan([], reading, region="DE", on_match=on_match)
    assert first.created == len(reading.rows) - len(REJECTED.get(file.name, []))
    stored = [msgspec.structs.replace(contact, id=f"c{n}") for n, contact in enumerate(first.creates)]
    second = plan(stored, reading, region="DE", on_match=on_match)
    assert (second.creates, second.updates, second.rejected) == ((), (), first.rejected)


@every_file
def test_the_detected_mapping_given_back_reads_the_same(file: Path) -> None:
    reading = read(file.read_bytes(), filename=file.name)
    table = take_apart(file.read_bytes(), filename=file.name)
    assert (table is None) == (reading.mapping is None)
    if table is not None:
        assert read_table(table, reading.mapping) == reading


@pytest.mark.parametrize(
    ("name", "format", "dialect", "encoding"),
    [
        ("google.csv", "csv", "", "utf-8"),
        ("outlook-de.csv", "csv", "", "cp1252"),
        ("apple.vcf", "vcard", "", "utf-8"),
        ("fritzbox.xml", "xml", "FRITZ!Box", "iso8859-1"),
        ("yealink-directory.xml", "xml", "Yealink", "utf-8"),
        ("yealink-book.xml", "xml", "Yealink", "utf-8"),
        ("snom-directory.xml", "xml", "Snom", "utf-8"),
        ("snom-tbook.xml", "xml", "Snom", "utf-8"),
        ("grandstream.xml", "xml", "Grandstream", "utf-8"),
        ("fanvil.xml", "xml", "Fanvil", "utf-8"),
        ("own.json", "json", "", "utf-8"),
        ("spreadsheet.xlsx", "xlsx", "", "utf-8"),
    ],
)
def test_a_file_is_known_by_what_it_holds_and_not_by_its_name(
    name: str, format: str, dialect: str, encoding: str
) -> None:
    reading = read((CORPUS / name).read_bytes())
    assert (reading.format, reading.dialect, reading.encoding) == (format, dialect, encoding)
