"""The eleven steps that a signed record of a verdict goes through, in their fixed order.

Steps 1 to 5 stop at the first failure, because nothing may be read from bytes that nobody vouches for;
the later ones are all carried out, so that every difference is shown at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flightrules.errors import LedgerError
from flightrules.ledger.attestation import (
    EVIDENCE,
    INPUTS,
    RECORD,
    VERIFIER,
    Form,
    evidence_predicate,
    require_record,
    verdict_predicate,
)
from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.envelope import Envelope, Signature, Verified, parse_bundle, passed_over, verify
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.predicates import SVR, TEST_RESULT, VSA, validate_predicate
from flightrules.ledger.statement import Statement, bare_digest, is_payload_type, parse_statement

__all__ = ["LAST_GATE", "STEPS", "Case", "Given", "Outcome", "common_signers", "count"]

LAST_GATE: Final = 5
_FORMS: Final[dict[str, Form]] = {SVR: "svr", VSA: "vsa"}
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Given:
    """What the verifier brings along; digests are bare lower-case hex, ``subject`` may name its algorithm."""

    bundle: bytes
    name: str
    keys: tuple[PublicKey, ...]
    revoked: tuple[PublicKey, ...]
    threshold: int
    rulebook: str | None
    evidence: Mapping[str, str] | None
    subject: str | None
    all_evidence: bool
    exact: bool


@dataclass(slots=True)
class Case:
    """What was given, and what the steps have found so far."""

    given: Given
    envelopes: list[Envelope] = field(default_factory=list)
    verified: list[Verified] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    order: tuple[int, int] = (0, 1)  # where the verdict and the test result stand

    @property
    def verdict(self) -> Statement:
        """The statement that carries the verdict."""
        return self.statements[self.order[0]]

    @property
    def tests(self) -> Statement:
        """The statement that lists the evidence."""
        return self.statements[self.order[1]]

    @property
    def form(self) -> Form:
        """Which predicate the verdict is written in."""
        return _FORMS[self.verdict.predicate_type]

    @property
    def record(self) -> dict[str, Any]:
        """The engine's record; checked in step 5."""
        record: dict[str, Any] = self.verdict.predicate[RECORD]
        return record

    @property
    def evidence_payload_digest(self) -> str:
        """SHA-256 of the verified bytes of the evidence statement."""
        return hashlib.sha256(self.verified[self.order[1]].payload).hexdigest()

    def rebuilt_verdict(self) -> dict[str, Any]:
        """The verdict's predicate as it follows from the record."""
        return verdict_predicate(self.record, self.form, self.evidence_payload_digest)


Outcome = tuple[bool | None, str]


def _parse(case: Case) -> Outcome:
    case.envelopes = parse_bundle(case.given.bundle, name=case.given.name)
    return True, count(len(case.envelopes), "envelope")


def _payload_types(case: Case) -> Outcome:
    for one in case.envelopes:
        if not is_payload_type(one.payload_type):
            message = f"the payload type is {one.payload_type:.80}, not an in-toto statement"
            raise LedgerError("E_ENUM", message)
    return True, case.envelopes[0].payload_type


def _signatures(case: Case) -> Outcome:
    """Too few valid signatures fail; so does a signature that is said to be of a given key and is not."""
    given = case.given
    strangers = 0
    for envelope in case.envelopes:
        found = verify(envelope, given.keys, threshold=given.threshold, revoked=given.revoked)
        strangers += passed_over(envelope, found, given.keys)
        case.verified.append(found)
    signers = common_signers(case)
    if len(signers) < given.threshold:
        raise LedgerError("E_SIGNATURE", f"only {count(len(signers), 'key')} signed all envelopes")
    beside = f"; {count(strangers, 'signature')} by other keys passed over" if strangers else ""
    return True, listed([f"{key.algorithm} {key.keyid[:16]}" for key in signers]) + beside


def _statement_types(case: Case) -> Outcome:
    case.statements = [parse_statement(found.payload, name=case.given.name) for found in case.verified]
    return True, "in-toto Statement v1"


def _predicate_types(case: Case) -> Outcome:
    kinds = [statement.predicate_type for statement in case.statements]
    verdicts = [at for at, kind in enumerate(kinds) if kind in _FORMS]
    tests = [at for at, kind in enumerate(kinds) if kind == TEST_RESULT]
    if (len(kinds), len(verdicts), len(tests)) != (2, 1, 1):
        message = f"a record is one verdict and one test result, not: {', '.join(kinds):.200}"
        raise LedgerError("E_ENUM", message)
    case.order = (verdicts[0], tests[0])
    for statement in case.statements:
        validate_predicate(statement.predicate_type, statement.predicate)
    _require_ours(case)
    return True, f"{case.form} verdict, test-result evidence"


def _require_ours(case: Case) -> None:
    record = case.verdict.predicate.get(RECORD)
    if not isinstance(record, dict):
        raise LedgerError("E_MISSING_FIELD", "the verdict carries no Flightrules record")
    canonical_bytes(record)
    require_record(record)
    verifier = case.verdict.predicate["verifier"]["id"]
    if verifier != VERIFIER:
        raise LedgerError("E_ENUM", f"the verifier is {verifier:.80}, not {VERIFIER}")


def _subject(case: Case) -> Outcome:
    if canonical_bytes(case.verdict.subjects) != canonical_bytes(case.tests.subjects):
        raise LedgerError("E_CONTRADICTION", "verdict and evidence speak about different artefacts")
    recorded = listed([_digest_text(subject["digest"]) for subject in case.verdict.subjects])
    expected = case.given.subject
    if expected is None:
        return None, f"recorded {recorded}; no artefact given to compare"
    if not case.verdict.speaks_about(expected):
        raise LedgerError("E_DIGEST", f"the artefact at hand is {expected}; recorded is {recorded}")
    return True, recorded


