"""People: who may sign in, how they are invited and register, and how they get back in after forgetting a password."""
