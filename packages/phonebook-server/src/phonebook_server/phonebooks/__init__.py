"""Phonebooks: the contacts of one site that phones see together. Their contacts are the topic `contacts`."""
