"""Blockers: objections of signatories, open until they are resolved or accepted with a mitigation."""
