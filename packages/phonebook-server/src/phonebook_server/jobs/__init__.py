"""Jobs: work that takes longer than a request should, with progress, a result, and a way to stop it."""
