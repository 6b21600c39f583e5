"""Doors to other systems; the core never opens one itself."""
