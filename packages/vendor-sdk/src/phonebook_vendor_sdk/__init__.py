"""Write a vendor service for voip-phonebook: a struct of settings, and one pure function per file that phones fetch.

This module is the whole public surface: a vendor imports from here and from nowhere else.
"""

from msgspec import Meta

from phonebook_core.contact import Contact, Email, PhoneNumber, fold
from phonebook_core.errors import Invalid, Problem
from phonebook_core.formats.csv import write_csv
from phonebook_core.formats.json import write_json
from phonebook_core.formats.vcard import write_vcard
from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_core.vendor_link.forms import Automatic
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Book as AboutBook
from phonebook_core.vendor_link.messages import Notice, Phone, Snippet
from phonebook_vendor_sdk.bench import Bench, Response
from phonebook_vendor_sdk.book import Book
from phonebook_vendor_sdk.labels import LabelKind, in_slots, label_kind
from phonebook_vendor_sdk.limits import Limits, cut
from phonebook_vendor_sdk.paging import Page
from phonebook_vendor_sdk.program import run
from phonebook_vendor_sdk.requests import Answer, PhoneRequest, RouteRequest
from phonebook_vendor_sdk.routes import phone_route
from phonebook_vendor_sdk.service import Change, VendorService, phone_file
from phonebook_vendor_sdk.settings import PhoneSettings, Setting
from phonebook_vendor_sdk.xml import XmlWriter, escape_attribute, escape_text

__all__ = [
    "AboutBook",
    "Answer",
    "Automatic",
    "Bench",
    "Book",
    "Change",
    "Contact",
    "Email",
    "Invalid",
    "LabelKind",
    "Limits",
    "Meta",
    "Notice",
    "NumberForm",
    "OutputForm",
    "Page",
    "Phone",
    "PhoneNumber",
    "PhoneRequest",
    "PhoneSettings",
    "Problem",
    "Response",
    "RouteRequest",
    "Setting",
    "Snippet",
    "State",
    "VendorService",
    "XmlWriter",
    "cut",
    "escape_attribute",
    "escape_text",
    "fold",
    "in_slots",
    "label_kind",
    "phone_file",
    "phone_route",
    "run",
    "write_csv",
    "write_json",
    "write_vcard",
]
