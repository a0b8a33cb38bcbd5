"""What people open in a browser: the dashboard, and the plain frame around the API's documentation."""
