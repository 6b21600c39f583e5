"""Verify the signed record of a verdict with nothing but the file and the keys: no network, no clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from flightrules.errors import LedgerError
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.statement import bare_digest, sha256_hex
from flightrules.ledger.steps import LAST_GATE, STEPS, Case, Given, Outcome, common_signers, count
from flightrules.values import frozen

__all__ = ["Step", "Verification", "verify_attestation", "walked"]

C = TypeVar("C")
"""What a verification has found so far."""


@frozen
class Step:
    """One numbered step: ``ok`` is None where nothing was given to compare, or an earlier step failed.

    ``code`` is the error's stable code where the step failed, and empty elsewhere.
    """

    number: int
    title: str
    ok: bool | None
    detail: str
    code: str = ""


@frozen
class Verification:
    """All steps in their fixed order; record and signers are there only when no step failed."""

    steps: tuple[Step, ...]
    record: dict[str, Any] | None
    signers: tuple[PublicKey, ...]
    name: str

    @property
    def failed(self) -> Step | None:
        """The first step that does not hold."""
        return next((step for step in self.steps if step.ok is False), None)

    @property
    def ok(self) -> bool:
        """Whether the record holds."""
        return self.record is not None

    def require(self) -> dict[str, Any]:
        """The verified record.

        Raises:
            LedgerError: the first failed step, as an error.
        """
        if self.record is not None:
            return self.record
        step = next(step for step in self.steps if step.ok is False)
        message = f"step {step.number}, {step.title}: {step.detail}"
        raise LedgerError(step.code, message, file=self.name, hint="do not rely on this record")


def verify_attestation(  # noqa: PLR0913  a verifier may bring much along; all of it is named and optional
    bundle: bytes,
    *,
    public_keys: Collection[PublicKey],
    rulebook_digest: str | None = None,
    evidence_digests: Mapping[str, str] | Collection[str] | None = None,
    subject_digest: str | None = None,
    threshold: int = 1,
    revoked_keys: Collection[PublicKey] = (),
    all_evidence: bool = True,
    exact: bool = True,
    name: str = "<bundle>",
) -> Verification:
    """Verify what ``attestation.attest`` wrote.

    Args:
        bundle: the file's bytes.
        public_keys: whose signatures count.
        rulebook_digest: of the rulebook at hand, ``sha256:<hex>`` or hex; None: not compared.
        evidence_digests: SHA-256 of the files at hand, by path or as plain digests; None: not compared.
            Files match by digest, names only help to say what differs.
        subject_digest: of the artefact at hand, ``sha256:<hex>``, ``gitCommit:<hex>`` or hex; None: not
            compared.
        threshold: how many different keys must have signed both envelopes.
        revoked_keys: their signatures never count.
        all_evidence: whether every recorded artefact must be among the given ones.
        exact: whether the file must be byte for byte as it was written; a change outside the signed part
            cannot change the meaning, but somebody made it.
        name: the file's name, for messages.

    Returns:
        The steps; a bundle that does not verify is a result, not an exception.

    Raises:
        LedgerError: E_KEY (fewer keys than the threshold), E_MALFORMED (a given text is no digest).
    """
    keys, revoked = tuple(dict.fromkeys(public_keys)), tuple(revoked_keys)
    if threshold < 1 or len(keys) < threshold:
        message = f"{count(threshold, 'signature')} asked for and {count(len(keys), 'key')} given"
        raise LedgerError("E_KEY", message, hint="name the signers' public keys")
    if subject_digest is not None:
        bare_digest(subject_digest, "the subject digest")
    rulebook = None if rulebook_digest is None else sha256_hex(rulebook_digest, "the rulebook digest")
    evidence = None if evidence_digests is None else _by_name(evidence_digests)
    given = Given(
        bundle, name, keys, revoked, threshold, rulebook, evidence, subject_digest, all_evidence, exact
    )
    return _walked(Case(given))


def _walked(case: Case) -> Verification:
    steps = walked(STEPS, case, last_gate=LAST_GATE)
    if any(step.ok is False for step in steps):
        return Verification(steps, None, (), case.given.name)
    return Verification(steps, case.record, common_signers(case), case.given.name)


def walked(
    checks: Iterable[tuple[str, Callable[[C], Outcome]]], case: C, *, last_gate: int
) -> tuple[Step, ...]:
    """Every step in its order; behind a failure among the first ``last_gate`` ones nothing is carried out."""
    steps: list[Step] = []
    for number, (title, check) in enumerate(checks, 1):
        if any(step.ok is False and step.number <= last_gate for step in steps):
            steps.append(Step(number, title, None, "not reached"))
        else:
            steps.append(_carried_out(number, title, check, case))
    return tuple(steps)


def _carried_out(number: int, title: str, check: Callable[[C], Outcome], case: C) -> Step:
    try:
        ok, detail = check(case)
    except LedgerError as error:
        where = f" at {error.where}" if error.line is not None else ""
        return Step(number, title, False, error.message + where, error.code)
    return Step(number, title, ok, detail)


def _by_name(digests: Mapping[str, str] | Collection[str]) -> dict[str, str]:
    pairs = digests.items() if isinstance(digests, Mapping) else ((one, one) for one in digests)
    return {name: sha256_hex(digest, f"the digest of {name:.80}") for name, digest in pairs}
