"""Anchors: the newest head, witnessed by somebody who does not own the database.

A timestamp authority (RFC 3161) signs when it saw the head; a note in a git repository travels with every
clone. Either shows later that entries were cut off or rewritten, which no chain of hashes can show by itself.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from flightrules.errors import UsageError
from flightrules.ledger.entry import moment
from flightrules.service.door.refusals import ForeignError, UnavailableError
from flightrules.service.records.actor import Actor
from flightrules.service.records.models import Checkpoint, Stream
from flightrules.service.records.services import OFFICE, append
from flightrules.service.records.tags import Tag

__all__ = ["anchor_head", "timestamp_faults"]

_PATIENCE_S = 20
_ANSWER_LIMIT = 1 << 20
_NOTES = "flightrules"


def anchor_head(
    *, stream: str, authority: str | None, repository: str | None, by: Actor, at: datetime
) -> list[str]:
    """Have the newest head of a stream witnessed, and keep what the witnesses said beside it.

    Args:
        stream: whose head.
        authority: address of an RFC 3161 authority; its roots are in FLIGHTRULES_TIMESTAMP_ROOTS.
        repository: folder of a git repository whose HEAD gets the note.
        by: who asks for it.
        at: when.

    Returns:
        One line for each witness.

    Raises:
        ForeignError: E_NO_SUCH. UnavailableError: E_WITNESS. UsageError: E_EXTRA.
    """
    tip = Stream.objects.filter(name=stream, size__gt=0).first()
    if tip is None:
        raise ForeignError("E_NO_SUCH", f"nothing is recorded in the stream {stream:.80}")
    made = [_timestamped(tip.head, authority)] if authority else []
    made += [_noted(tip.head, repository)] if repository else []
    with transaction.atomic():
        kept, _ = Checkpoint.objects.select_for_update().get_or_create(
            stream=tip, size=tip.size, defaults={"note": tip.head, "at": at}
        )
        kept.anchors = [*kept.anchors, *made]
        kept.save(update_fields=["anchors"])
        append(
            stream=OFFICE,
            tag=Tag.ANCHORED,
            by=by,
            at=at,
            subject=f"stream/{stream}",
            data={
                "size": tip.size,
                "head": hashlib.sha256(tip.head.encode()).hexdigest(),
                "witnesses": [{"kind": one["kind"], "what": one["what"]} for one in made],
            },
        )
    return [f"{one['kind']} {one['what']}" for one in made]


def timestamp_faults(kept: Checkpoint) -> list[str]:
    """What is wrong with the timestamps of a kept head; nothing where there are none.

    Raises:
        UsageError: E_EXTRA. UnavailableError: E_WITNESS, when the roots cannot be read.
    """
    tokens = [one for one in kept.anchors if one.get("kind") == "rfc3161"]
    return [why for why in (_timestamp_fault(kept.note, str(one.get("token"))) for one in tokens) if why]


def _timestamped(note: str, authority: str) -> dict[str, str]:
    rfc3161 = _library()
    builder = rfc3161.TimestampRequestBuilder().data(note.encode())
    request = builder.hash_algorithm(rfc3161.HashAlgorithm.SHA256).build()
    answer = _asked(authority, request.as_bytes())
    try:
        response = rfc3161.decode_timestamp_response(answer)
        _verifier(rfc3161, request.nonce).verify_message(response, note.encode())
    except (ValueError, rfc3161.VerificationError) as error:
        raise _no_witness(f"the authority's answer does not hold: {error}") from None
    seen_at = moment(response.tst_info.gen_time)
    return {
        "kind": "rfc3161",
        "what": seen_at,
        "authority": authority,
        "token": base64.b64encode(answer).decode(),
    }


def _timestamp_fault(note: str, token: str) -> str | None:
    rfc3161 = _library()
    try:
        response = rfc3161.decode_timestamp_response(base64.b64decode(token, validate=True))
        _verifier(rfc3161, None).verify_message(response, note.encode())
    except (ValueError, rfc3161.VerificationError) as error:
        return f"the timestamp does not hold: {error}"
    return None


def _verifier(rfc3161: Any, nonce: int | None) -> Any:
    from cryptography.x509 import load_pem_x509_certificates

    path = settings.FLIGHTRULES_TIMESTAMP_ROOTS
    try:
        with open(path, "rb") as file:
            roots = load_pem_x509_certificates(file.read())
    except (OSError, ValueError):
        raise _no_witness(
            "the roots of the timestamp authority cannot be read; name them in FLIGHTRULES_TIMESTAMP_ROOTS"
        ) from None
    return rfc3161.VerifierBuilder(roots=list(roots), nonce=nonce).build()


def _library() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        raise UsageError(
            "E_EXTRA", "timestamps need the extra 'timestamps'", hint="pip install 'flightrules[timestamps]'"
        ) from None
    return rfc3161_client


def _asked(url: str, request: bytes) -> bytes:
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    if not url.startswith(("https://", "http://")):
        raise _no_witness("its address is no http or https URL")
    asked = Request(url, data=request, headers={"Content-Type": "application/timestamp-query"})  # noqa: S310 -- scheme checked above
    try:
        with urlopen(asked, timeout=_PATIENCE_S) as answer:  # noqa: S310 -- scheme checked above
            return bytes(answer.read(_ANSWER_LIMIT))
    except (URLError, OSError, ValueError) as error:
        raise _no_witness(f"the authority does not answer: {type(error).__name__}") from None


def _noted(note: str, repository: str) -> dict[str, str]:
    commit = _git(repository, ["rev-parse", "--verify", "HEAD"]).strip()
    _git(repository, ["notes", f"--ref={_NOTES}", "append", "--file=-", commit], note)
    return {"kind": "git", "what": commit, "repository": os.path.abspath(repository)}


def _git(repository: str, words: Sequence[str], given: str = "") -> str:
    argv = ["git", "-C", repository, *words]
    try:
        done = subprocess.run(  # noqa: S603 -- no shell; a fixed program on the operator's own folder
            argv, input=given, capture_output=True, text=True, timeout=_PATIENCE_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or type(error).__name__
        raise _no_witness(f"git does not leave the note: {said.strip()[:200]}") from None
    return done.stdout


def _no_witness(why: str) -> UnavailableError:
    return UnavailableError("E_WITNESS", why, hint="nothing was anchored; the ledger is as it was")
