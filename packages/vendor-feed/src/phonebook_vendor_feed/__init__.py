"""Plain files as a vendor service."""
