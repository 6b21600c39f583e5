"""Verify a signed record, clearance, case file or proof of an entry offline, in numbered steps.

Exit code 0 when the record holds (whatever its verdict), 1 when it does not. With --require-go it is 1, too,
when the verdict is neither GO nor CONDITIONAL GO, or was only advice.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flightrules.cli.discover import read_file
from flightrules.cli.terminal import say_json, say_lines
from flightrules.errors import EvidenceError, ExitCode, LedgerError, UsageError
from flightrules.evidence.source import Source

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]

_CASE_LIMIT = 64 << 30
_MARKS = {True: "ok  ", False: "FAIL", None: "--  "}


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "file", metavar="FILE", help="the signed record, or a case file or proof of the ledger"
    )
    parser.add_argument("--key", action="append", required=True, metavar="PUB", help="public key; repeatable")
    parser.add_argument("--threshold", type=int, default=1, metavar="N", help="signatures by different keys")
    parser.add_argument("--rulebook", metavar="FILE", help="compare with this rulebook")
    parser.add_argument("--evidence", nargs="+", metavar="FILE", help="compare with these artefacts")
    parser.add_argument("--some-evidence", action="store_true", help="the artefacts need not be all of them")
    parser.add_argument(
        "--artefact", metavar="FILE", help="compare with what was released: file or sha256:DIGEST"
    )
    parser.add_argument("--environment", metavar="ENV", help="compare a clearance with where it goes")
    parser.add_argument(
        "--require-go", action="store_true", help="fail also when the verdict lets nothing through"
    )
    parser.add_argument(
        "--anchor",
        action="append",
        default=[],
        metavar="FILE",
        help="case file: a head that was kept elsewhere",
    )
    parser.add_argument(
        "--unsealed", action="store_true", help="case file: let one of an earlier version hold without a seal"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def execute(arguments: Namespace) -> int:
    """Verify and print every step."""
    if _is_case_file(arguments.file):
        return _verify_case(arguments)
    from flightrules.ledger.clearance_attestation import is_clearance_attestation
    from flightrules.ledger.inclusion import is_proof

    bundle = _bytes(arguments.file)
    if is_clearance_attestation(bundle) or (arguments.environment is not None and _is_broken(bundle)):
        return _verify_clearance(arguments, bundle)
    if is_proof(bundle):
        return _verify_proof(arguments, bundle)
    if arguments.environment is not None:
        raise UsageError(
            "E_CASE", "only a clearance speaks of an environment", hint="leave --environment out"
        )
    from flightrules.ledger.key_files import load_public_key
    from flightrules.ledger.verification import verify_attestation

    keys = [load_public_key(read_file(path, what="key"), name=path) for path in arguments.key]
    verification = verify_attestation(
        bundle,
        public_keys=keys,
        rulebook_digest=_rulebook(arguments.rulebook),
        evidence_digests={path: _digest(path) for path in arguments.evidence} if arguments.evidence else None,
        subject_digest=_subject(arguments.artefact),
        threshold=arguments.threshold,
        all_evidence=not arguments.some_evidence,
        name=arguments.file,
    )
    _say(arguments, verification, _said(verification))
    holds = verification.ok and (not arguments.require_go or _lets_through(verification.record or {}))
    return int(ExitCode.GO if holds else ExitCode.NO_GO)


def _is_broken(bundle: bytes) -> bool:
    """Whether no envelope can be read, so that only the steps of what was asked for can say why."""
    from flightrules.ledger.envelope import parse_bundle

    try:
        parse_bundle(bundle)
    except LedgerError:
        return True
    return False


def _is_case_file(path: str) -> bool:
    from flightrules.ledger.case_file import is_case_file

    try:
        with Source.open(path, limit=_CASE_LIMIT) as source:
            return is_case_file(source.head(4))
    except EvidenceError:
        return False  # read again and refused where its fault is said


def _verify_case(arguments: Namespace) -> int:
    """A case file is judged by its steps alone: it may hold verdicts of every kind."""
    from flightrules.cli.trust import anchors_from, named_keys
    from flightrules.ledger.case_verification import verify_case_file

    asked = ("rulebook", "evidence", "artefact", "require_go")
    if any(getattr(arguments, name) for name in asked) or arguments.threshold != 1:
        raise UsageError(
            "E_CASE", "a case file brings its own rulebook and evidence", hint="give --key and --anchor only"
        )
    keys, anchors = named_keys(arguments.key), anchors_from(arguments.anchor)
    with open(arguments.file, "rb") as file:
        verification = verify_case_file(
            file, public_keys=keys, anchors=anchors, unsealed=arguments.unsealed, name=arguments.file
        )
    if arguments.format == "json":
        found = {"ok": verification.ok, "steps": _steps(verification), "about": verification.about}
        say_json(found)
    else:
        held = "verified" if verification.steps[-1].ok else "NOT SEALED, the entries alone are verified"
        said = f"{held}: {verification.about}, {verification.size} entries of {verification.origin}"
        say_lines(_told(verification, said))
    return int(ExitCode.GO if verification.ok else ExitCode.NO_GO)


def _verify_clearance(arguments: Namespace, bundle: bytes) -> int:
    """Whether the answer was given; with --require-go also whether it lets through now: it is short-lived."""
    from flightrules.cli.trust import named_keys
    from flightrules.ledger.clearance_attestation import lets_through, verify_clearance

    if arguments.rulebook or arguments.evidence or arguments.threshold != 1 or arguments.anchor:
        raise UsageError(
            "E_CASE",
            "a clearance is compared with artefact and environment alone",
            hint="give --key, --artefact and --environment only",
        )
    verification = verify_clearance(
        bundle,
        public_keys=named_keys(arguments.key),
        artefact=_subject(arguments.artefact),
        environment=arguments.environment,
        at=datetime.now(UTC) if arguments.require_go else None,
        name=arguments.file,
    )
    record = verification.record or {}
    said = (
        f"verified: {record.get('product')} {record.get('version')} to {record.get('environment')}:"
        f" {record.get('state')} as of {record.get('as_of')}, until {record.get('expires_at')}"
    )
    _say(arguments, verification, said)
    holds = verification.ok and (not arguments.require_go or lets_through(record))
    return int(ExitCode.GO if holds else ExitCode.NO_GO)


def _verify_proof(arguments: Namespace, data: bytes) -> int:
    """A proof speaks of one entry of a ledger, and brings all that it is compared with."""
    from flightrules.cli.trust import named_keys
    from flightrules.ledger.inclusion import verify_proof

    asked = ("rulebook", "evidence", "artefact", "environment", "require_go", "anchor")
    if any(getattr(arguments, name) for name in asked) or arguments.threshold != 1:
        raise UsageError("E_CASE", "a proof is of one entry of the ledger", hint="give --key only")
    verification = verify_proof(data, public_keys=named_keys(arguments.key), name=arguments.file)
    record = verification.record or {}
    said = (
        f"verified: entry {record.get('seq')} of {record.get('stream')} is in the ledger: {record.get('tag')}"
        f" about {record.get('subject')} at {record.get('at')}"
    )
    _say(arguments, verification, said)
    return int(ExitCode.GO if verification.ok else ExitCode.NO_GO)


def _lets_through(record: dict[str, Any]) -> bool:
    return record.get("verdict") in ("GO", "CONDITIONAL GO") and not record.get("advise")


def _bytes(path: str) -> bytes:
    try:
        with Source.open(path, limit=256 << 20) as source:
            return source.data()
    except EvidenceError as error:
        raise LedgerError(error.code, error.message, file=path, hint=error.hint) from None


def _rulebook(path: str | None) -> str | None:
    from flightrules.rules.loading import load_rulebook

    return load_rulebook(read_file(path), path).digest if path else None


def _digest(path: str) -> str:
    try:
        with Source.open(path) as source:
            return source.digest()
    except EvidenceError as error:
        raise UsageError(error.code, error.message, file=path, hint=error.hint) from None


def _subject(named: str | None) -> str | None:
    if named is None or ":" in named.partition("/")[0]:
        return named
    return _digest(named)


def _said(verification: Any) -> str:
    record = verification.record or {}
    product = " ".join(part for part in (record.get("product"), record.get("version")) if part)
    signers = ", ".join(key.keyid[:16] for key in verification.signers)
    verdict = f"{record.get('verdict')} (advice only)" if record.get("advise") else record.get("verdict")
    return f"verified: {product or 'release'} {verdict} as of {record.get('as_of')}, signed by {signers}"


def _told(verification: Any, said: str) -> list[str]:
    lines = [
        f"{step.number:>2}. {_MARKS[step.ok]} {step.title}: {step.detail}" for step in verification.steps
    ]
    if not verification.ok:
        failed = verification.failed
        place = f"{verification.name}: step {failed.number}, {failed.title}"
        lines += ["", f"error {failed.code}: {place}: {failed.detail}"]
        lines += ["  fix    do not rely on this record; ask for it again from who signed it"]
        return [*lines, f"  learn  flightrules explain {failed.code}"]
    return [*lines, "", said]


def _steps(verification: Any) -> list[dict[str, Any]]:
    return [
        {"number": step.number, "title": step.title, "ok": step.ok, "detail": step.detail, "code": step.code}
        for step in verification.steps
    ]


def _say(arguments: Namespace, verification: Any, said: str) -> None:
    if arguments.format == "json":
        say_json({"ok": verification.ok, "steps": _steps(verification), "record": verification.record})
    else:
        say_lines(_told(verification, said))
