"""Releases: version, artefacts, scope, track and window."""
