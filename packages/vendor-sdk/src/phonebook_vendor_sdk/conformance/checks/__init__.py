"""The checks, by topic. Importing this package fills `check.CHECKS`, in the order in which they are printed."""

from phonebook_vendor_sdk.conformance.checks import (
    audits,
    commands,
    contacts,
    credentials,
    dialling,
    frames,
    handshake,
    hostile,
    links,
    phones,
    restarts,
    watched,
)

__all__ = [
    "audits",
    "commands",
    "contacts",
    "credentials",
    "dialling",
    "frames",
    "handshake",
    "hostile",
    "links",
    "phones",
    "restarts",
    "watched",
]
