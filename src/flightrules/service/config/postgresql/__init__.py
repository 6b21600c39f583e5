"""PostgreSQL as Django knows it, with one habit of its own: see ``base``."""
