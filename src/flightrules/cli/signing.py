"""Sign the verdict: one file that binds artefact, rulebook and every piece of evidence."""

from __future__ import annotations

from flightrules.cli.discover import read_file
from flightrules.cli.evaluation import Evaluation
from flightrules.cli.keygen import passphrase_from
from flightrules.cli.outputs import write_file
from flightrules.errors import EvidenceError, UsageError
from flightrules.reports.json_report import record
from flightrules.reports.report import Report

__all__ = ["sign_verdict"]

PASSPHRASE = "FLIGHTRULES_PASSPHRASE"  # noqa: S105 -- the variable's name


def sign_verdict(evaluation: Evaluation, *, key: str | None, target: str | None) -> None:
    """Write the signed record.

    Raises:
        UsageError: E_SIGN without a key or a target, E_SUBJECT when nothing says what is released.
    """
    if key is None or target is None:
        raise UsageError(
            "E_SIGN", "a signed record needs a key and a place", hint="give both --sign KEY and --attest FILE"
        )
    import os

    from flightrules.ledger.attestation import attest
    from flightrules.ledger.key_files import load_private_key

    named = PASSPHRASE if os.environ.get(PASSPHRASE) else None
    private = load_private_key(read_file(key, what="key"), passphrase=passphrase_from(named), name=key)
    report = Report(evaluation.verdict, evaluation.rulebook)
    write_file(target, attest(record(report), subjects=[_subject(evaluation)], keys=[private]))


def _subject(evaluation: Evaluation) -> dict[str, object]:
    verdict = evaluation.verdict
    name = " ".join(part for part in (verdict.product, verdict.version) if part) or "release"
    if verdict.artefact_digest is not None:
        return {"name": name, "digest": {"sha256": verdict.artefact_digest}}
    from flightrules.connectors.git import head_commit

    try:
        commit = head_commit(evaluation.root)
    except EvidenceError as error:
        raise UsageError(
            "E_SUBJECT", f"nothing says what is released: {error.message}", hint="give --artefact FILE"
        ) from None
    return {"name": name, "digest": {"gitCommit": commit}}
