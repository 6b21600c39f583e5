"""The signed record of a verdict: a bundle of two envelopes that anyone can verify offline.

The bundle is JSON lines, each a canonical DSSE envelope over a canonical in-toto Statement v1 about the
same subjects:

1. the verdict (svr v0.2, or SLSA VSA v1), with the engine's whole record under ``RECORD`` and, under
   ``INPUTS``, the SHA-256 of the second payload, so that no other evidence statement fits in its place;
2. the evidence (test-result v0.1), with every artefact and its digest under ``EVIDENCE``.

The same record, subjects and keys give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote

from flightrules.errors import LedgerError
from flightrules.ledger.decoding import field
from flightrules.ledger.envelope import sign
from flightrules.ledger.keys import PrivateKey
from flightrules.ledger.predicates import SVR, TEST_RESULT, VSA, require_time, validate_predicate
from flightrules.ledger.statement import PAYLOAD_TYPE, build_statement, sha256_hex

__all__ = [
    "EVIDENCE",
    "INPUTS",
    "RECORD",
    "VERIFIER",
    "Form",
    "attest",
    "evidence_predicate",
    "require_record",
    "verdict_predicate",
]

Form = Literal["svr", "vsa"]

RECORD: Final = "https://flightrules.dev/record"
EVIDENCE: Final = "https://flightrules.dev/evidence"
INPUTS: Final = "https://flightrules.dev/inputAttestations"
VERIFIER: Final = "https://flightrules.dev/check/v1"

_RULEBOOK_NAME: Final = "rulebook"
_RULEBOOK_URI: Final = "https://flightrules.dev/rulebook/v1"
_EVALUATED: Final = "FLIGHTRULES_EVALUATED"
_PASSING: Final = {
    "GO": "FLIGHTRULES_GO",
    "CONDITIONAL_GO": "FLIGHTRULES_CONDITIONAL_GO",
    "GO_BY_OVERRIDE": "FLIGHTRULES_GO_BY_OVERRIDE",
}
_BLOCKING: Final = ("NO_GO", "HOLD")
_VERDICTS: Final = "GO, CONDITIONAL GO, GO BY OVERRIDE, NO-GO, HOLD"


def attest(
    record: Mapping[str, Any],
    *,
    subjects: Sequence[Mapping[str, Any]],
    keys: Sequence[PrivateKey],
    form: Form = "svr",
) -> bytes:
    """Sign a verdict together with all that it was given on.

    Args:
        record: JSON-able, without floats. Needed are ``verdict`` (GO, CONDITIONAL GO, GO BY OVERRIDE, NO-GO,
            HOLD), ``as_of`` (RFC 3339 with zone), ``rulebook_digest`` (``sha256:<hex>`` or hex), ``criteria``
            (objects with at least ``id`` and ``status``) and ``evidence`` (objects with at least ``path`` and
            ``sha256``; ``method`` is taken over). All else (product, version, waivers) is kept as it is.
        subjects: what is released: in-toto ResourceDescriptors such as
            ``{"name": "app.whl", "digest": {"sha256": <hex>}}`` or ``{"digest": {"gitCommit": <hex>}}``.
        keys: one signature each; order does not matter.
        form: ``svr`` or ``vsa``, the predicate of the verdict.

    Returns:
        The bundle's bytes, to be written as they are.

    Raises:
        LedgerError: E_MISSING_FIELD, E_WRONG_TYPE, E_ENUM, E_MALFORMED, E_NOT_CANONICAL (float),
            E_KEY, E_TOO_LARGE.
    """
    content = dict(record)
    require_record(content)
    evidence = build_statement(subjects, TEST_RESULT, _checked(TEST_RESULT, evidence_predicate(content)))
    kind = SVR if form == "svr" else VSA
    predicate = verdict_predicate(content, form, hashlib.sha256(evidence).hexdigest())
    verdict = build_statement(subjects, kind, _checked(kind, predicate))
    return b"".join(sign(payload, PAYLOAD_TYPE, keys).to_json() + b"\n" for payload in (verdict, evidence))


def require_record(record: dict[str, Any]) -> None:
    """The fields that the statements are made from are there and mean something.

    Raises:
        LedgerError: E_MISSING_FIELD, E_WRONG_TYPE, E_ENUM, E_MALFORMED.
    """
    what = "the record"
    _verdict(record)
    require_time(field(record, "as_of", str, what), "as_of")
    _rulebook_hex(record)
    for one in field(record, "criteria", list, what):
        _require_texts(one, ("id", "status"), "a criterion")
    for one in field(record, "evidence", list, what):
        _require_texts(one, ("path", "sha256"), "an evidence entry")
        if "method" in one:
            _require_texts(one, ("method",), "an evidence entry")
        sha256_hex(one["sha256"], "an evidence digest")


def verdict_predicate(record: dict[str, Any], form: Form, evidence_digest: str) -> dict[str, Any]:
    """The predicate of the first statement; a pure function of the record, so a verifier rebuilds it.

    svr ``properties`` hold what passed: FLIGHTRULES_EVALUATED always, FLIGHTRULES_GO and the like only with
    such a verdict. A VSA of a verdict that blocks has the result FAILED.
    """
    inputs = [{"name": "evidence", "digest": {"sha256": evidence_digest}}]
    rulebook = {"sha256": _rulebook_hex(record)}
    passing = _PASSING.get(_verdict(record))
    if form == "svr":
        policy = {"name": _RULEBOOK_NAME, "digest": rulebook}
        return {
            "verifier": {"id": VERIFIER, "policies": [policy]},
            "timeCreated": record["as_of"],
            "properties": [_EVALUATED, *([passing] if passing else [])],
            INPUTS: inputs,
            RECORD: record,
        }
    return {
        "verifier": {"id": VERIFIER},
        "timeVerified": record["as_of"],
        "resourceUri": _resource_uri(record),
        "policy": {"uri": _RULEBOOK_URI, "digest": rulebook},
        "inputAttestations": inputs,
        "verificationResult": "PASSED" if passing else "FAILED",
        "verifiedLevels": [passing or "FAILED"],
        RECORD: record,
    }


def evidence_predicate(record: dict[str, Any]) -> dict[str, Any]:
    """The predicate of the second statement: criteria as tests, the rulebook as their configuration.

    With a verdict that lets the release through, what did not pass did not block: it is warned, not failed.
    """
    blocked = _verdict(record) in _BLOCKING
    passed: list[str] = []
    warned: list[str] = []
    failed: list[str] = []
    for one in record["criteria"]:
        status = one["status"].upper().replace("_", " ")
        if status == "PASS":
            passed.append(one["id"])
        elif status != "NOT APPLICABLE":
            (failed if blocked and status != "WAIVED" else warned).append(one["id"])
    return {
        "result": "FAILED" if blocked else "WARNED" if warned else "PASSED",
        "configuration": [{"name": _RULEBOOK_NAME, "digest": {"sha256": _rulebook_hex(record)}}],
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
        EVIDENCE: [_descriptor(one) for one in record["evidence"]],
    }


def _descriptor(entry: dict[str, Any]) -> dict[str, Any]:
    descriptor = {
        "name": entry["path"],
        "digest": {"sha256": sha256_hex(entry["sha256"], "an evidence digest")},
    }
    return descriptor | ({"annotations": {"method": entry["method"]}} if "method" in entry else {})


def _verdict(record: dict[str, Any]) -> str:
    text: str = field(record, "verdict", str, "the record")
    word = text.upper().replace("-", "_").replace(" ", "_")
    if word not in _PASSING and word not in _BLOCKING:
        raise LedgerError("E_ENUM", f"the verdict {text:.40} is none of {_VERDICTS}")
    return word


def _rulebook_hex(record: dict[str, Any]) -> str:
    return sha256_hex(field(record, "rulebook_digest", str, "the record"), "the rulebook digest")


def _resource_uri(record: dict[str, Any]) -> str:
    product, version = (str(record.get(name) or "unknown") for name in ("product", "version"))
    return f"urn:flightrules:release:{quote(product, safe='')}:{quote(version, safe='')}"


def _require_texts(holder: Any, names: tuple[str, ...], what: str) -> None:
    if not isinstance(holder, dict):
        raise LedgerError("E_WRONG_TYPE", f"{what} is not an object")
    for name in names:
        if not field(holder, name, str, what):
            raise LedgerError("E_MISSING_FIELD", f"the {name} of {what} is empty")


def _checked(kind: str, predicate: dict[str, Any]) -> dict[str, Any]:
    validate_predicate(kind, predicate)
    return predicate
