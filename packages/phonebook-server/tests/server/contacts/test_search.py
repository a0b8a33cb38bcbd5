"""Finding contacts as somebody types: every writing, the best first, pages that join, nothing that breaks it."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from support.house import BOOK, EDITOR, FOREIGN_BOOK, OTHER_BOOK, STRANGER, VIEWER, House, open_house

from phonebook_core.contact import Contact, in_order
from phonebook_core.errors import Invalid, NotFound
from phonebook_core.finding import Finder
from phonebook_server.contacts import search
from phonebook_server.contacts.inputs import EmailInput, NumberInput
from phonebook_server.contacts.listing import list_contacts, list_groups
from phonebook_server.contacts.search import Query, Scope, Sort
from phonebook_server.db import tables

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def names(house: House, text: str = "", **asked: Any) -> list[str]:
    """The shown names of what is found, asked for in pages of every size, which must agree."""
    included = asked.pop("included", True)
    query = Query(text=text, **asked)
    found: list[list[str]] = []
    total: int | None = None
    for limit in (1, 3, 100):
        cursor: str | None = None
        pages: list[str] = []
        while True:
            page = await list_contacts(
                house.server, VIEWER, BOOK, query=query, included=included, cursor=cursor, limit=limit
            )
            if cursor is None:
                total = page.total
            pages += [stored.contact.display_name for stored in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        found.append(pages)
        assert total == len(pages)
    assert found[0] == found[1] == found[2]
    return found[0]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Jürgen Müller", ("jürgen", "JURGEN", "juergen", "Mül", "mull", "muell", "müller jür", "jürgen mu")),
        ("Mueller", ("Müller", "mueller", "muel")),
        ("Søren Østergård", ("søren", "soren", "soeren", "øster", "oster", "oestergaard", "ostergard")),
        ("Voß", ("voß", "voss", "VOSS", "vos")),
        ("Łukasz Świątek", ("lukasz", "łuk", "swiatek", "Świą")),
        ("Ольга Щербаков", ("ольга", "olga", "щерб", "shcher", "ЩЕРБАКОВ")),
        ("Γιώργος", ("γιωρ", "Γιώργ", "gio", "γιώργος")),
        ("İbrahim Yıldız", ("ibrahim", "İbra", "yildiz", "yıl")),
        ("佐藤 太郎", ("佐", "佐藤", "太郎")),
        ("राहुल शर्मा", ("राहुल", "राहु", "rahul")),
        ("محمد الحسيني", ("محمد", "الحس")),
        (
            "Sinéad O’Connor-Smith",
            ("o'con", "oconnor", "O’Connor", "connor", "smith", "o'connor-smith", "Smith sinead"),
        ),
        ("Zoë Straße 4711", ("zoe", "strasse", "4711", "47", "stra 4711")),
    ],
)
async def test_a_name_is_found_in_every_way_in_which_people_write_it(
    house: House, stored: str, typed: tuple[str, ...]
) -> None:
    await house.create(display_name=stored)
    await house.create(display_name="Qqq")
    for text in typed:
        assert await names(house, text) == [stored], text


async def test_a_decomposed_accent_is_the_composed_one(house: House) -> None:
    await house.create(display_name="Ju\u0308rgen")
    for text in ("jürgen", "ju\u0308rg", "juerg", "jurgen"):
        assert await names(house, text) == ["Ju\u0308rgen"]


WRITINGS = ("0171-5", "0171 5", "+49 171 5", "+49171555", "+49 (0)171 5", "0049 171 5", "171 5", "(0171) 55", "49171")


@pytest.mark.parametrize(
    "stored", ["+49 171 5550100", "0171/5550100", "+49 (0)171 5550100", "0049 171 5550100", "01715550100"]
)
async def test_a_number_is_found_in_any_writing(house: House, stored: str) -> None:
    await house.create(display_name="Anna", numbers=[NumberInput(value=stored)])
    await house.create(display_name="Other", numbers=[NumberInput(value="+49 172 5550100"), NumberInput(value="+1 71")])
    for text in (*WRITINGS, "anna 0171", "0171 ann", "0171 5 anna"):
        assert await names(house, text) == ["Anna"], text
    for text in ("0171 6", "+49 71", "+1 715", "00171", "0715"):
        assert "Anna" not in await names(house, text), text


@pytest.mark.parametrize(
    ("stored", "found_by", "not_by"),
    [
        ("*21#", ("*21#", "*21", "*2", "*", "21"), ("#21", "*22", "31")),
        ("**9", ("**9", "**"), ("*9",)),
        ("200", ("200", "20", "2"), ("0200", "00")),
        ("030/123456-15", ("030 123456", "030123456-15", "15", "12345615", "45615", "615"), ("0315", "3456")),
        ("+49 30 2000123", ("2000", "2000123", "123"), ("0123", "00123 5")),
        ("sip:anna@pbx.example", ("anna", "sip:anna@pbx", "pbx"), ("bob",)),
        ("110", ("110", "11"), ("0110",)),
        ("+49 171 5", ("0171 5", "+49171", "0049 1715", "171"), ("0172",)),
    ],
)
async def test_short_codes_feature_codes_extensions_and_addresses_are_found_as_typed(
    house: House, stored: str, found_by: tuple[str, ...], not_by: tuple[str, ...]
) -> None:
    await house.create(display_name="Xaver", numbers=[NumberInput(value=stored)])
    for text in found_by:
        assert await names(house, text) == ["Xaver"], text
    for text in not_by:
        assert await names(house, text) == [], text


async def test_companies_groups_addresses_and_the_beginning_of_notes_are_found_too(house: House) -> None:
    await house.create(
        display_name="Ada",
        organization="Bäckerei Groß",
        department="Backstube",
        title="Meisterin",
        note="Mag Roggen" + "x" * 600 + " verloren",
        groups=["Nachtschicht West"],
        emails=[EmailInput(value="ada.lovelace@example.org")],
    )
    await house.create(display_name="Bob", organization="Schmiede")
    texts = ("baeck", "gross bäck", "backs", "meis", "rogg", "west", "nacht", "lovelace", "ada.love", "example.org")
    for text in (*texts, "ada.lovelace@example.org", "ada backstube", "ada west 'meis'"):
        assert await names(house, text) == ["Ada"], text
    for text in ("verloren", "ada schmiede", "äckerei"):
        assert await names(house, text) == [], text


async def test_the_best_comes_first(house: House) -> None:
    for name, fields in (
        ("Berta Anders", {}),
        ("Xaver", {"organization": "Anders GmbH"}),
        ("Anders Zorn", {}),
        ("Anders Ahl", {}),
        ("Zoe Anders", {}),
        ("Carl", {"groups": ["Anders"]}),
        ("Uwe Panders", {}),
    ):
        await house.create(display_name=name, **fields)
    assert await names(house, "anders") == [
        "Anders Ahl", "Anders Zorn", "Berta Anders", "Zoe Anders", "Carl", "Xaver",
    ]  # fmt: skip
    assert await names(house, "anders", sort=Sort.NAME) == [
        "Anders Ahl", "Anders Zorn", "Berta Anders", "Carl", "Xaver", "Zoe Anders",
    ]  # fmt: skip
    assert (await names(house, "anders z"))[:2] == ["Anders Zorn", "Zoe Anders"]


async def test_given_and_family_names_are_found_behind_another_shown_name(house: House) -> None:
    await house.create(display_name="Chefin", given_name="Ada", family_name="Lovelace")
    assert await names(house, "lovelace ada") == ["Chefin"]


@pytest.mark.parametrize(
    "text",
    ['"', "'", '" OR names:*', "a AND", "NOT a", "NEAR(a b)", "a*", "^a", "{names} : a", "-a", "(", ")", "a:b", "\\",
     "%", "_", ";--", "\0", "\ud800", "+", "+*21", "*#", "/", "½", "℀", "👩‍👩‍👧", "\u202eabc", "x" * 5_000, "a " * 500,
     "1 " * 300, "+" * 100, "\u00a0", "ﷺ", "phonebook:" + BOOK],
)  # fmt: skip
async def test_nothing_that_is_typed_breaks_the_search(house: House, text: str) -> None:
    await house.create(display_name="Ada", numbers=[NumberInput(value="030 123456")])
    for sort in (None, Sort.UPDATED_DOWN):
        page = await list_contacts(house.server, VIEWER, BOOK, query=Query(text=text, sort=sort), cursor=None, limit=5)
        assert len(page.items) <= 1
    async with house.server.db.reading() as connection:
        assert len(await search.find_all(connection, BOOK, Query(text=text))) <= 1


@pytest.mark.parametrize("name", ["& Co.", "…", "(Anna)", "„Zur Post“", "#1 Taxi", "* Wichtig", "½ Haus", "!!!"])
async def test_a_shown_name_is_found_by_its_beginning_whatever_it_is(house: House, name: str) -> None:
    await house.create(display_name=name)
    for end in range(1, len(name) + 1):
        page = await list_contacts(house.server, VIEWER, BOOK, query=Query(text=name[:end]), cursor=None, limit=5)
        assert [stored.contact.display_name for stored in page.items] == [name]


async def test_every_order_is_the_same_walked_sorted_and_backwards(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(4)
    for n in range(40):
        house.now += chance.choice((0, 1000))
        name = f"{chance.choice(('Anna', 'Änne', 'Zoe', 'anna'))} {n}"
        await house.create(
            display_name=name,
            organization=chance.choice(("", "Acme", "Öl AG", "zeta", "ACME")),
            groups=["A"] if n % 3 else ["B", "A"],
        )
    for stored in list((await house.live()).values())[::4]:
        await house.change(stored.id, note="changed")
    gone = next(iter(await house.live()))
    await house.delete(gone)
    live = in_order((await house.live()).values())
    by_name = [contact.display_name for contact in live]
    results: list[list[list[str]]] = []
    companies: list[str] = []
    updated: list[str] = []
    for few in (0, 1_000):
        monkeypatch.setattr(search, "FEW", few)
        assert await names(house) == by_name
        assert await names(house, sort=Sort.NAME_DOWN) == by_name[::-1]
        assert await names(house, group="B") == [c.display_name for c in live if "B" in c.groups]
        assert sorted(await names(house, "an")) == sorted(n for n in by_name if n.lower().startswith(("an", "än")))
        companies = await names(house, sort=Sort.ORGANIZATION)
        assert await names(house, sort=Sort.ORGANIZATION_DOWN) == companies[::-1]
        updated = await names(house, sort=Sort.UPDATED)
        assert await names(house, sort=Sort.UPDATED_DOWN) == updated[::-1]
        results.append(
            [companies, updated]
            + [
                await names(house, text, group=group, sort=sort)
                for text in ("a", "anna 1", "acme")
                for group in ("", "B")
                for sort in (None, *Sort)
            ]
        )
    assert results[0] == results[1]
    organizations = {c.display_name: c.organization for c in live}
    firms = [organizations[name].lower() for name in companies]
    assert firms == sorted(firms, key=lambda firm: (firm == "", firm.replace("ö", "o")))
    times = [(await _named(house, name)).updated_at for name in updated]
    assert times == sorted(times)


async def _named(house: House, name: str) -> Any:
    page = await list_contacts(house.server, VIEWER, BOOK, query=Query(text=name), cursor=None, limit=50)
    return next(stored for stored in page.items if stored.contact.display_name == name)


async def test_pages_join_without_gaps_while_contacts_change(house: House) -> None:
    made = [await house.create(display_name=f"Anna {n:02}") for n in range(12)]
    query = Query(text="anna")
    first = await list_contacts(house.server, VIEWER, BOOK, query=query, cursor=None, limit=5)
    await house.delete(made[4].contact.id)  # on which the cursor stands
    await house.change(made[1].contact.id, display_name="Anna 99")
    rest = await list_contacts(house.server, VIEWER, BOOK, query=query, cursor=first.next_cursor, limit=50)
    assert [s.contact.display_name for s in rest.items] == [f"Anna {n:02}" for n in (*range(5, 12), 99)]
    assert (first.total, rest.total) == (12, None)


@pytest.mark.parametrize("query", [Query(), Query(text="b"), Query(sort=Sort.UPDATED), Query(text="a", sort=Sort.NAME)])
async def test_a_cursor_of_another_search_is_refused(house: House, query: Query) -> None:
    for n in range(3):
        await house.create(display_name=f"Anna {n}")
    page = await list_contacts(house.server, VIEWER, BOOK, query=query, cursor=None, limit=1)
    other = Query(sort=Sort.ORGANIZATION)
    if page.next_cursor is None:
        return
    with pytest.raises(Invalid, match="begin anew") as raised:
        await list_contacts(house.server, VIEWER, BOOK, query=other, cursor=page.next_cursor, limit=1)
    assert raised.value.field == "cursor"


async def test_what_is_deleted_changed_or_restored_is_found_as_it_is_now(house: House) -> None:
    made = await house.create(display_name="Ada", groups=["A"], numbers=[NumberInput(value="030 123456")])
    id = made.contact.id
    await house.change(id, display_name="Grace", groups=["B"], numbers=[NumberInput(value="040 123456")])
    assert [await names(house, text) for text in ("ada", "030 1", "grace", "040 1")] == [[], [], ["Grace"], ["Grace"]]
    assert (await names(house, group="A"), await names(house, group="B")) == ([], ["Grace"])
    await house.delete(id)
    assert [await names(house, text) for text in ("grace", "040 1", "")] == [[], [], []]


async def test_other_phonebooks_are_not_searched_and_strangers_not_answered(house: House) -> None:
    await house.create(display_name="Anna here")
    await house.fill(3, OTHER_BOOK, organization="Anna AG")
    await house.fill(3, FOREIGN_BOOK, organization="Anna AG")
    assert await names(house, "anna") == ["Anna here"]
    with pytest.raises(NotFound):
        await list_contacts(house.server, STRANGER, BOOK, query=Query(text="anna"), cursor=None, limit=5)
    with pytest.raises(NotFound):
        await list_groups(house.server, STRANGER, BOOK)


async def test_included_contacts_are_found_in_the_same_order_and_only_those_that_come_along(house: House) -> None:
    await house.create(display_name="Anna 2", groups=["Own"])
    await house.create(OTHER_BOOK, display_name="Anna 1", groups=["Sales"])
    await house.create(OTHER_BOOK, display_name="Anna 3", groups=["Sales", "Own"])
    await house.create(OTHER_BOOK, display_name="Anna 4", groups=["Secret"])
    await house.create(OTHER_BOOK, display_name="Bob Anna", groups=["Sales"])
    async with house.server.db.transaction() as connection:
        await connection.execute(
            insert(tables.Inclusion).values(
                phonebook_id=BOOK, included_id=OTHER_BOOK, groups='["Sales"]', created_at=house.now
            )
        )
    everybody = ["Anna 1", "Anna 2", "Anna 3", "Bob Anna"]
    assert await names(house, "anna") == everybody
    assert await names(house) == everybody
    assert await names(house, sort=Sort.NAME_DOWN) == everybody[::-1]
    assert await names(house, "anna", group="Own") == ["Anna 2", "Anna 3"]
    assert await names(house, "anna", included=False) == ["Anna 2"]
    groups = await list_groups(house.server, VIEWER, BOOK)
    assert [(group.name, group.count) for group in groups] == [("Own", 2), ("Sales", 3)]
    groups = await list_groups(house.server, VIEWER, BOOK, included=False)
    assert [(group.name, group.count) for group in groups] == [("Own", 1)]


async def test_groups_are_told_apart_exactly_and_counted_once_per_contact(house: House) -> None:
    for groups in (["Öl", "öl"], ["Öl", "Öl"], ["Zoo"], []):
        await house.create(display_name="x", groups=groups, note='"groups":')
    found = await list_groups(house.server, VIEWER, BOOK)
    assert [(group.name, group.count) for group in found] == [("Öl", 2), ("öl", 1), ("Zoo", 1)]
    assert len(await names(house, group="öl")) == 1


async def test_all_that_match_are_found_at_once_for_bulk_work(house: House) -> None:
    _, ids = await house.fill(2_500, groups=("A",))
    await house.create(display_name="Else", groups=["A"])
    async with house.server.db.reading() as connection:
        found = await search.find_all(connection, BOOK, Query(text="contact", group="A"))
        assert sorted(found) == sorted(ids)
        assert await search.count(connection, [Scope(BOOK)], Query(text="contact")) == 2_500
        assert len(await search.find_all(connection, BOOK, Query())) == 2_501


async def test_more_than_ten_thousand_matches_are_not_counted_but_the_book_is(house: House) -> None:
    await house.fill(search.MAX_COUNTED + 1)
    found = await list_contacts(house.server, VIEWER, BOOK, query=Query(text="cont"), cursor=None, limit=10)
    listed = await list_contacts(house.server, EDITOR, BOOK, cursor=None, limit=10)
    assert (found.total, listed.total) == (None, search.MAX_COUNTED + 1)


def test_a_contact_like_every_other_has_a_bounded_number_of_tokens() -> None:
    from phonebook_core.search_terms import index_contact

    tokens = index_contact(Contact(display_name="x" * 255, note="a " * 5_000))
    assert (len(tokens.names), len(tokens.others)) == (48, 1)


async def test_a_search_on_a_phone_finds_the_same_in_the_same_order(house: House) -> None:
    chance = random.Random(11)
    words = ["Jürgen", "Jurgen", "Groß", "gross", "Müller", "O’Connor", "Ольга", "Olga", "佐藤", "Anna-Lena", "anna"]
    words += ["4711", "Øst", "AG", "&", "Söhne"]
    values = ("+49 171 5550100", "0171/5550199", "030 23125-101", "200", "*21#", "sip:anna@example.org", "Durchwahl 12")
    for _ in range(150):
        await house.create(
            display_name=" ".join(chance.choices(words, k=chance.randint(0, 3))),
            organization=" ".join(chance.choices(words, k=chance.randint(0, 2))),
            groups=chance.sample(["Vertrieb", "anna", "Lager 4711"], k=chance.randint(0, 2)),
            numbers=[NumberInput(value=value) for value in chance.sample(values, k=chance.randint(1, 3))],
        )
    finder = Finder(in_order((await house.live()).values()))
    typed = [
        "",
        " ",
        "&",
        "j",
        "an",
        "anna",
        "anna l",
        "ol",
        "0171",
        "+49 171 5",
        "171",
        "99",
        "*",
        "4711",
        "40",
        "sip",
    ]
    typed += [" ".join(chance.choices([*words, "0171", "200", "vertr"], k=2)).lower() for _ in range(40)]
    for text in typed:
        page = await list_contacts(house.server, VIEWER, BOOK, query=Query(text=text), cursor=None, limit=500)
        found = finder.find(text, limit=500)
        assert [contact.id for contact in found] == [stored.contact.id for stored in page.items], text
        assert finder.find(text, limit=7) == found[:7], text
