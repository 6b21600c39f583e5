"""The facts: bytes in, measurements out. No network, no database, no clock."""
