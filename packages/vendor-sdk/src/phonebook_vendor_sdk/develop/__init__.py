"""`phonebook-vendor dev`: a control server with a page, to try a vendor service out while it is written."""

from phonebook_vendor_sdk.develop.serving import develop

__all__ = ["develop"]
