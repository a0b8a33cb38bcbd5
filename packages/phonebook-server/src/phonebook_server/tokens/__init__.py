"""API tokens: what scripts sign in with."""
