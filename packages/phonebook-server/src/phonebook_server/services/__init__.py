"""Vendor services: which there are, what is wanted of each for each phonebook, and the links to them."""
