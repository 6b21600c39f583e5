"""Decisions: polls, quality verdicts, authorisations and overrides, each signed on exactly what was shown."""
