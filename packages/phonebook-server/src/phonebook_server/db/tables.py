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
    `region` is empty when the site's holds. `contacts` counts its own that are not deleted, `contacts_changed_at` is
    when one of them last changed; both are kept by `contacts.store.write`.
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
    contacts: Mapped[int] = mapped_column(default=0)
    contacts_changed_at: Mapped[int | None]
    epoch: Mapped[str]
    created_at: Mapped[int]
    deleted_at: Mapped[int | None]


class Contact(Table):
    """The newest version of a contact. `position` is the phonebook's position at its last change; see `Phonebook`.

    `row` is its row in the search index, `organization_key` sorts by company. `source_id` is the source outside that
    keeps it, if any.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_changes", "phonebook_id", "position"),
        Index("ix_contacts_row", "row", "sort_key", "id"),
        Index(
            "ix_contacts_list",
            "phonebook_id",
            "sort_key",
            "id",
            "row",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_contacts_organization",
            "phonebook_id",
            "organization_key",
            "id",
            "row",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_contacts_updated",
            "phonebook_id",
            "updated_at",
            "id",
            "row",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_contacts_bin",
            "phonebook_id",
            "position",
            "deleted_at",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"))
    body: Mapped[bytes]
    sort_key: Mapped[bytes]
    organization_key: Mapped[bytes]
    version: Mapped[int]
    position: Mapped[int]
    row: Mapped[int]
    source_id: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[int]
    updated_at: Mapped[int]
    deleted_at: Mapped[int | None]


class ContactNumber(Table):
    """What identifies a contact's numbers (`phonebook_core.phone_number.identity`), for finding who else has them.

    `since` is the phonebook's position at which the live contact got the number (or later). A number that it has no
    longer stays until the contact is purged: `former_at` is the position at which it went.
    """

    __tablename__ = "contact_numbers"
    __table_args__ = (Index("ix_contact_numbers_identity", "identity", "phonebook_id"), {"sqlite_with_rowid": False})

    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    identity: Mapped[str] = mapped_column(primary_key=True)
    phonebook_id: Mapped[str]
    since: Mapped[int]
    former_at: Mapped[int | None]


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


class Unit(Table):
    """Changes to contacts that were made as one: an import, a bulk change, a merge, a single edit. Undone as a whole.

    `undoes` is the unit that this one undid, `undone_by` the one that undid this. `summary` is a sentence for people.
    """

    __tablename__ = "units"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    actor: Mapped[str]
    at: Mapped[int]
    summary: Mapped[str] = mapped_column(default="")
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    deleted: Mapped[int] = mapped_column(default=0)
    undoes: Mapped[str | None]
    undone_by: Mapped[str | None]


class UnitPhonebook(Table):
    """A phonebook in which a unit changed something."""

    __tablename__ = "unit_phonebooks"

    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"), primary_key=True, index=True)


class Inclusion(Table):
    """A phonebook shows the contacts of another, live and read-only.

    `groups` (JSON) are the only groups that come along, empty: all contacts. `version` grows with every change of them.
    """

    __tablename__ = "inclusions"

    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"), primary_key=True)
    included_id: Mapped[str] = mapped_column(
        ForeignKey("phonebooks.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    groups: Mapped[str] = mapped_column(default="[]")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[int]


class Upload(Table):
    """A file that somebody is about to import: kept for a day, or until it was committed."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(primary_key=True)
    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str]
    filename: Mapped[str]
    data: Mapped[bytes]
    options: Mapped[bytes]
    created_at: Mapped[int]
    committed_at: Mapped[int | None]
    report: Mapped[bytes | None]


class RememberedMapping(Table):
    """Which column means what, as it was last used in a site for files with these headers (`key` is their hash)."""

    __tablename__ = "remembered_mappings"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[bytes]
    used_at: Mapped[int]


class NotDuplicates(Table):
    """Two contacts of which somebody said that they are not the same. `one` is the smaller id."""

    __tablename__ = "not_duplicates"

    one: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    other: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, index=True)
    actor: Mapped[str]
    at: Mapped[int]


