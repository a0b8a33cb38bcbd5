"""The installation as it runs: its configuration, its database, what is wrong with it."""
