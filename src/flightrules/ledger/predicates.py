"""Shapes of the in-toto predicates that Flightrules writes and reads.

test-result v0.1 carries evidence, svr v0.2 and SLSA VSA v1 a verdict, release v0.2 a closure.
Unknown fields are passed over; of known ones nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from flightrules.errors import LedgerError
from flightrules.ledger.decoding import field
from flightrules.ledger.statement import require_descriptor

__all__ = [
    "RELEASE",
    "SVR",
    "TEST_RESULT",
    "VSA",
    "require_time",
    "validate_predicate",
]

TEST_RESULT: Final = "https://in-toto.io/attestation/test-result/v0.1"
SVR: Final = "https://in-toto.io/attestation/svr/v0.2"
VSA: Final = "https://slsa.dev/verification_summary/v1"
RELEASE: Final = "https://in-toto.io/attestation/release/v0.2"
_RELEASE_V01: Final = "https://in-toto.io/attestation/release/v0.1"
_SVR_V01: Final = "https://in-toto.io/attestation/svr/v0.1"

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_SLSA_LEVEL = re.compile(r"SLSA_([A-Z]+)_LEVEL_(?:0|[1-9][0-9]?)")


def validate_predicate(predicate_type: str, predicate: Any) -> None:
    """Check a predicate of a known type.

    Raises:
        LedgerError: E_ENUM (unknown type or word), E_MISSING_FIELD, E_WRONG_TYPE,
            E_MALFORMED (time, purl, digest), E_CONTRADICTION (result and levels exclude each other).
    """
    check = _CHECKS.get(predicate_type)
    if check is None:
        raise LedgerError("E_ENUM", f"the predicate type {predicate_type:.100} is not known")
    if not isinstance(predicate, dict):
        raise LedgerError("E_WRONG_TYPE", "a predicate is a JSON object")
    check(predicate)


def require_time(text: str, what: str) -> None:
    """An RFC 3339 time with its zone.

    Raises:
        LedgerError: E_MALFORMED.
    """
    if not _is_time(text):
        raise LedgerError("E_MALFORMED", f"{what} is no time", hint="write it as 2026-01-31T12:00:00Z")


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None or not text.isascii():
        return False
    try:
        datetime.fromisoformat(found[1].upper() + found[2].upper())
    except ValueError:
        return False
    return True


def _test_result(predicate: dict[str, Any]) -> None:
    what = "the test result"
    _require_word(field(predicate, "result", str, what), ("PASSED", "WARNED", "FAILED"), "the result")
    for one in field(predicate, "configuration", list, what):
        require_descriptor(one, "a configuration")
    if "url" in predicate:
        field(predicate, "url", str, what)
    for name in ("passedTests", "warnedTests", "failedTests"):
        if name in predicate:
            _require_texts(field(predicate, name, list, what), name)


def _svr(predicate: dict[str, Any]) -> None:
    _svr_v01(predicate)
    for one in field(predicate["verifier"], "policies", list, "the verifier"):
        require_descriptor(one, "a policy")


def _svr_v01(predicate: dict[str, Any]) -> None:
    what = "the verification result"
    _require_filled(
        field(field(predicate, "verifier", dict, what), "id", str, "the verifier"), "the verifier's id"
    )
    require_time(field(predicate, "timeCreated", str, what), "timeCreated")
    _require_texts(field(predicate, "properties", list, what), "properties")


def _release(predicate: dict[str, Any]) -> None:
    _require_versioned(field(predicate, "purl", str, "the release"))
    for name in ("packageId", "releaseId"):
        if name in predicate:
            field(predicate, name, str, "the release")


def _vsa(predicate: dict[str, Any]) -> None:
    what = "the summary"
    _require_filled(
        field(field(predicate, "verifier", dict, what), "id", str, "the verifier"), "the verifier's id"
    )
    if "timeVerified" in predicate:
        require_time(field(predicate, "timeVerified", str, what), "timeVerified")
    _require_filled(field(predicate, "resourceUri", str, what), "resourceUri")
    _require_policy(field(predicate, "policy", dict, what))
    for one in field(predicate, "inputAttestations", list, what) if "inputAttestations" in predicate else ():
        require_descriptor(one, "an input attestation")
        if not field(one, "digest", dict, "an input attestation"):
            raise LedgerError("E_MISSING_FIELD", "an input attestation has no digest")
    result = field(predicate, "verificationResult", str, what)
    _require_word(result, ("PASSED", "FAILED"), "the verificationResult")
    _require_levels(field(predicate, "verifiedLevels", list, what), passed=result == "PASSED")


def _require_policy(policy: dict[str, Any]) -> None:
    _require_filled(field(policy, "uri", str, "the policy"), "the policy's uri")
    require_descriptor(policy, "the policy")


def _require_levels(levels: list[Any], *, passed: bool) -> None:
    """One level of each track; FAILED stands alone and only with a failed result."""
    _require_texts(levels, "verifiedLevels")
    if not passed and levels != ["FAILED"]:
        raise LedgerError("E_CONTRADICTION", "a failed summary has the one level FAILED")
    if passed and (not levels or "FAILED" in levels):
        raise LedgerError("E_CONTRADICTION", "a passed summary names the levels that were reached")
    tracks = [_track(level) for level in levels]
    if len(set(tracks)) != len(tracks):
        raise LedgerError("E_CONTRADICTION", "a summary names one level for each track")


def _track(level: str) -> str:
    """The SLSA track of a level; a custom level is a track of its own and may not look like SLSA's."""
    found = _SLSA_LEVEL.fullmatch(level)
    if found is not None:
        return f"SLSA_{found[1]}"
    if level.startswith("SLSA_"):
        raise LedgerError("E_ENUM", f"the level {level:.60} is none of SLSA's")
    return level


def _require_versioned(purl: str) -> None:
    path = purl.partition("#")[0].partition("?")[0]
    name, _, version = path.rpartition("/")[2].partition("@")
    if not (path.startswith("pkg:") and "/" in path and name and version):
        raise LedgerError(
            "E_MALFORMED", "the purl names no package with its version", hint="pkg:type/name@version"
        )


def _require_texts(values: list[Any], what: str) -> None:
    if not all(isinstance(one, str) and one for one in values):
        raise LedgerError("E_WRONG_TYPE", f"{what} holds something else than names")


def _require_filled(text: str, what: str) -> None:
    if not text:
        raise LedgerError("E_MISSING_FIELD", f"{what} is empty")


def _require_word(word: str, allowed: tuple[str, ...], what: str) -> None:
    if word not in allowed:
        raise LedgerError("E_ENUM", f"{what} is {word:.40}; it is one of {', '.join(allowed)}")


_CHECKS: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    TEST_RESULT: _test_result,
    SVR: _svr,
    _SVR_V01: _svr_v01,
    RELEASE: _release,
    _RELEASE_V01: _release,
    VSA: _vsa,
}
