"""Emergencies: classified in writing first, locked to their paths, counted and throttled."""
