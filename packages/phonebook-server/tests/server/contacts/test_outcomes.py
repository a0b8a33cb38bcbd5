"""What a preview says of each row adds up to what the plan counts, as long as rows are about different people."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from phonebook_core.contact import Contact, PhoneNumber
from phonebook_core.formats import read
from phonebook_core.importing import OnMatch, plan
from phonebook_core.phone_number import derive
from phonebook_server.contacts.importing import ImportOptions, report_of
from phonebook_server.contacts.outcomes import Outcome, preview_rows

VALUES = ("030 1234567", "+49 30 1234567", "030 7654321", "")
PEOPLE = st.lists(
    st.builds(
        lambda name, number, company, uid: Contact(
            display_name=name,
            numbers=(PhoneNumber(value=number),) if number else (),
            organization=company,
            external_id=uid,
        ),
        st.sampled_from(("Ada", "ADA", "Grace")),
        st.sampled_from(VALUES),
        st.sampled_from(("", "Navy", "Army")),
        st.sampled_from(("", "", "1", "2")),
    ),
    max_size=6,
)


def one_row_per_name(rows: list[Contact]) -> list[Contact]:
    """The first row of each name; several may contradict each other, and then only the plan knows which did what."""
    return list({row.display_name.lower(): row for row in reversed(rows)}.values())


def as_csv(contacts: list[Contact]) -> bytes:
    rows = [[c.display_name, *([n.value for n in c.numbers] or [""]), c.organization, c.external_id] for c in contacts]
    return "\n".join(",".join(row) for row in [["Name", "Phone", "Company", "UID"], *rows]).encode()


@settings(max_examples=300, deadline=None)
@given(stored=PEOPLE, rows=PEOPLE.filter(bool).map(one_row_per_name), on_match=st.sampled_from(OnMatch))
def test_outcomes_add_up_to_the_counts(stored: list[Contact], rows: list[Contact], on_match: OnMatch) -> None:
    existing = [derive(msgspec.structs.replace(c, id=str(n)), "DE") for n, c in enumerate(stored)]
    reading = read(as_csv(rows), filename="a.csv")
    planned = plan(existing, reading, region="DE", on_match=on_match)
    report = report_of(planned, reading)
    options = ImportOptions(on_match=on_match)
    shown = preview_rows(existing, reading, planned, report.problems, report.warnings, region="DE", options=options)
    counted = Counter(row.outcome for row in shown)
    assert {outcome: counted[outcome] for outcome in Outcome} == {
        outcome: getattr(report, outcome.value) for outcome in Outcome
    }