class Source(Table):
    """An address book elsewhere that a phonebook subscribes to. `kind` is `carddav` or `file`.

    `password` is encrypted, empty when there is none. `options` (JSON) say how a file is read. `state` (JSON) is how
    far the source was read: sync token, ETag. `result` (JSON) is what came of the last try, None before the first;
    `ok_at` is when it last went well, `due_at` when the next try is. `version` grows with what people change.
    """

    __tablename__ = "sources"

    id: Mapped[str] = mapped_column(primary_key=True)
    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    url: Mapped[str]
    username: Mapped[str] = mapped_column(default="")
    password: Mapped[bytes]
    options: Mapped[bytes]
    every_minutes: Mapped[int]
    paused: Mapped[bool] = mapped_column(default=False)
    state: Mapped[bytes]
    result: Mapped[bytes | None]
    ok_at: Mapped[int | None]
    due_at: Mapped[int] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[int]


class SourceItem(Table):
    """One card of a CardDAV source: its path there, the ETag that was read, and the contact that it became.

    Without a contact it is none (a group), or could not be read, which `problem` then says.
    """

    __tablename__ = "source_items"

    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True)
    href: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str]
    contact_id: Mapped[str | None]
    problem: Mapped[str] = mapped_column(default="")


class DerivedIndex(Table):
    """By which rules an index that follows from the contacts was built; with other rules it is built anew at start."""

    __tablename__ = "derived_indexes"

    name: Mapped[str] = mapped_column(primary_key=True)
    rules: Mapped[int]


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
    `former_password` (encrypted) is the phones' password before the one that was made at `rotated_at`; phones may use
    it until `former_until`.
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
    former_password: Mapped[bytes | None]
    former_until: Mapped[int | None]
    rotated_at: Mapped[int | None]
    changed_at: Mapped[int]


class Phone(Table):
    """A phone that asked for a phonebook, as it last described itself, and what is known from all its requests.

    `key` is its MAC, else its address and User-Agent. `ok_…` is about its last success, `failed_…` about its last
    failure; `token` is the sync token of the book that it holds. `every_ms` is how often it usually asks. `days` (JSON)
    counts requests and failures of the last days.
    """

    __tablename__ = "phones"
    __table_args__ = (
        Index("ix_phones_key", "phonebook_id", "slug", "key", unique=True),
        Index("ix_phones_list", "phonebook_id", "last_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    phonebook_id: Mapped[str] = mapped_column(ForeignKey("phonebooks.id", ondelete="CASCADE"))
    slug: Mapped[str]
    key: Mapped[str]
    vendor: Mapped[str]
    model: Mapped[str]
    firmware: Mapped[str]
    mac: Mapped[str]
    address: Mapped[str]
    user_agent: Mapped[str]
    login_since: Mapped[str]
    first_at: Mapped[int]
    last_at: Mapped[int]
    last_status: Mapped[int]
    last_auth: Mapped[str]
    last_file: Mapped[str]
    ok_at: Mapped[int | None]
    ok_file: Mapped[str]
    token: Mapped[str]
    failed_at: Mapped[int | None]
    failed_status: Mapped[int]
    failed_auth: Mapped[str]
    failed_file: Mapped[str]
    every_ms: Mapped[int | None]
    days: Mapped[str]


class Dispatch(Table):
    """One phonebook download by a phone, as its vendor service reported it.

    `auth` is what came of the credentials (None: from before that was known), `phone_id` the `Phone`.
    """

    __tablename__ = "dispatches"
    __table_args__ = (
        Index("ix_dispatches_phonebook", "phonebook_id", "time", "id"),
        Index("ix_dispatches_phone", "phone_id", "time", "id", "status"),
        Index(
            "ix_dispatches_failed",
            "phonebook_id",
            "time",
            "id",
            sqlite_where=text("status >= 400"),
            postgresql_where=text("status >= 400"),
        ),
    )

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
    auth: Mapped[str | None]
    phone_id: Mapped[str | None]


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
