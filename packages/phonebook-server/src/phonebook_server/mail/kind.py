"""What mails are about, and what the text of each needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from phonebook_server.people.links import LIFE_MS, Purpose


class Kind(StrEnum):
    """What a mail is about."""

    REGISTER = "register"
    RESET = "reset"
    EMAIL_CONFIRM = "email_confirm"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a word
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    TEST = "test"
    SITE_ASSIGNED = "site_assigned"
    PHONEBOOK_ADDED = "phonebook_added"
    SERVICE_NEEDS_SETUP = "service_needs_setup"
    NEW_DEVICE = "new_device"
    IMPORT_FINISHED = "import_finished"


VALUES: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.REGISTER: ("inviter", "sites"),
    Kind.RESET: ("address",),
    Kind.EMAIL_CONFIRM: ("email",),
    Kind.PASSWORD_CHANGED: ("address", "when"),
    Kind.EMAIL_CHANGE_ASKED: ("old", "new"),
    Kind.EMAIL_CHANGED: ("old", "new"),
    Kind.SECOND_FACTOR_CHANGED: ("what",),
    Kind.TEST: (),
    Kind.SITE_ASSIGNED: ("site", "role", "by"),
    Kind.PHONEBOOK_ADDED: ("site", "phonebook", "by"),
    Kind.SERVICE_NEEDS_SETUP: ("site", "phonebook", "service", "problems"),
    Kind.NEW_DEVICE: ("when", "address", "device"),
    Kind.IMPORT_FINISHED: ("site", "phonebook", "file", "created", "updated", "unchanged", "rejected"),
}
"""What each kind's `values` must have. All are texts for people; a sentence whose value is empty is left out.

`sites` are names separated by commas; `address` is an IP address; `when` is a time as `checks.iso` writes it; `role`
is a `Role`; `what` is one of `on`, `off`, `codes` (new recovery codes), `code_used` (a recovery code was)
and `removed_by_administrator`.
"""

SWITCHABLE: Final = (
    Kind.SITE_ASSIGNED,
    Kind.PHONEBOOK_ADDED,
    Kind.SERVICE_NEEDS_SETUP,
    Kind.NEW_DEVICE,
    Kind.IMPORT_FINISHED,
)
"""The notifications: mails that a user may switch off."""

LIVES_MS: Final[Mapping[Kind, int]] = {
    Kind.REGISTER: LIFE_MS[Purpose.REGISTER],
    Kind.RESET: LIFE_MS[Purpose.RESET],
    Kind.EMAIL_CONFIRM: LIFE_MS[Purpose.EMAIL],
}
"""How long the links in mails hold that are spent once."""
