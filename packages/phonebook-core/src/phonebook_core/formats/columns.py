"""What the columns of contact files are called, by whom, and what each of them holds.

Headers are compared without case, accents, spaces and punctuation. A number in a header (`Business Phone 2`) is
ignored unless it ties a label column to its value column (`Phone 1 - Label`, `Phone 1 - Value`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from phonebook_core.contact import fold
from phonebook_core.formats.labels import SECOND_RANK

OWN_NAMES: Final = ("Display Name", "Given Name", "Family Name", "Organization", "Department", "Title")
"""The first columns of our own export, as `contact.TEXT_FIELDS` in the order for people."""
OWN_ENDS: Final = ("Groups", "Note", "Meta", "External ID")
"""The last columns of our own export; between them are `Number 1 - Label`, `Number 1 - Value`, … and `Email 1 - …`."""

_FIELDS: Final = {
    "display_name": "Display Name|Full Name|Contact Name|Contact|Anzeigename|Angezeigter Name|Vollständiger Name"
    "|Kontakt|Kontaktname|Nom complet|Nom affiché|Nom d'affichage|Nombre completo|Nombre para mostrar|Contacto",
    "given_name": "First Name|Given Name|Forename|First|Vorname|Rufname|Prénom|Nombre de pila",
    "middle": "Middle Name|Additional Name|Weitere Vornamen|Zweiter Vorname|Deuxième prénom|Segundo nombre",
    "family_name": "Last Name|Family Name|Surname|Last|Nachname|Familienname|Zuname|Nom de famille|Apellido|Apellidos",
    "name": "Name|Nom|Nombre",
    "organization": "Company|Company Name|Organization|Organisation|Organization Name|Organisation Name|Firma"
    "|Firmenname|Unternehmen|Société|Entreprise|Empresa|Compañía|Organización|Organización Nombre",
    "department": "Department|Organization Department|Abteilung|Service|Département|Departamento",
    "title": "Job Title|Organization Title|Position|Role|Funktion|Fonction|Poste occupé|Cargo|Puesto",
    "maybe_title": "Title|Titel|Titre|Título",
    "note": "Note|Notes|Comment|Comments|Remark|Remarks|Notiz|Notizen|Bemerkung|Bemerkungen|Kommentar|Anmerkungen"
    "|Remarque|Remarques|Commentaire|Nota|Notas|Comentarios",
    "groups": "Group|Groups|Category|Categories|Labels|Tags|Group Membership|Gruppe|Gruppen|Kategorie|Kategorien|Groupe"
    "|Groupes|Catégorie|Catégories|Grupo|Grupos|Categoría|Categorías",
    "meta": "Meta",
    "external_id": "External ID|UID|Contact ID|Externe ID|ID externe|ID externo",
}
# Not here: `Private` and `Office` alone, which are a flag and a place in Outlook.
_NUMBERS: Final = {
    "": "Phone|Phone Number|Phone No|Telephone|Telephone Number|Tel|Tel No|Tel Nr|Number|Primary Number|Telefon"
    "|Telefonnummer|Telefon Nr|Rufnummer|Nummer|Téléphone|Numéro|Numéro de téléphone|Teléfono|Número"
    "|Número de teléfono",
    "Work": "Work|Work Phone|Work Number|Business|Business Phone|Business Number|Office Phone|Office Number"
    "|Telefon geschäftlich|Telefon geschaeftlich|Geschäftlich|Geschaeftlich|Telefon dienstlich|Dienstlich"
    "|Telefon Büro|Arbeit|Telefon Arbeit|Téléphone (bureau)|Tél. bureau|Téléphone professionnel"
    "|Tél. professionnel|Professionnel|Teléfono del trabajo|Teléfono trabajo|Trabajo|Teléfono de la oficina"
    "|Teléfono oficina",
    "Mobile": "Mobile|Mobile Phone|Mobile Number|Cell|Cell Phone|Cellphone|GSM|Mobil|Mobiltelefon|Mobilnummer|Mobil Nr"
    "|Handy|Handynummer|Telefon mobil|Tél. mobile|Téléphone mobile|Portable|Tél. portable|Téléphone portable|Móvil"
    "|Teléfono móvil|Celular",
    "Home": "Home|Home Phone|Home Number|Private Phone|Telefon privat|Privatnummer|Festnetz"
    "|Téléphone (domicile)|Tél. domicile|Domicile|Téléphone privé|Casa|Particular|Teléfono particular"
    "|Teléfono de casa|Teléfono casa",
    "Main": "Main|Main Number|Main Phone|Company Main Phone|Company Phone|Primary Phone|Telefon Firma|Haupttelefon"
    "|Zentrale|Téléphone société|Téléphone principal|Teléfono principal|Centralita|Tel. principal de la organización",
    "Extension": "Extension|Ext|Ext No|Internal|Internal Number|Durchwahl|Nebenstelle|Intern|Interne Nummer|Poste"
    "|Numéro interne|Interne|Extensión|Interno",
    "Fax": "Fax|Fax Number|Other Fax|Telefax|Weiteres Fax|Faxnummer|Télécopie|Télécopie (autre)|Otro fax",
    "Work Fax": "Business Fax|Work Fax|Office Fax|Fax geschäftlich|Fax geschaeftlich|Fax dienstlich|Télécopie (bureau)"
    "|Fax bureau|Fax del trabajo",
    "Home Fax": "Home Fax|Fax privat|Télécopie (domicile)|Fax domicile|Fax particular",
    "Other": "Other Phone|Weiteres Telefon|Téléphone (autre)|Otro teléfono",
    "Pager": "Pager|Récepteur de radiomessagerie|Récepteur de messages|Localizador|Buscapersonas",
    "Car": "Car Phone|Autotelefon|Téléphone (voiture)|Teléfono del automóvil",
    "Assistant": "Assistant's Phone|Assistant Phone|Telefon Assistent|Téléphone de l'assistant(e)|Téléphone assistant"
    "|Teléfono del ayudante",
    "Callback": "Callback|Rückmeldung|Rappel|Devolución de llamada",
    "Radio": "Radio Phone|Radio téléphone|Radiotéléphone|Radioteléfono",
    "ISDN": "ISDN|RNIS|RDSI",
    "Telex": "Telex|Télex",
    "TTY": "TTY/TDD Phone|Telefon für Hörbehinderte|Téléphone TDD/TTY|TTY/TDD",
}
_EMAILS: Final = {
    "": "E-mail|Mail|E-mail Address|Mail Address|E-Mail-Adresse|Mailadresse|Adresse e-mail|Adresse mail"
    "|Adresse de messagerie|Courriel|Correo|Correo electrónico|Dirección de correo electrónico",
    "Work": "Work E-mail|Business E-mail|E-mail geschäftlich|E-mail professionnel",
    "Home": "Home E-mail|Private E-mail|Personal E-mail|E-mail privat|E-mail privé",
}
_SLOT: Final = re.compile(r"(phone|number|email)(\d{1,3})(type|label|value)")


class Pair(Struct, frozen=True):
    """Where a number or e-mail stands, and its label: in a column, or fixed by the header."""

    value: int
    label: int | None = None
    fixed: str = ""


class Layout(Struct, frozen=True, kw_only=True):
    """What the columns hold, by position. `own` is our own export, read to the letter."""

    texts: tuple[tuple[str, int], ...] = ()
    middle: tuple[int, ...] = ()
    numbers: tuple[Pair, ...] = ()
    emails: tuple[Pair, ...] = ()
    groups: tuple[int, ...] = ()
    meta: int | None = None
    own: bool = False
    width: int = 0
    ignored: tuple[str, ...] = ()

    @property
    def has_name_or_number(self) -> bool:
        """Whether contacts can be made of it."""
        names = ("display_name", "given_name", "family_name", "organization")
        return bool(self.numbers) or any(field in names for field, _ in self.texts)


def normal(header: str) -> str:
    """A header reduced to what is compared: its letters and digits, folded."""
    return "".join(c for c in fold(header) if c.isalnum())


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {normal(word): meaning for meaning, words in table.items() for word in words.split("|")}


_FIELD_OF: Final = _by_word(_FIELDS)
_NUMBER_OF: Final = _by_word(_NUMBERS)
_EMAIL_OF: Final = _by_word(_EMAILS)


def count_known(headers: Sequence[str]) -> int:
    """How many of the headers mean something here."""
    return sum(_meaning(normal(header)) is not None for header in headers)


def recognise(headers: Sequence[str]) -> Layout:
    """What the columns under these headers hold. Unknown ones are `ignored`; see `Layout.has_name_or_number`."""
    stripped = [header.strip() for header in headers]
    found: dict[str, list[int]] = {}
    slots: dict[tuple[str, int], dict[str, int]] = {}
    single: dict[str, list[Pair]] = {"number": [], "email": []}
    for index, header in enumerate(stripped):
        meaning = _meaning(normal(header))
        if meaning is None:
            continue
        kind, detail, slot = meaning
        if slot:
            slots.setdefault((kind, slot), {}).setdefault(detail, index)
        elif kind == "field":
            found.setdefault(detail, []).append(index)
        else:
            single[kind].append(Pair(index, None, detail))
    _settle_names(found)
    slotted: dict[str, list[Pair]] = {"number": [], "email": []}
    for (kind, _), parts in sorted(slots.items(), key=lambda item: item[0]):
        if "value" in parts:
            slotted[kind].append(Pair(parts["value"], parts.get("label")))
    single["number"].sort(key=lambda pair: pair.fixed in SECOND_RANK)
    numbers, emails = (slotted[kind] + single[kind] for kind in ("number", "email"))
    singles = (
        "display_name",
        "given_name",
        "family_name",
        "organization",
        "department",
        "title",
        "note",
        "external_id",
    )
    layout = Layout(
        texts=tuple((field, index) for field in singles for index in found.get(field, ())),
        middle=tuple(found.get("middle", ())),
        numbers=tuple(numbers),
        emails=tuple(emails),
        groups=tuple(found.get("groups", ())),
        meta=next(iter(found.get("meta", ())), None),
        own=tuple(stripped[: len(OWN_NAMES)]) == OWN_NAMES and tuple(stripped[-len(OWN_ENDS) :]) == OWN_ENDS,
        width=len(headers),
    )
    used = {index for _, index in layout.texts} | set(layout.middle) | set(layout.groups)
    used |= {i for pair in (*numbers, *emails) for i in (pair.value, pair.label) if i is not None}
    if layout.meta is not None:
        used.add(layout.meta)
    ignored = tuple(header for index, header in enumerate(stripped) if header and index not in used)
    return Layout(**{name: getattr(layout, name) for name in layout.__struct_fields__} | {"ignored": ignored})


def _meaning(word: str) -> tuple[str, str, int] | None:
    """What a header means: (`field` | `number` | `email`, field or label or part, slot)."""
    if match := _SLOT.fullmatch(word):
        kind = "email" if match[1] == "email" else "number"
        return kind, "value" if match[3] == "value" else "label", int(match[2])
    for candidate in (word, re.sub(r"\d+", "", word)):
        for kind, words in (("field", _FIELD_OF), ("number", _NUMBER_OF), ("email", _EMAIL_OF)):
            if (detail := words.get(candidate)) is not None:
                return kind, detail, 0
    return None


def _settle_names(found: dict[str, list[int]]) -> None:
    """Decide what `Name` and `Title` mean beside their neighbours: `Nom` next to `Prénom` is the family name."""
    if names := found.pop("name", None):
        if "given_name" in found and "family_name" not in found:
            meaning = "family_name"
        elif "family_name" in found and "given_name" not in found:
            meaning = "given_name"
        else:
            meaning = "display_name"
        found.setdefault(meaning, []).extend(names)
    titles = found.pop("maybe_title", None)
    if titles and "title" not in found:  # Outlook has the courtesy title (Mr, Herr) beside the job title
        found["title"] = titles[-1:]
