"""Signing in: sessions, passwords, second factors, throttling, and what whoever is signed in may do."""
