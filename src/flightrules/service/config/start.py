"""The service's first step in every process: a home to live in, and Django told where its settings are."""

from __future__ import annotations

import os

from flightrules.errors import UsageError
from flightrules.service.config import home

__all__ = ["start"]

_SETTINGS = "flightrules.service.config.settings"


def start() -> None:
    """Prepare the home and set Django up; harmless when done before.

    Raises:
        UsageError: E_EXTRA where the service's packages are missing, E_HOME where nothing can be kept,
            E_DATABASE_URL and E_SETTING where a setting makes no sense.
    """
    try:
        import django
    except ImportError:
        raise UsageError(
            "E_EXTRA",
            "the service is not installed",
            hint="pip install 'flightrules[service]'",
        ) from None
    _prepare_home()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", _SETTINGS)
    django.setup()
    _keep_database_private()


def _prepare_home() -> None:
    try:
        home.make_ready()
    except OSError as error:
        raise _unusable(error) from None


def _keep_database_private() -> None:
    """SQLite's file is made here, so that it is its owner's alone, as are its journals."""
    from django.conf import settings

    found = settings.DATABASES["default"]
    name = str(found["NAME"])
    if not found["ENGINE"].endswith("sqlite3") or "mode=memory" in name or os.path.exists(name):
        return
    try:
        os.close(os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise _unusable(error) from None


def _unusable(error: OSError) -> UsageError:
    return UsageError(
        "E_HOME",
        f"the service's folder cannot be used: {error.strerror or type(error).__name__}",
        file=error.filename if isinstance(error.filename, str) else home.home(),
        hint="set FLIGHTRULES_HOME to a folder that this user may write",
    )
