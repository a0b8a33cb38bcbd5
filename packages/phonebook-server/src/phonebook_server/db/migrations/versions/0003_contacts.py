"""Contacts: the search index, units to undo, inclusions, uploads, sources from outside

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _number_the_contacts()
    op.create_table(
        "derived_indexes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rules", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_derived_indexes"),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.BigInteger(), nullable=False),
        sa.Column("undoes", sa.Text(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
    )
    op.create_table(
        "remembered_mappings",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mapping", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["sites.id"], name="fk_remembered_mappings_site_id_sites", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", "key", name="pk_remembered_mappings"),
    )
    op.create_table(
        "inclusions",
        sa.Column("phonebook_id", sa.Text(), nullable=False),
        sa.Column("included_id", sa.Text(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["included_id"], ["phonebooks.id"], name="fk_inclusions_included_id_phonebooks", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["phonebook_id"], ["phonebooks.id"], name="fk_inclusions_phonebook_id_phonebooks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("phonebook_id", "included_id", name="pk_inclusions"),
    )
    op.create_index("ix_inclusions_included_id", "inclusions", ["included_id"])

    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("phonebook_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("options", sa.LargeBinary(), nullable=False),
        sa.Column("every_minutes", sa.BigInteger(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("ok_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["phonebook_id"], ["phonebooks.id"], name="fk_sources_phonebook_id_phonebooks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_index("ix_sources_due_at", "sources", ["due_at"])
    op.create_index("ix_sources_phonebook_id", "sources", ["phonebook_id"])
    op.create_table(
        "source_items",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_source_items_source_id_sources", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "href", name="pk_source_items"),
    )

    op.create_table(
        "unit_phonebooks",
        sa.Column("phonebook_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["phonebook_id"], ["phonebooks.id"], name="fk_unit_phonebooks_phonebook_id_phonebooks", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_unit_phonebooks_unit_id_units", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("phonebook_id", "unit_id", name="pk_unit_phonebooks"),
    )
    op.create_index("ix_unit_phonebooks_unit_id", "unit_phonebooks", ["unit_id"])

    op.create_table(
        "uploads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("phonebook_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("options", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("committed_at", sa.BigInteger(), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["phonebook_id"], ["phonebooks.id"], name="fk_uploads_phonebook_id_phonebooks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_phonebook_id", "uploads", ["phonebook_id"])

    op.create_table(
        "contact_numbers",
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("phonebook_id", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("former_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_contact_numbers_contact_id_contacts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "identity", name="pk_contact_numbers"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_numbers_identity", "contact_numbers", ["identity", "phonebook_id"])

    op.create_table(
        "not_duplicates",
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["contacts.id"], name="fk_not_duplicates_one_contacts", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["other"], ["contacts.id"], name="fk_not_duplicates_other_contacts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("one", "other", name="pk_not_duplicates"),
    )
    op.create_index("ix_not_duplicates_other", "not_duplicates", ["other"])

    # Whatever was done at once before has a unit too.
    op.execute(
        "INSERT INTO units (id, kind, actor, at, summary, created, changed, deleted) "
        "SELECT unit, CASE WHEN max(change = 'imported') THEN 'import' ELSE 'edit' END, max(actor), max(at), '', "
        "sum(version = 1), sum(version > 1 AND change != 'deleted'), sum(change = 'deleted') "
        "FROM contact_versions GROUP BY unit"
    )
    op.execute(
        "INSERT INTO unit_phonebooks (phonebook_id, unit_id) "
        "SELECT DISTINCT phonebook_id, unit FROM contact_versions JOIN contacts ON contacts.id = contact_id"
    )
    op.execute(
        "CREATE VIRTUAL TABLE contact_search USING fts5 (phonebook, groups, names, others, numbers, "
        "prefix = '1 2', tokenize = 'ascii', detail = 'column', columnsize = 0)"
    )
    op.execute("INSERT INTO contact_search (contact_search, rank) VALUES ('hashsize', 8388608)")
    # What follows from contacts is made at the next start; without contacts there is nothing to make.
    op.execute("INSERT INTO derived_indexes (name, rules) SELECT 'search', 1 WHERE NOT EXISTS (SELECT 1 FROM contacts)")


def _number_the_contacts() -> None:
    op.execute(
        "CREATE TABLE contacts_new (id TEXT NOT NULL, phonebook_id TEXT NOT NULL, body BLOB NOT NULL, "
        "sort_key BLOB NOT NULL, organization_key BLOB NOT NULL, version BIGINT NOT NULL, position BIGINT NOT NULL, "
        "row BIGINT NOT NULL, "
        "source_id TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, deleted_at BIGINT, "
        "CONSTRAINT pk_contacts PRIMARY KEY (id), "
        "CONSTRAINT fk_contacts_phonebook_id_phonebooks FOREIGN KEY(phonebook_id) REFERENCES phonebooks (id) "
        "ON DELETE CASCADE)"
    )
    op.execute(
        "INSERT INTO contacts_new SELECT id, phonebook_id, body, sort_key, x'ff', version, position, "
        "row_number() OVER (ORDER BY id), NULL, created_at, updated_at, deleted_at FROM contacts"
    )
    op.execute("DROP TABLE contacts")
    op.execute("ALTER TABLE contacts_new RENAME TO contacts")
    op.create_index("ix_contacts_changes", "contacts", ["phonebook_id", "position"])
    op.create_index("ix_contacts_row", "contacts", ["row", "sort_key", "id"])
    op.create_index(
        "ix_contacts_list",
        "contacts",
        ["phonebook_id", "sort_key", "id", "row"],
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    for name, column in (("organization", "organization_key"), ("updated", "updated_at")):
        op.create_index(
            f"ix_contacts_{name}",
            "contacts",
            ["phonebook_id", column, "id", "row"],
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
    op.create_index(
        "ix_contacts_bin",
        "contacts",
        ["phonebook_id", "position", "deleted_at"],
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index("ix_contacts_source_id", "contacts", ["source_id"])
