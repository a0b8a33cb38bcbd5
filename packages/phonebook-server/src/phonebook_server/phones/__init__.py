"""The phones that asked for a phonebook, and why one does not load it."""
