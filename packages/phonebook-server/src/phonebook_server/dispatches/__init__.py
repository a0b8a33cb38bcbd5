"""The record of which phone fetched what, as the vendor services report it."""
