"""The server of voip-phonebook. `app.py` is the only composition root; every other folder is one topic."""
