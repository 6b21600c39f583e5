"""The service, started for one command; what a damaged or absent database raises becomes words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flightrules.errors import UsageError

if TYPE_CHECKING:
    from flightrules.ledger.keys import PublicKey

__all__ = ["keys_from", "started"]


@contextmanager
def started() -> Iterator[None]:
    """Start the service and carry out what stands inside.

    Raises:
        UsageError: E_DATABASE, and those of ``start``.
    """
    from flightrules.service.config.start import start

    start()
    from sqlite3 import Error as SqliteError

    from django.db import DatabaseError, InterfaceError

    try:
        yield
    except (DatabaseError, InterfaceError, SqliteError) as error:
        if not _was_set_up():
            raise UsageError(
                "E_DATABASE",
                "nothing was set up here yet",
                hint="set FLIGHTRULES_HOME, or FLIGHTRULES_DATABASE_URL, as for the service",
            ) from None
        said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise UsageError(
            "E_DATABASE",
            f"the database cannot be used: {said}",
            hint="flightrules fsck tells more; a backup is brought back with flightrules restore",
        ) from None


def _was_set_up() -> bool:
    """Whether the database holds a table; one that cannot be asked was set up and is damaged."""
    from django.db import DatabaseError, InterfaceError, connection

    try:
        return bool(connection.introspection.table_names())
    except (DatabaseError, InterfaceError):
        return True


def keys_from(paths: Sequence[str]) -> list[PublicKey]:
    """The keys that were named, or else those of this installation.

    Raises:
        UsageError: E_SIGNING_KEY where there are none.
    """
    from flightrules.cli.trust import named_keys
    from flightrules.service.records.queries import public_keys

    found = named_keys(paths) or public_keys()
    if not found:
        raise UsageError(
            "E_SIGNING_KEY", "no public key is at hand to verify with", hint="name it with --key FILE"
        )
    return found
