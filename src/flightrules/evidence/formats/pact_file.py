"""A pact: the contract itself. It says what was agreed, not that anybody verified it."""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Refuse it by name.

    Raises:
        EvidenceError: E_NO_RUNS, always.
    """
    raise EvidenceError(
        "E_NO_RUNS",
        "the file is a pact (the contract), not the result of verifying it",
        file=source.name,
        hint="give the verifier's result, or the broker's matrix (can-i-deploy --output json)",
    )
