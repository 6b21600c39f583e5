"""SLSA verification summaries: the consumer's seven steps of "How to verify", after the signature's."""

from __future__ import annotations

import re

from flightrules.errors import LedgerError
from flightrules.ledger.predicates import VSA, validate_predicate
from flightrules.ledger.statement import Statement
from flightrules.values import frozen

__all__ = ["Expected", "verify_vsa"]

_LEVEL = re.compile(r"(SLSA_[A-Z]+_LEVEL_)([0-9]+)")


@frozen
class Expected:
    """What a consumer asks of a summary.

    ``verifier`` is the id that the consumer trusts the signing key for; ``level`` may be a custom one
    such as ``FLIGHTRULES_GO``.
    """

    artifact_digest: str
    verifier: str
    resource_uri: str
    level: str


def verify_vsa(statement: Statement, expected: Expected) -> None:
    """Steps 2 to 7; step 1, the signature, is ``envelope.verify``.

    Raises:
        LedgerError: E_DIGEST (2), E_ENUM and the predicate's (3), E_KEY (4), E_CONTRADICTION (5, 6, 7).
    """
    if not statement.speaks_about(expected.artifact_digest):
        raise LedgerError("E_DIGEST", "step 2: the summary is about another artefact")
    if statement.predicate_type != VSA:
        raise LedgerError(
            "E_ENUM", f"step 3: the predicate type is {statement.predicate_type:.100}, not {VSA}"
        )
    predicate = statement.predicate
    validate_predicate(VSA, predicate)
    if predicate["verifier"]["id"] != expected.verifier:
        raise LedgerError("E_KEY", "step 4: the key is not trusted for this verifier")
    if predicate["resourceUri"] != expected.resource_uri:
        raise LedgerError("E_CONTRADICTION", "step 5: the summary is about another resource")
    if predicate["verificationResult"] != "PASSED":
        raise LedgerError("E_CONTRADICTION", "step 6: the verification did not pass")
    if not any(_implies(level, expected.level) for level in predicate["verifiedLevels"]):
        raise LedgerError("E_CONTRADICTION", f"step 7: the level {expected.level:.60} was not reached")


def _implies(reached: str, needed: str) -> bool:
    """A level of a track implies the lower ones of the same track."""
    high, low = _LEVEL.fullmatch(reached), _LEVEL.fullmatch(needed)
    if high is None or low is None:
        return reached == needed
    return high[1] == low[1] and int(high[2]) >= int(low[2])
