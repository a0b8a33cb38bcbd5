"""Sites: customers and offices, and who may do what in them."""
