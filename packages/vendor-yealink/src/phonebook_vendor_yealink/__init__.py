"""The Yealink service of voip-phonebook, and the template for every other vendor."""
