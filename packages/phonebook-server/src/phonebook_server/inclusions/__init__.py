"""Inclusions: a phonebook that shows the contacts of others, live and read-only."""
