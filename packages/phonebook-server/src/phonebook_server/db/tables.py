"""Every table, in one place. Ids are UUIDv7 as 32 hexadecimal digits; times are UTC milliseconds since 1970.

A contact is stored as one JSON document (`body`, a core `Contact` without its id) beside the columns that are searched,
sorted or constrained by; see `docs/decisions/0004-contacts-are-documents.md`. Secrets are only here as hashes, or
encrypted with the key from the data folder.
"""

from __future__ import annotations

from typing import Final

from advanced_alchemy.base import CommonTableAttributes
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(CommonTableAttributes, DeclarativeBase):
    """The common ground of all tables: texts as TEXT, whole numbers as 64 bits, bytes as BLOB.

    A `DeclarativeBase` of its own, as SQLAlchemy reads `type_annotation_map` only there.
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text(), int: BigInteger(), bytes: LargeBinary()}  # noqa: RUF012  # SQLAlchemy's form


class User(Table):
    """A person who may sign in. `password_hash` is empty until the registration link was used.

    `muted` are the notifications they do not want, separated by commas. `totp_secret` (encrypted) counts once
    `totp_confirmed_at` is set; `totp_step` is the newest time step whose code was used, so that none works twice.
    """

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    is_admin: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(default="en")
    muted: Mapped[str] = mapped_column(default="")
    totp_secret: Mapped[bytes | None]
    totp_confirmed_at: Mapped[int | None]
    totp_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[int]
    disabled_at: Mapped[int | None]


class RecoveryCode(Table):
    """What signs in once in place of a second factor. Known only by its hash; it goes when it is used."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[int]


class KnownDevice(Table):
    """A browser that its user signed in with before, known by the hash of a cookie of its own."""

    __tablename__ = "known_devices"

    id_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[int]
    seen_at: Mapped[int]


class OneTimeLink(Table):
    """A link that is spent once: bound to a user and a purpose, known only by its hash.

    `user_id` is empty for the first administrator's. `email` is the address that the link was sent to, and for a
    change of address the new one.
    """

    __tablename__ = "one_time_links"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    expires_at: Mapped[int]
    spent_at: Mapped[int | None]


class ResetRequest(Table):
    """Somebody forgot a password. A row whether or not there is such a user, so that the answer takes as long."""

    __tablename__ = "reset_requests"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[int]


class Session(Table):
    """A signed-in browser, known by the hash of its random secret; `id` names it to its owner.

    `renew` asks for a new secret at the next request, as rights changed. The one before (`former_hash`) is good until
    `former_until`, for requests that were under way.
    """

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    id_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    renew: Mapped[bool] = mapped_column(default=False)
    former_hash: Mapped[str | None] = mapped_column(index=True)
    former_until: Mapped[int | None]
    created_at: Mapped[int]
    seen_at: Mapped[int]
    expires_at: Mapped[int]
    address: Mapped[str] = mapped_column(default="")
    user_agent: Mapped[str] = mapped_column(default="")


class ApiToken(Table):
    """A Bearer token that acts as its user.

    `role` is the most it may do, empty: whatever its user may. `sites` are the ids of the only sites it works in,
    separated by commas, empty: all of its user's. After a rotation the secret before (`former_hash`) is good until
    `former_until`.
    """

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(default="")
    sites: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[int | None]
    rotated_at: Mapped[int | None]
    former_hash: Mapped[str | None] = mapped_column(index=True)
    former_until: Mapped[int | None]
    created_at: Mapped[int]
    used_at: Mapped[int | None]
    revoked_at: Mapped[int | None]


class Site(Table):
    """A customer or an office. `region` (ISO 3166-1 alpha-2) is where its numbers are read."""

    __tablename__ = "sites"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    region: Mapped[str]
    created_at: Mapped[int]
    deleted_at: Mapped[int | None]


