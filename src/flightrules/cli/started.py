"""The service, started for one command; what a damaged or absent database raises becomes words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flightrules.errors import UsageError

__all__ = ["started"]


@contextmanager
def started() -> Iterator[None]:
    """Start the service and carry out what stands inside.

    Raises:
        UsageError: E_DATABASE, and those of ``start``.
    """
    from flightrules.service.config.start import start

    start()
    from django.db import DatabaseError, InterfaceError

    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise UsageError(
            "E_DATABASE",
            f"the database cannot be used: {said}",
            hint="flightrules fsck tells more; a backup is brought back with flightrules restore",
        ) from None
