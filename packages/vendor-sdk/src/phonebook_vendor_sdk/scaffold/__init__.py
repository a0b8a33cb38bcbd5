"""`phonebook-vendor new`: a complete project for a vendor service, whose tests pass at once."""

from phonebook_vendor_sdk.scaffold.project import BadName, Taken, write_project

__all__ = ["BadName", "Taken", "write_project"]
