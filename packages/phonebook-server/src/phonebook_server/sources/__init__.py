"""Sources: address books elsewhere that a phonebook subscribes to, by CardDAV or as a file at a URL."""
