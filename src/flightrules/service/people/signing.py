"""What it takes to sign: all components at first, one of the signer's own for each later signing.

A continuous session is one token or one browser session, as long as no more than the idle limit passes
between two signings. Its first signing takes all components that the person has: password and code, or a
passkey that verified who holds it. Each later one takes a fresh proof of at least one. A proof signs once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import CharField

from flightrules.engine.process_rules import ALL_COMPONENTS
from flightrules.ledger.signed_terms import terms_digest
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import DeniedError, UnauthenticatedError
from flightrules.service.people.confirmations import taken
from flightrules.service.people.models import Account, SigningSession
from flightrules.service.people.vouched import require_vouched
from flightrules.service.records.actor import Actor, Kind

__all__ = [
    "PROOF_HOLDS",
    "SigningProof",
    "components_needed",
    "require_signed_terms",
    "require_signing_proof",
]

_SESSION = Question(lambda key: SigningSession.objects.select_for_update().filter(pk=key), CharField())
PROOF_HOLDS = timedelta(seconds=60)
"""How long after it was given a proof may sign."""


@dataclass(frozen=True, slots=True)
class SigningProof:
    """What a signature says of how the signer was known.

    Attributes:
        components: how many were shown for this very signing.
        first: whether it is the first signing of its continuous session.
        proved_at: when they were shown.
    """

    components: int
    first: bool
    proved_at: datetime


def require_signing_proof(
    by: Actor, *, at: datetime, act: str = "", about: str = "", digest: str = ""
) -> SigningProof:
    """Take the signer's proof for one signature; asked in the transaction of the act that is signed.

    What was confirmed in the browser for exactly this act, subject and digest is taken first.

    Args:
        by: who signs.
        at: when.
        act: what is signed, in the word that the caller of ``POST /confirmations`` uses too.
        about: ``kind/key`` of what it is about.
        digest: SHA-256 of what is signed, in hexadecimal.

    Raises:
        UnauthenticatedError: E_REAUTH_REQUIRED. DeniedError: E_PROOF_OF_MACHINE, E_ACCOUNT_UNVOUCHED.
    """
    if by.kind is not Kind.PERSON:
        raise DeniedError("E_PROOF_OF_MACHINE", "a machine proves nothing and signs nothing")
    if not connection.in_atomic_block:
        raise RuntimeError("a proof is used in the transaction of what it signs")
    session = _locked(by)
    first = _is_first(session, at)
    confirmed = taken(by, at=at, act=act, about=about, digest=digest)
    proof = SigningProof(ALL_COMPONENTS, first, confirmed) if confirmed else _given(by, session, first, at)
    session.signed_at, session.proof_at = at, max(proof.proved_at, session.proof_at or proof.proved_at)
    session.save(update_fields=["signed_at", "proof_at"])
    return proof


def require_signed_terms(
    by: Actor, *, at: datetime, act: str, about: str, terms: Mapping[str, str | date | datetime]
) -> SigningProof:
    """Take the signer's proof for an act that is bound to its terms, as ``require_signing_proof`` does.

    Args:
        by: who signs.
        at: when.
        act: what is signed, in its own word.
        about: ``kind/key`` of what it is about.
        terms: what is agreed to, by name; ``docs/how-to/prove-who-signs.md`` tells those of each act.

    Raises:
        UnauthenticatedError: E_REAUTH_REQUIRED. DeniedError: E_PROOF_OF_MACHINE, E_ACCOUNT_UNVOUCHED.
    """
    return require_signing_proof(by, at=at, act=act, about=about, digest=terms_digest(act, about, terms))


def components_needed(by: Actor, at: datetime) -> int:
    """How many components the next signing in this session takes; none where nobody can sign."""
    if by.kind is not Kind.PERSON:
        return 0
    session = SigningSession.objects.filter(key=by.session_key).first()
    return ALL_COMPONENTS if session is None or _is_first(session, at) else 1


def _is_first(session: SigningSession, at: datetime) -> bool:
    """Whether nothing was signed in it within the idle limit, so that all components are needed."""
    idle = timedelta(minutes=settings.FLIGHTRULES_SIGNING_IDLE_MINUTES)
    return session.signed_at is None or not timedelta(0) <= at - session.signed_at <= idle


def _given(by: Actor, session: SigningSession, first: bool, at: datetime) -> SigningProof:
    """The proof that came with the request, the token or the browser session."""
    proved = by.proved_at
    if proved is None or not timedelta(0) <= at - proved <= PROOF_HOLDS or by.components < 1:
        raise _refused("this is signed with a fresh proof of who signs", first)
    if session.proof_at is not None and proved <= session.proof_at:
        raise _refused("this proof has signed already; each signs once", first)
    if first and by.components < ALL_COMPONENTS:
        raise _refused("the first signing of a session takes all components of the signature", first)
    return SigningProof(by.components, first, proved)


def _locked(by: Actor) -> SigningSession:
    require_vouched(by)
    found = _SESSION.first(by.session_key)
    if found is None:
        account = Account.objects.get(key=by.account_key)
        found, _ = SigningSession.objects.select_for_update().get_or_create(
            key=by.session_key, defaults={"account": account}
        )
    return found


def _refused(message: str, first: bool) -> UnauthenticatedError:
    return UnauthenticatedError(
        "E_REAUTH_REQUIRED",
        message,
        hint="send password and code to /me/proof, or confirm it in the browser"
        if first
        else "send a code of your authenticator app as Flightrules-Proof, or confirm it in the browser",
        components=ALL_COMPONENTS if first else 1,
        max_age_seconds=int(PROOF_HOLDS.total_seconds()),
    )
