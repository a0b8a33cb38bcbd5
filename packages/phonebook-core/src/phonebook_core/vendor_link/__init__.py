"""The vendor link without I/O: what both ends of it share. `docs/protocol.md` is generated from this package."""