class Membership(Table):
    """What a user may do in a site."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("role IN ('viewer', 'editor', 'manager')", name="role"),)

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str]
    created_at: Mapped[int]


class Phonebook(Table):
    """Contacts of one site that phones see together.

    `position` counts the changes ever made; sync tokens are positions in `epoch`. Tokens below `horizon` are too old.
    `region` is empty when the site's holds.
    """

    __tablename__ = "phonebooks"

    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    region: Mapped[str] = mapped_column(default="")
    output_form: Mapped[str] = mapped_column(default="as_typed")
    outside_prefix: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=0)
    horizon: Mapped[int] = mapped_column(default=0)
    epoch: Mapped[str]
    created_at: Mapped[int]
    deleted_at: Mapped[int | None]


class Contact(Table):
    """The newest version of a contact. `position` is the phonebook's position at its last change; see `Phonebook`."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_changes", "phonebook_id", "position"),
        Index(
            "ix_contacts_list",
            "phonebook_id",
            "sort_key",
            "id",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"))
    body: Mapped[bytes]
    sort_key: Mapped[bytes]
    version: Mapped[int]
    position: Mapped[int]
    created_at: Mapped[int]
    updated_at: Mapped[int]
    deleted_at: Mapped[int | None]


class ContactVersion(Table):
    """What a contact was after each change: who, when, what. `unit` binds the changes that were made as one."""

    __tablename__ = "contact_versions"
    __table_args__ = (Index("ix_contact_versions_unit", "unit"),)

    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    change: Mapped[str]
    body: Mapped[bytes]
    unit: Mapped[str]
    actor: Mapped[str]
    at: Mapped[int]


class VendorService(Table):
    """A vendor service as it last introduced itself, so that it is known while it is away."""

    __tablename__ = "vendor_services"

    slug: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    version: Mapped[str]
    sdk: Mapped[str]
    form: Mapped[bytes]
    fields: Mapped[bytes]
    first_seen_at: Mapped[int]
    seen_at: Mapped[int]


class ServiceToken(Table):
    """What a vendor service that runs on its own signs in with."""

    __tablename__ = "service_tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(index=True)
    prefix: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    used_at: Mapped[int | None]
    revoked_at: Mapped[int | None]


class Enablement(Table):
    """What is wanted of one vendor service for one phonebook. What is observed is in memory only.

    `settings` (encrypted) are what people want, `generation` their version; `generated` (encrypted) what the server
    made up for them. `accepted_settings` are the newest that the service accepted, `accepted_generation` their version.
    `refused_generation` is set while the newest settings stand refused, with `problems`.
    """

    __tablename__ = "enablements"

    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True, index=True)
    wanted_on: Mapped[bool] = mapped_column(default=False)
    generation: Mapped[int]
    settings: Mapped[bytes]
    generated: Mapped[bytes]
    accepted_settings: Mapped[bytes | None]
    accepted_generation: Mapped[int] = mapped_column(default=0)
    refused_generation: Mapped[int] = mapped_column(default=0)
    problems: Mapped[bytes]
    key_version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[int]


class Dispatch(Table):
    """One phonebook download by a phone, as its vendor service reported it."""

    __tablename__ = "dispatches"
    __table_args__ = (Index("ix_dispatches_phonebook", "phonebook_id", "time", "id"),)

    slug: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"))
    time: Mapped[int]
    received_at: Mapped[int]
    status: Mapped[int]
    file: Mapped[str]
    bytes: Mapped[int]
    token: Mapped[str]
    count: Mapped[int]
    vendor: Mapped[str]
    model: Mapped[str]
    firmware: Mapped[str]
    mac: Mapped[str]
    address: Mapped[str]
    user_agent: Mapped[str]


class Activity(Table):
    """Who did what, when, from where. Texts are as they were at the time."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_site", "site_id", "at"), Index("ix_activity_at", "at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[int]
    actor: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    site_id: Mapped[str | None]
    phonebook_id: Mapped[str | None]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")


class Mail(Table):
    """A mail in the outbox, written in the transaction of its cause.

    `content` (encrypted) is what its text is made from, links included; it goes once the mail was sent. `state` is
    queued, sending, sent or failed; `answer` is what the SMTP server said last. `due_at` is when it is tried next.
    """

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed')", name="state"),
        Index("ix_mails_due", "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    recipient: Mapped[str]
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    site_id: Mapped[str | None]
    link_id: Mapped[str | None]
    subject: Mapped[str]
    content: Mapped[bytes | None]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]
    due_at: Mapped[int]
    sent_at: Mapped[int | None]
