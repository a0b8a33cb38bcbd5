"""The pages that people see before there is a dashboard: plain HTML, nothing from elsewhere."""
