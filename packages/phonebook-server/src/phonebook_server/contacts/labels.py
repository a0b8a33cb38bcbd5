"""One spelling for each label of numbers and e-mails, whatever language it was written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from phonebook_core.contact import fold

_MEANINGS: Final[Mapping[str, str]] = {
    "Work": "work|work phone|work number|business|business phone|office|office phone"
    "|arbeit|büro|buero|geschäft|geschaeft|geschäftlich|geschaeftlich|dienstlich|beruflich"
    "|bureau|travail|professionnel|pro|tél. bureau",
    "Mobile": "mobile|mobile phone|mobile number|cell|cell phone|cellphone|cellular|mobil|mobiltelefon|mobilnummer"
    "|handy|handynummer|natel|portable|gsm|tél. mobile|téléphone mobile|téléphone portable",
    "Home": "home|home phone|home number|private|personal|privat|zuhause|zu hause|daheim|festnetz privat"
    "|domicile|maison|privé|personnel",
    "Main": "main|main number|main phone|switchboard|zentrale|hauptnummer|haupttelefon|principal"
    "|numéro principal|téléphone principal",
    "Work Mobile": "work mobile|work cell|business mobile|mobile work|mobile (work)|handy geschäftlich"
    "|mobil geschäftlich|mobil dienstlich|diensthandy|firmenhandy|mobile professionnel|mobile pro|portable pro",
    "Fax": "fax|fax number|telefax|faxnummer|télécopie|télécopieur",
    "Work Fax": "work fax|business fax|office fax|fax work|fax (work)|fax geschäftlich|fax dienstlich|fax büro"
    "|fax arbeit|geschäftsfax|fax bureau|fax professionnel|fax pro",
    "Home Fax": "home fax|private fax|fax home|fax (home)|fax privat|privatfax|fax domicile|fax privé",
    "Pager": "pager|piepser|bipeur",
    "Car": "car|car phone|autotelefon|voiture",
    "Other": "other|other phone|andere|sonstige|sonstiges|weitere|autre",
}
"""What people write, by the label that it means; those are the labels that imports give too."""


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


_LABELS: Final = {_key(word): label for label, words in _MEANINGS.items() for word in words.split("|")}


def tidy_label(text: str) -> str:
    """The usual spelling of a label; one that means nothing known keeps its words, without needless spaces."""
    return _LABELS.get(_key(text)) or " ".join(text.split())
