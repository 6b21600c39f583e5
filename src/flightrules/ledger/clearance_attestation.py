"""The signed answer that an artefact may, or may not, go to an environment: one envelope, verified offline.

It is an in-toto Statement on the artefacts' digests. Where the way is open it is an svr v0.2 that names the
decision (FLIGHTRULES_GO and the like); where it is shut, a SLSA summary whose result is FAILED. Both hold the
whole record under ``RECORD`` with environment, dossier, decision record, a checkpoint of the ledger, and the
moment at which the answer ends: it is short, since nobody asks the service again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from flightrules.errors import LedgerError
from flightrules.ledger.attestation import RECORD
from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.decoding import field as member
from flightrules.ledger.envelope import Envelope, Signature, pae, parse_bundle, passed_over, verify
from flightrules.ledger.keys import PublicKey, SigningKey
from flightrules.ledger.note import NoteKey, verify_note
from flightrules.ledger.predicates import SVR, VSA, require_time, validate_predicate
from flightrules.ledger.statement import (
    PAYLOAD_TYPE,
    Statement,
    build_statement,
    is_payload_type,
    parse_statement,
    sha256_hex,
)
from flightrules.ledger.steps import count
from flightrules.ledger.verification import Verification, walked

__all__ = [
    "DECIDER",
    "attest_clearance",
    "is_clearance_attestation",
    "lets_through",
    "verify_clearance",
]

DECIDER: Final = "https://flightrules.dev/clearance/v1"

_RULEBOOK_URI: Final = "https://flightrules.dev/rulebook/v1"
_KIND: Final = "flightrules-clearance"
_OPEN: Final = {
    "GO": "FLIGHTRULES_GO",
    "CONDITIONAL GO": "FLIGHTRULES_CONDITIONAL_GO",
    "GO BY OVERRIDE": "FLIGHTRULES_GO_BY_OVERRIDE",
}
_SHUT: Final = ("CLOSED", "WAITING")
_TEXTS: Final = ("product", "version", "release", "decision", "state", "environment", "checkpoint")
_DIGESTS: Final = ("dossier", "decision_record", "rulebook_digest")
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_LAST_GATE: Final = 5


def attest_clearance(
    record: Mapping[str, Any], *, subjects: Sequence[Mapping[str, Any]], signer: SigningKey
) -> bytes:
    """Sign an answer.

    Args:
        record: ``product``, ``version``, ``release``, ``decision`` (keys as text), ``state`` (GO, CONDITIONAL
            GO, GO BY OVERRIDE, CLOSED, WAITING), ``environment``, ``dossier``, ``decision_record`` and
            ``rulebook_digest`` (SHA-256), ``checkpoint`` (a signed note), ``as_of`` and ``expires_at``
            (RFC 3339); all else is kept as it is.
        subjects: in-toto ResourceDescriptors of the artefacts.
        signer: signs once.

    Returns:
        The bundle's bytes: one line.

    Raises:
        LedgerError: E_MISSING_FIELD, E_WRONG_TYPE, E_ENUM, E_MALFORMED, E_NOT_CANONICAL.
    """
    content = {"kind": _KIND, **record}
    _require_record(content)
    kind, predicate = _predicate(content)
    validate_predicate(kind, predicate)
    payload = build_statement(subjects, kind, predicate)
    signature = Signature(signer.sign(pae(PAYLOAD_TYPE, payload)), signer.public.keyid)
    return Envelope(payload, PAYLOAD_TYPE, (signature,)).to_json() + b"\n"


def is_clearance_attestation(bundle: bytes) -> bool:
    """Whether the file says that it is one, to choose how to verify it; nothing is believed by this."""
    try:
        envelopes = parse_bundle(bundle)
        statement = parse_statement(envelopes[0].payload)
        verifier = member(statement.predicate, "verifier", dict, "the predicate")
    except LedgerError:
        return False
    return len(envelopes) == 1 and verifier.get("id") == DECIDER


def lets_through(record: Mapping[str, Any]) -> bool:
    """Whether a verified record lets the artefact through."""
    return record.get("kind") == _KIND and record.get("state") in _OPEN


def verify_clearance(
    bundle: bytes,
    *,
    public_keys: Collection[PublicKey],
    artefact: str | None = None,
    environment: str | None = None,
    at: datetime | None = None,
    exact: bool = True,
    name: str = "<attestation>",
) -> Verification:
    """Verify an answer with nothing but the file and the keys.

    Args:
        bundle: the file's bytes.
        public_keys: whose signature counts; one is enough.
        artefact: digest of what is deployed (``sha256:<hex>`` or hex); None: not compared.
        environment: where it is deployed; None: not compared.
        at: the moment of the deployment; None: not compared.
        exact: whether it must be written as the service writes it: one signature, one spelling. What others
            wrote around the signed part says nothing else, but somebody did.
        name: the file's name, for messages.

    Returns:
        The steps; whether the way is open is ``lets_through(verification.record)``.

    Raises:
        LedgerError: E_KEY, when no key is given.
    """
    if not public_keys:
        raise LedgerError("E_KEY", "no key is given", hint="name the public key of the ledger")
    case = _Case(bundle, tuple(public_keys), artefact, environment, at, exact, name)
    steps = walked(_STEPS, case, last_gate=_LAST_GATE)
    broken = any(step.ok is False for step in steps)
    return Verification(steps, None if broken else case.record, () if broken else tuple(case.signers), name)


@dataclass(slots=True)
class _Case:
    """What was given, and what the steps have found so far."""

    bundle: bytes
    keys: tuple[PublicKey, ...]
    artefact: str | None
    environment: str | None
    at: datetime | None
    exact: bool
    name: str
    envelopes: list[Envelope] = field(default_factory=list)
    signers: list[PublicKey] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    payload: bytes = b""

    @property
    def statement(self) -> Statement:
        return self.statements[0]

    @property
    def record(self) -> dict[str, Any]:
        """Checked in step 5."""
        record: dict[str, Any] = self.statement.predicate[RECORD]
        return record


_Outcome = tuple[bool | None, str]


def _one_envelope(case: _Case) -> _Outcome:
    case.envelopes = parse_bundle(case.bundle, name=case.name)
    if len(case.envelopes) != 1:
        raise LedgerError("E_ENUM", f"a clearance is one envelope, not {len(case.envelopes)}")
    return True, "1 envelope"


def _payload_type(case: _Case) -> _Outcome:
    kind = case.envelopes[0].payload_type
    if not is_payload_type(kind):
        raise LedgerError("E_ENUM", f"the payload type is {kind:.80}, not an in-toto statement")
    return True, kind


def _signature(case: _Case) -> _Outcome:
    found = verify(case.envelopes[0], case.keys)
    strangers = passed_over(case.envelopes[0], found, case.keys)
    case.signers, case.payload = list(found.signers), found.payload
    beside = f"; {count(strangers, 'signature')} by other keys passed over" if strangers else ""
    return True, ", ".join(f"{key.algorithm} {key.keyid[:16]}" for key in found.signers) + beside


def _statement(case: _Case) -> _Outcome:
    case.statements = [parse_statement(case.payload, name=case.name)]
    return True, "in-toto Statement v1"


def _form(case: _Case) -> _Outcome:
    statement = case.statement
    if statement.predicate_type not in (SVR, VSA):
        raise LedgerError(
            "E_ENUM", f"the predicate type {statement.predicate_type:.100} is not a clearance's"
        )
    validate_predicate(statement.predicate_type, statement.predicate)
    if statement.predicate["verifier"]["id"] != DECIDER:
        raise LedgerError("E_ENUM", f"the verifier is not {DECIDER}")
    record = member(statement.predicate, RECORD, dict, "the clearance")
    canonical_bytes(record)
    _require_record(record)
    return True, "svr" if statement.predicate_type == SVR else "failed verification summary"


def _subject(case: _Case) -> _Outcome:
    recorded = ", ".join(
        f"{algorithm}:{digits}"
        for one in case.statement.subjects
        for algorithm, digits in one["digest"].items()
    )
    if case.artefact is None:
        return None, f"recorded {recorded:.300}; no artefact given to compare"
    if not case.statement.speaks_about(case.artefact):
        raise LedgerError("E_DIGEST", f"the artefact at hand is {case.artefact}; recorded is {recorded:.300}")
    return True, case.artefact


def _environment(case: _Case) -> _Outcome:
    recorded = case.record["environment"]
    if case.environment is None:
        return None, f"recorded {recorded}; no environment given to compare"
    if case.environment != recorded:
        raise LedgerError("E_CONTRADICTION", f"it speaks of {recorded:.60}, not of {case.environment:.60}")
    return True, recorded


def _follows(case: _Case) -> _Outcome:
    kind, expected = _predicate(case.record)
    if case.statement.predicate_type != kind:
        raise LedgerError("E_CONTRADICTION", "the form of the predicate does not follow from the record")
    for name in sorted(expected):
        if case.statement.predicate.get(name) != expected[name]:
            raise LedgerError("E_CONTRADICTION", f"{name} does not follow from the record")
    return True, f"{case.record['state']} as of {case.record['as_of']}"


def _checkpoint(case: _Case) -> _Outcome:
    note = case.record["checkpoint"]
    origin = note.partition("\n")[0]
    verify_note(note, [NoteKey(origin, key) for key in case.keys])
    return True, origin


def _validity(case: _Case) -> _Outcome:
    made, ends = (_moment(case.record[name]) for name in ("as_of", "expires_at"))
    if case.at is None:
        return None, f"holds until {case.record['expires_at']}; no moment given to compare"
    if case.at >= ends:
        raise LedgerError("E_EXPIRED", f"it held until {case.record['expires_at']}")
    if case.at < made - _CLOCKS_DIFFER:
        raise LedgerError("E_EXPIRED", f"it holds from {case.record['as_of']} on")
    return True, f"holds until {case.record['expires_at']}"


def _exact_bytes(case: _Case) -> _Outcome:
    """As the service writes it: one signature, under the id of its key; the line end may be missing."""
    if not case.exact:
        return None, "not asked for"
    envelope = case.envelopes[0]
    if len(envelope.signatures) != 1:
        raise LedgerError(
            "E_ALTERED", f"it carries {count(len(envelope.signatures), 'signature')}, and not one"
        )
    signature = Signature(envelope.signatures[0].sig, case.signers[0].keyid)
    written = Envelope(case.payload, envelope.payload_type, (signature,)).to_json()
    if case.bundle.removesuffix(b"\n") != written:
        raise LedgerError("E_ALTERED", "the signature holds, but the file around it was changed")
    return True, count(len(case.bundle), "byte")


_STEPS: Final[tuple[tuple[str, Callable[[_Case], _Outcome]], ...]] = (
    ("Envelope", _one_envelope),
    ("Payload type", _payload_type),
    ("Signature", _signature),
    ("Statement type", _statement),
    ("Predicate type", _form),
    ("Subject digest", _subject),
    ("Environment", _environment),
    ("Decision", _follows),
    ("Ledger checkpoint", _checkpoint),
    ("Validity", _validity),
    ("Exact bytes", _exact_bytes),
)


def _require_record(record: Mapping[str, Any]) -> None:
    content = dict(record)
    what = "the clearance"
    if content.get("kind") != _KIND:
        raise LedgerError("E_ENUM", "the record is not that of a clearance")
    for name in _TEXTS:
        if not member(content, name, str, what):
            raise LedgerError("E_MISSING_FIELD", f"the {name} of the clearance is empty")
    if content["state"] not in (*_OPEN, *_SHUT):
        raise LedgerError("E_ENUM", f"the state {content['state']:.40} is not known")
    for name in _DIGESTS:
        sha256_hex(member(content, name, str, what), f"the {name}")
    for name in ("as_of", "expires_at"):
        require_time(member(content, name, str, what), name)


def _predicate(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The predicate as it follows from the record, so that a verifier rebuilds it."""
    passing = _OPEN.get(record["state"])
    digests = {name: {"sha256": sha256_hex(record[name], name)} for name in _DIGESTS}
    if passing is None:
        return VSA, {
            "verifier": {"id": DECIDER},
            "timeVerified": record["as_of"],
            "resourceUri": _resource_uri(record),
            "policy": {"uri": _RULEBOOK_URI, "digest": digests["rulebook_digest"]},
            "verificationResult": "FAILED",
            "verifiedLevels": ["FAILED"],
            RECORD: record,
        }
    policies = [
        {"name": "rulebook", "digest": digests["rulebook_digest"]},
        {"name": "dossier", "digest": digests["dossier"]},
        {"name": "decision-record", "digest": digests["decision_record"]},
    ]
    return SVR, {
        "verifier": {"id": DECIDER, "policies": policies},
        "timeCreated": record["as_of"],
        "properties": ["FLIGHTRULES_DECIDED", passing],
        RECORD: record,
    }


def _resource_uri(record: Mapping[str, Any]) -> str:
    parts = (quote(record[name], safe="") for name in ("product", "version", "environment"))
    return "urn:flightrules:clearance:" + ":".join(parts)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.upper())
