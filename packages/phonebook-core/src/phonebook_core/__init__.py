"""Contacts, numbers, file formats and the vendor link of voip-phonebook: functions and frozen structs, no I/O."""
