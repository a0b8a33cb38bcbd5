"""Phones as rows, what came of their credentials, a former password of theirs, counts of contacts

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _count_contacts()
    for column in (
        sa.Column("former_password", sa.LargeBinary(), nullable=True),
        sa.Column("former_until", sa.BigInteger(), nullable=True),
        sa.Column("rotated_at", sa.BigInteger(), nullable=True),
    ):
        op.add_column("enablements", column)
    op.create_table(
        "phones",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("phonebook_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("firmware", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("login_since", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last_status", sa.BigInteger(), nullable=False),
        sa.Column("last_auth", sa.Text(), nullable=False),
        sa.Column("last_file", sa.Text(), nullable=False),
        sa.Column("ok_at", sa.BigInteger(), nullable=True),
        sa.Column("ok_file", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_status", sa.BigInteger(), nullable=False),
        sa.Column("failed_auth", sa.Text(), nullable=False),
        sa.Column("failed_file", sa.Text(), nullable=False),
        sa.Column("every_ms", sa.BigInteger(), nullable=True),
        sa.Column("days", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["phonebook_id"], ["phonebooks.id"], name="fk_phones_phonebook_id_phonebooks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_phones"),
    )
    op.create_index("ix_phones_key", "phones", ["phonebook_id", "slug", "key"], unique=True)
    op.create_index("ix_phones_list", "phones", ["phonebook_id", "last_at", "id"])
    op.add_column("dispatches", sa.Column("auth", sa.Text(), nullable=True))
    op.add_column("dispatches", sa.Column("phone_id", sa.Text(), nullable=True))
    _find_phones()
    failed = sa.text("status >= 400")
    op.create_index(
        "ix_dispatches_failed",
        "dispatches",
        ["phonebook_id", "time", "id"],
        sqlite_where=failed,
        postgresql_where=failed,
    )


def _count_contacts() -> None:
    with op.batch_alter_table("phonebooks", recreate="always") as table:
        table.add_column(sa.Column("contacts", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("contacts_changed_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("phonebooks", recreate="always") as table:
        table.alter_column("contacts", existing_type=sa.BigInteger(), existing_nullable=False, server_default=None)
    op.execute(
        "UPDATE phonebooks SET (contacts, contacts_changed_at) = (SELECT coalesce(sum(deleted_at IS NULL), 0), "
        "max(updated_at) FROM contacts WHERE phonebook_id = phonebooks.id)"
    )


def _find_phones() -> None:
    """The phones in the dispatches that are there, as far as these tell; the rest comes with their next request."""
    op.execute("UPDATE dispatches SET phone_id = CASE WHEN mac != '' THEN mac ELSE address || ' ' || user_agent END")
    op.execute(
        "INSERT INTO phones SELECT lower(hex(randomblob(16))), phonebook_id, slug, phone_id, vendor, model, firmware, "
        "mac, address, user_agent, '', time, max(time), status, '', file, NULL, '', '', NULL, 0, '', '', NULL, '{}' "
        "FROM dispatches GROUP BY phonebook_id, slug, phone_id"
    )
    op.execute(
        "UPDATE dispatches SET phone_id = (SELECT id FROM phones WHERE phones.phonebook_id = dispatches.phonebook_id "
        "AND phones.slug = dispatches.slug AND phones.key = dispatches.phone_id)"
    )
    op.create_index("ix_dispatches_phone", "dispatches", ["phone_id", "time", "id", "status"])
    op.execute("UPDATE phones SET first_at = (SELECT min(time) FROM dispatches WHERE phone_id = phones.id)")
    op.execute(
        "UPDATE phones SET (ok_at, ok_file, token) = (SELECT time, file, token FROM dispatches "
        "WHERE phone_id = phones.id AND status < 400 ORDER BY time DESC LIMIT 1) "
        "WHERE EXISTS (SELECT 1 FROM dispatches WHERE phone_id = phones.id AND status < 400)"
    )
    op.execute(
        "UPDATE phones SET (failed_at, failed_status, failed_file) = (SELECT time, status, file FROM dispatches "
        "WHERE phone_id = phones.id AND status >= 400 ORDER BY time DESC LIMIT 1) "
        "WHERE EXISTS (SELECT 1 FROM dispatches WHERE phone_id = phones.id AND status >= 400)"
    )
