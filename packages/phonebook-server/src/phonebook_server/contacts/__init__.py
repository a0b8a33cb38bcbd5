"""Contacts: creating, changing and listing them, importing files, and what changed since a sync token."""
