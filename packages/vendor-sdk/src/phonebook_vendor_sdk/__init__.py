"""Write a vendor service for voip-phonebook: a struct of settings, and one pure function per file that phones fetch.

This module is the whole public surface: a vendor imports from here and from nowhere else.
"""

from msgspec import Meta

from phonebook_core.contact import Contact, Email, PhoneNumber, fold
from phonebook_core.errors import Invalid, Problem
from phonebook_core.phone_number import NumberForm, OutputForm
from phonebook_core.vendor_link.forms import Automatic
from phonebook_core.vendor_link.lifecycle import State
from phonebook_core.vendor_link.messages import Book as AboutBook
from phonebook_core.vendor_link.messages import Notice, Phone, Snippet
from phonebook_vendor_sdk.bench import Bench, Response
from phonebook_vendor_sdk.book import Book
from phonebook_vendor_sdk.program import run
from phonebook_vendor_sdk.service import PhoneRequest, VendorService, phone_file
from phonebook_vendor_sdk.settings import PhoneSettings, Setting
from phonebook_vendor_sdk.xml import XmlWriter, escape_attribute, escape_text

__all__ = [
    "AboutBook",
    "Automatic",
    "Bench",
    "Book",
    "Contact",
    "Email",
    "Invalid",
    "Meta",
    "Notice",
    "NumberForm",
    "OutputForm",
    "Phone",
    "PhoneNumber",
    "PhoneRequest",
    "PhoneSettings",
    "Problem",
    "Response",
    "Setting",
    "Snippet",
    "State",
    "VendorService",
    "XmlWriter",
    "escape_attribute",
    "escape_text",
    "fold",
    "phone_file",
    "run",
]
