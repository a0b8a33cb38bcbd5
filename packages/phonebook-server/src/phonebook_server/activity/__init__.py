"""Activity: who did what, when, from where."""
