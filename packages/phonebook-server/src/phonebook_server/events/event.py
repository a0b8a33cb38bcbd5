"""What is told live: that something changed, never what it is now. Whoever may see it asks for that."""

from __future__ import annotations

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something happened. `kind` is a stable `noun.verb_in_the_past`, as `phonebook.changed`.

    Members of the site `site_id` are told; without one, administrators. With `user_id` only that person is; what
    `is_public` everybody who is signed in is.
    """

    kind: str
    site_id: str = ""
    phonebook_id: str = ""
    user_id: str = ""
    subject: str = ""
    is_public: bool = False
