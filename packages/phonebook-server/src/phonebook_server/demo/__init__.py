"""The demonstration: a throw-away installation with invented sites and people, and a service that serves them."""
