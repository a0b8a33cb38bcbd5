"""Reading a file as a phone does, whatever its format: is it well formed, and which texts are in it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import msgspec

from phonebook_vendor_sdk.conformance.check import Failed
from phonebook_vendor_sdk.conformance.phone import Answer


def texts_in(answer: Answer) -> str:
    """Every text in the file, with one space for each run of white space. Fails when the file is not well formed.

    XML and JSON are parsed; from anything else (vCard, CSV, plain text) the signs that escape others are taken out.
    """
    body = answer.unzipped
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.endswith("xml") or body.lstrip().startswith((b"<?xml", b"<")):
        found = " ".join(_texts_of_xml(body))
    elif kind.endswith("json"):
        found = " ".join(_texts_of_json(body))
    else:
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Failed(f"The file is not UTF-8: {error}.") from None
        found = re.sub(r"\\(.)", r"\1", re.sub(r"\r?\n[ \t]", "", text)).replace('""', '"')
    return " ".join(found.split())


def _texts_of_xml(body: bytes) -> Iterator[str]:
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.CharacterDataHandler = found.append
    parser.StartElementHandler = lambda name, attributes: found.extend(attributes.values())
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Failed(f"The file is not well-formed XML: {error}.") from None
    return iter(found)


def _texts_of_json(body: bytes) -> Iterator[str]:
    try:
        waiting: list[Any] = [msgspec.json.decode(body)]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Failed(f"The file is not JSON: {error}.") from None
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(reversed([*value.keys(), *value.values()]))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
