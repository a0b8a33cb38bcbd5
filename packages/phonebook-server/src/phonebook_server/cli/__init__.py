"""The command `phonebook`. Exit codes: 0 it worked, 1 it did not (a sentence on stderr), 2 it was called wrongly."""

from phonebook_server.cli.root import main

__all__ = ["main"]
