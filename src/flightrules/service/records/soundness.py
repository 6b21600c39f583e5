"""What must hold before work is taken up here: a whole database, and tips that are as they were signed.

It is asked once, at the start of a process that writes. Reading, exporting and verifying go on without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection

from flightrules.errors import LedgerError, UsageError
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.merkle import leaf_hash
from flightrules.ledger.note import NoteKey, named_signers
from flightrules.service.door.refusals import UnavailableError
from flightrules.service.records import blobs
from flightrules.service.records.models import Entry, Stream
from flightrules.service.records.queries import public_keys
from flightrules.service.records.services import require_signed_tip

__all__ = ["require_sound_tips", "require_whole_database"]

_HINT = (
    "flightrules fsck tells more; `flightrules ledger export --good-prefix` saves what lies before the damage"
)


def require_whole_database() -> None:
    """Refuse a database file that is cut or damaged; PostgreSQL looks at its own pages as it reads them.

    Raises:
        UsageError: E_DATABASE.
    """
    with _in_words(), connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            return
        cursor.execute("PRAGMA quick_check(1)")
        said = str(cursor.fetchone()[0])
    if said != "ok":
        raise _damaged(said)


def require_sound_tips() -> str:
    """Refuse a ledger whose tips are not as they were signed; to be asked when the schema is there.

    Returns:
        A warning where this installation's key is not the one that signed: it can read and record nothing.

    Raises:
        UsageError: E_DATABASE, E_LEDGER_TIP.
    """
    with _in_words():
        tips = list(Stream.objects.filter(size__gt=0).order_by("name"))
        if not tips:
            _require_no_evidence()
        keys = public_keys()
        warnings = [_warning(tip, keys) for tip in tips]
    return next(filter(None, warnings), "")


def _require_no_evidence() -> None:
    """A database that was lost or emptied looks like a new one; the evidence beside it tells."""
    with suppress(UnavailableError):  # no store, no evidence that could be asked
        if blobs.store_of().digests():
            raise _damaged("the ledger is empty, but there is evidence in the store")


def _warning(tip: Stream, keys: Sequence[PublicKey]) -> str:
    """What is said of a tip that these keys did not sign; nothing where one of them did."""
    _require_last_entry(tip)
    said = "no public key is at hand to verify the ledger with"
    for key in keys:
        try:
            require_signed_tip(tip, key)
        except UnavailableError as error:
            if error.code == "E_LEDGER_TIP" or _claims(tip, key):
                raise _broken(f"the tip of the stream {tip.name} is not as it was signed") from None
            said = error.message
        else:
            return ""
    return said


def _require_last_entry(tip: Stream) -> None:
    last = Entry.objects.filter(stream=tip).order_by("-seq").first()
    if last is None or last.seq != tip.size - 1:
        raise _broken(f"{tip.name} has {last.seq + 1 if last else 0} entries, and {tip.size} were signed")
    if not bytes(last.leaf) == bytes(tip.last) == leaf_hash(bytes(last.body)):
        raise _broken(f"the newest entry of {tip.name} is not the one that was signed")


def _claims(tip: Stream, key: PublicKey) -> bool:
    """Whether the head names the key, so that a signature that does not hold is damage and no other key."""
    try:
        return any(NoteKey(name, key).id == key_id for name, key_id in named_signers(tip.head))
    except LedgerError:
        return True


def _damaged(said: str) -> UsageError:
    return UsageError("E_DATABASE", f"the database is damaged: {said[:200]}", hint=_HINT)


def _broken(said: str) -> UsageError:
    return UsageError("E_LEDGER_TIP", said, hint=_HINT)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UsageError("E_DATABASE", f"the database cannot be used: {said[:200]}", hint=_HINT) from None
