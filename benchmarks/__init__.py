"""What the performance claims are measured with. See README.md; `make bench` runs everything."""
