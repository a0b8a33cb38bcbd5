"""Grandstream phones as a vendor service."""
