"""Verify a case file with nothing but the file, keys and heads at hand: no service, network or clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import IO

from flightrules.errors import LedgerError
from flightrules.ledger.case_file import open_case_file
from flightrules.ledger.case_steps import LAST_GATE, STEPS, Examined
from flightrules.ledger.history import Head
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.verification import Step, walked
from flightrules.values import frozen

__all__ = ["CaseVerification", "verify_case_file"]


@frozen
class CaseVerification:
    """All steps in their fixed order; ``about``, ``origin`` and ``size`` count only when no step failed."""

    steps: tuple[Step, ...]
    about: str
    origin: str
    size: int
    name: str

    @property
    def failed(self) -> Step | None:
        """The first step that does not hold."""
        return next((step for step in self.steps if step.ok is False), None)

    @property
    def ok(self) -> bool:
        """Whether the case file holds."""
        return self.failed is None


def verify_case_file(
    file: IO[bytes],
    *,
    public_keys: Collection[PublicKey],
    anchors: Mapping[str, Head] | None = None,
    unsealed: bool = False,
    name: str = "<case file>",
) -> CaseVerification:
    """Verify what ``flightrules ledger export`` wrote.

    Args:
        file: the archive, open for reading and seekable.
        public_keys: whose signatures count; the keys in the file are only read, never believed.
        anchors: heads of the same ledger that were kept elsewhere, by where each came from.
        unsealed: whether a file without a seal, as earlier versions wrote it, may hold all the same.
        name: the file's name, for messages.

    Returns:
        The steps; a case file that does not verify is a result, not an exception.

    Raises:
        LedgerError: E_ARCHIVE, E_TOO_LARGE, E_KEY (no key given).
    """
    if not public_keys:
        raise LedgerError("E_KEY", "no public key is given", hint="name the ledger's public key")
    opened = open_case_file(file, name=name)
    case = Examined(opened, tuple(dict.fromkeys(public_keys)), anchors or {}, unsealed)
    steps = walked(STEPS, case, last_gate=LAST_GATE)
    opened.close()
    about = str(opened.about.get("about", ""))
    origin = case.head.head.origin if case.head else ""
    return CaseVerification(steps, about, origin, case.trail.size, name)
