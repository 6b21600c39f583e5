"""Clearance: whether exactly this artefact may go to this environment now, and why not."""
