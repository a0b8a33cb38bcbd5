"""Snom phones as a vendor service."""
