"""Live changes: what happens is told to whoever may see it, while they look."""
