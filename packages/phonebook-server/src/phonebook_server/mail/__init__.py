"""Mail: the outbox, what is written in it, and how it leaves by SMTP."""
