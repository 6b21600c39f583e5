"""Which database: SQLite under the home by default, PostgreSQL when a URL names one.

SQLite commits to disk before a change is acknowledged (WAL, synchronous=FULL), and every write transaction
takes its lock at the start (IMMEDIATE): a later upgrade of a read lock fails at once, whatever the time-out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from flightrules.errors import UsageError
from flightrules.service.config import home
from flightrules.service.config.environment import secret

__all__ = ["database"]

_POSTGRESQL = ("postgres", "postgresql")
_PREPARED = {"server_side_binding": True, "prepare_threshold": 5}
"""The server keeps how it answers a question that it got five times: half of its processor time a change."""

_SQLITE_START = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"


def database(url: str | None = None) -> dict[str, Any]:
    """Django's settings of the database that ``url`` (or ``FLIGHTRULES_DATABASE_URL``) names.

    Raises:
        UsageError: E_DATABASE_URL.
    """
    url = url if url is not None else secret("FLIGHTRULES_DATABASE_URL")
    if not url:
        return _sqlite(home.path("flightrules.sqlite3"))
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path))
    if parts.scheme in _POSTGRESQL:
        return _postgresql(url)
    raise UsageError(
        "E_DATABASE_URL",
        f"no database of the kind {parts.scheme[:20]!r} is supported",
        hint="write postgresql://user:password@host/name, or leave the variable out for SQLite",
    )


def _sqlite(name: str) -> dict[str, Any]:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _SQLITE_START}
    kept = {"CONN_MAX_AGE": None}  # opening one costs more than most questions put to it
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options, **kept}


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    found: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"connect_timeout": 5, **_PREPARED, **query},
    }
    return found
