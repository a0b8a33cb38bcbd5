from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from phonebook_vendor_sdk import XmlWriter

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60) | st.text(
    st.sampled_from("&<>\"'\t\n\r\0\x1b\ufffe\ud800]-!#;\u2028\u202eäß漢😀"), max_size=30
)


@given(title=ANYTHING, rows=st.lists(st.tuples(ANYTHING, ANYTHING), max_size=5))
def test_it_parses_and_nothing_is_lost_but_what_xml_forbids(title: str, rows: list[tuple[str, str]]) -> None:
    xml = XmlWriter("Root", name=title)
    for text, value in rows:
        with xml.inside("Row", value=value):
            xml.element("Text", text, label=value)
    root = etree.fromstring(xml.document())
    assert root.get("name") == FORBIDDEN.sub("", title)
    assert len(root) == len(rows)
    for element, (text, value) in zip(root, rows, strict=True):
        assert element.get("value") == FORBIDDEN.sub("", value)
        assert (element[0].text or "") == FORBIDDEN.sub("", text)
        assert element[0].get("label") == FORBIDDEN.sub("", value)


def test_the_bytes_are_these() -> None:
    xml = XmlWriter("Root")
    xml.element("Title", "A & B")
    with xml.inside("Row", one="1", none=None, two='"<'):
        xml.element("Empty")
        with xml.inside("Deep"):
            xml.element("Text", "x\ry")
    assert xml.document() == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Root>\n<Title>A &amp; B</Title>\n<Row one="1" two="&quot;&lt;">'
        b"\n<Empty/>\n<Deep><Text>x&#13;y</Text></Deep>\n</Row>\n</Root>\n"
    )


def test_names_come_from_code_and_are_checked() -> None:
    xml = XmlWriter("Root")
    for act in (lambda: xml.element("a b"), lambda: xml.inside("ä"), lambda: xml.element("a", **{"x y": "1"})):
        with pytest.raises(ValueError, match="is not a name"):
            act()
    with pytest.raises(ValueError, match="is not a name"):
        XmlWriter("1")


def test_a_document_with_an_open_element_is_refused() -> None:
    xml = XmlWriter("Root")
    with xml.inside("Row"), pytest.raises(ValueError, match="Row is still open"):
        xml.document()


def test_an_attribute_may_be_called_as_the_arguments_are() -> None:
    xml = XmlWriter("Root", root="r", name="n")
    xml.element("A", "a", name="n", text="t")
    with xml.inside("B", name="n"):
        xml.pair("C", name="n", text="t")
    root = etree.fromstring(xml.document())
    assert [dict(each.attrib) for each in root.iter()] == [
        {"root": "r", "name": "n"},
        {"name": "n", "text": "t"},
        {"name": "n"},
        {"name": "n", "text": "t"},
    ]
