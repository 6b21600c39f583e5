"""Database migrations of this app, oldest first."""
