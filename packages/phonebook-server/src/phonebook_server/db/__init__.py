"""The database: tables, engines and transactions, migrations."""
