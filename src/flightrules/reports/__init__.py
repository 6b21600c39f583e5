"""Verdicts as people and machines read them: pure functions from a report to text or bytes."""