def _rulebook(case: Case) -> Outcome:
    expected, found = case.rebuilt_verdict(), case.verdict.predicate
    configuration = evidence_predicate(case.record)["configuration"]
    same = found["verifier"] == expected["verifier"] and found.get("policy") == expected.get("policy")
    if not same or case.tests.predicate["configuration"] != configuration:
        raise LedgerError("E_CONTRADICTION", "the statements name different rulebooks")
    recorded = bare_digest(case.record["rulebook_digest"], "the rulebook digest")[1]
    at_hand = case.given.rulebook
    if at_hand is None:
        return None, f"recorded sha256:{recorded}; no rulebook given to compare"
    if at_hand != recorded:
        raise LedgerError(
            "E_DIGEST", f"the rulebook at hand is sha256:{at_hand}; recorded is sha256:{recorded}"
        )
    return True, f"sha256:{recorded}"


def _evidence(case: Case) -> Outcome:
    expected = evidence_predicate(case.record)[EVIDENCE]
    if case.tests.predicate.get(EVIDENCE) != expected:
        raise LedgerError("E_CONTRADICTION", "verdict and test result list different evidence")
    recorded = {one["digest"]["sha256"]: one["name"] for one in reversed(expected)}
    if case.given.evidence is None:
        return None, f"{count(len(recorded), 'digest')} recorded; no files given to compare"
    return True, _compared(recorded, case.given.evidence, all_evidence=case.given.all_evidence)


def _compared(recorded: dict[str, str], at_hand: Mapping[str, str], *, all_evidence: bool) -> str:
    """Files match by digest; names only help to say what differs."""
    foreign = [
        _difference(name, digest, recorded) for name, digest in at_hand.items() if digest not in recorded
    ]
    if foreign:
        raise LedgerError("E_DIGEST", f"not the recorded evidence: {listed(foreign)}")
    held = set(at_hand.values())
    missing = sorted(name for digest, name in recorded.items() if digest not in held)
    if missing and all_evidence:
        raise LedgerError("E_DIGEST", f"recorded evidence that was not given: {listed(missing)}")
    rest = f"; not given: {listed(missing)}" if missing else ""
    return f"{len(recorded) - len(missing)} of {count(len(recorded), 'digest')} compared{rest}"


def _difference(name: str, digest: str, recorded: dict[str, str]) -> str:
    base = name.rpartition("/")[2]
    then = next((old for old, path in recorded.items() if path.rpartition("/")[2] == base), None)
    was = f", recorded is sha256:{then}" if then else ""
    return f"{name} is sha256:{digest}{was}"


def _verdict(case: Case) -> Outcome:
    """The predicates say what the record says: they are rebuilt from it and compared, field by field."""
    for found, expected in (
        (case.verdict.predicate, case.rebuilt_verdict()),
        (case.tests.predicate, evidence_predicate(case.record)),
    ):
        for name in sorted(expected.keys() - {INPUTS, "inputAttestations"}):
            if found.get(name) != expected[name]:
                raise LedgerError("E_CONTRADICTION", f"{name} does not follow from the record")
    return True, f"{case.record['verdict']} as of {case.record['as_of']}"


def _link(case: Case) -> Outcome:
    name = INPUTS if case.form == "svr" else "inputAttestations"
    if case.verdict.predicate.get(name) != case.rebuilt_verdict()[name]:
        raise LedgerError("E_DIGEST", "the verdict was given on another evidence statement")
    return True, f"sha256:{case.evidence_payload_digest}"


def _exact_bytes(case: Case) -> Outcome:
    """Written again from what was verified, key ids included, the file must come out the same."""
    if not case.given.exact:
        return None, "not asked for"
    if b"".join(_rewritten(case, at) for at in case.order) != case.given.bundle:
        raise LedgerError("E_ALTERED", "the signatures hold, but the file around them was changed")
    return True, count(len(case.given.bundle), "byte")


def _rewritten(case: Case, at: int) -> bytes:
    envelope = case.envelopes[at]
    pairs = zip(envelope.signatures, case.verified[at].by, strict=True)
    signatures = (Signature(one.sig, key.keyid if key else one.keyid) for one, key in pairs)
    ordered = tuple(sorted(signatures, key=lambda one: one.keyid or ""))
    return Envelope(envelope.payload, envelope.payload_type, ordered).to_json() + b"\n"


STEPS: Final[tuple[tuple[str, Callable[[Case], Outcome]], ...]] = (
    ("Envelopes", _parse),
    ("Payload type", _payload_types),
    ("Signatures", _signatures),
    ("Statement type", _statement_types),
    ("Predicate types", _predicate_types),
    ("Subject digest", _subject),
    ("Rulebook digest", _rulebook),
    ("Evidence digests", _evidence),
    ("Verdict", _verdict),
    ("Evidence statement", _link),
    ("Exact bytes", _exact_bytes),
)


def common_signers(case: Case) -> tuple[PublicKey, ...]:
    """The keys that signed every envelope."""
    first, *others = (found.signers for found in case.verified)
    return tuple(key for key in first if all(key in signers for signers in others))


def count(number: int, noun: str) -> str:
    """``1 key``, ``2 keys``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: list[str]) -> str:
    """The first names and how many follow."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _digest_text(digests: Mapping[str, str]) -> str:
    return ", ".join(f"{algorithm}:{digits}" for algorithm, digits in sorted(digests.items()))
