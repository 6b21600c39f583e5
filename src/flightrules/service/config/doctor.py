"""What is unsafe or broken in how the service is set up: each finding has a code, a sentence and a way out.

A check answers with what is wrong, or with nothing. Those of ``PRODUCTION`` are fine on a laptop.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection

from flightrules.errors import FlightrulesError, UsageError
from flightrules.errors.doctor_codes import DOCTOR_CODES
from flightrules.service.config.doctor_workloads import keys_missing, made_for_others, plain_http

__all__ = ["ALWAYS", "PRODUCTION", "Check", "Finding", "findings"]

_FREE_BYTES = 500 * 1024 * 1024
_SECRET_LENGTH = 50
_SECRET_KINDS = 10
_BODY_LIMIT = 16 * 1024 * 1024
_SKEW = timedelta(seconds=5)
_LOCAL = ("", "localhost", "127.0.0.1", "::1")
_WELL_KNOWN_SECRETS = (
    "django-insecure",
    "changeme",
    "change-me",
    "secret",
    "password",
    "example",
    "only-for-tests",
)
_MOUNTS = "/proc/mounts"
_NETWORK = ("nfs", "cifs", "smb", "9p", "ceph", "fuse.sshfs", "glusterfs", "fuse.glusterfs", "afs", "lustre")
_METADATA = ("169.254.", "fd00:ec2::254", "metadata.google.internal")


class Check(NamedTuple):
    """One question to the set-up; what to do about its finding stands in the catalogue of codes."""

    code: str
    ask: Callable[[datetime], str | None]


class Finding(NamedTuple):
    """What is wrong and what to do about it."""

    code: str
    what: str
    fix: str


def findings(at: datetime, *, production: bool) -> Iterator[Finding]:
    """All that is wrong at this moment, in the order of the checks."""
    fixes = {code.name: code.fix for code in DOCTOR_CODES}
    for check in ALWAYS + (PRODUCTION if production else ()):
        what = check.ask(at)
        if what:
            yield Finding(check.code, what, fixes[check.code])


def _home_open(_at: datetime) -> str | None:
    open_ones = [name for name in ("", "keys", "blobs", "run") if _is_open(_in_home(name))]
    return f"others may look into {_in_home(open_ones[0])}" if open_ones else None


def _keys_open(_at: datetime) -> str | None:
    names = (_in_home("secret.key"), _in_home("flightrules.sqlite3"), settings.FLIGHTRULES_SIGNING_KEY)
    open_ones = [name for name in names if _is_open(name)]
    return f"others may read {open_ones[0]}" if open_ones else None


def _in_home(name: str) -> str:
    return os.path.join(settings.FLIGHTRULES_HOME, name) if name else str(settings.FLIGHTRULES_HOME)


def _is_open(name: str) -> bool:
    try:
        return bool(os.stat(name).st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False


def _home_full(_at: datetime) -> str | None:
    free = shutil.disk_usage(settings.FLIGHTRULES_HOME).free
    return f"{free // (1024 * 1024)} MiB are free under the home" if free < _FREE_BYTES else None


def _signing_key(_at: datetime) -> str | None:
    from flightrules.service.records.signer import ledger_key

    try:
        ledger_key()
    except FlightrulesError as error:
        return error.message
    return None


def _database(_at: datetime) -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"the database does not answer: {type(error).__name__}"
    return None


def _schema(_at: datetime) -> str | None:
    from flightrules.service.config.migrate import missing_migrations

    try:
        missing = missing_migrations()
    except UsageError as error:
        return error.message
    return f"{len(missing)} migrations are missing, first {missing[0]}" if missing else None


def _clock(at: datetime) -> str | None:
    if connection.vendor != "postgresql":
        return _beat_ahead(at)
    said = _asked_database("SELECT now()")
    ahead = abs(said - at) if isinstance(said, datetime) else timedelta()
    return f"this clock and the database's differ by {ahead.total_seconds():.0f} s" if ahead > _SKEW else None


def _beat_ahead(at: datetime) -> str | None:
    """A sign of life from the future means that the clock was set back."""
    from django.db.models import Max

    from flightrules.service.jobs.models import WorkerBeat

    try:
        last = WorkerBeat.objects.aggregate(last=Max("beat_at"))["last"]
    except DatabaseError:
        return None
    return "a worker was here later than now: the clock was set back" if last and last - at > _SKEW else None


def _plain_http(_at: datetime) -> str | None:
    return None if settings.FLIGHTRULES_IS_SECURE else "the base URL is not https"


def _any_host(_at: datetime) -> str | None:
    wild = [host for host in settings.ALLOWED_HOSTS if host.startswith((".", "*"))]
    return f"any host that matches {wild[0]!r} is taken for ours" if wild else None


def _other_host(_at: datetime) -> str | None:
    host = urlsplit(settings.FLIGHTRULES_BASE_URL).hostname or ""
    return None if host in settings.ALLOWED_HOSTS else "the base URL's host is none that is answered to"


def _debugging(_at: datetime) -> str | None:
    return "debugging is on" if settings.DEBUG or os.environ.get("FLIGHTRULES_DEBUG") else None


def _secret_short(_at: datetime) -> str | None:
    key = settings.SECRET_KEY
    weak = len(key) < _SECRET_LENGTH or len(set(key)) < _SECRET_KINDS
    return "the secret key can be guessed" if weak else None


def _secret_known(_at: datetime) -> str | None:
    known = any(one in settings.SECRET_KEY.lower() for one in _WELL_KNOWN_SECRETS)
    return "the secret key looks like one from a book" if known else None


def _sqlite_shared(_at: datetime) -> str | None:
    if connection.vendor != "sqlite":
        return None
    kind = _file_system(os.path.realpath(str(settings.DATABASES["default"]["NAME"])))
    return f"SQLite lies on a file system of the network ({kind})" if kind.startswith(_NETWORK) else None


def _file_system(name: str) -> str:
    """The kind of file system that a file lies on, where the system tells (Linux)."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="replace") as file:
            mounts = [line.split()[1:3] for line in file]
    except OSError:
        return ""
    above = [(len(place), kind) for place, kind in mounts if _is_under(name, place)]
    return max(above, default=(0, ""))[1]


def _is_under(name: str, place: str) -> bool:
    return os.path.commonpath([name, place.replace("\\040", " ")]) == place.replace("\\040", " ")


def _sqlite_loses(_at: datetime) -> str | None:
    if connection.vendor != "sqlite":
        return None
    mode, sync = _asked_database("PRAGMA journal_mode"), _asked_database("PRAGMA synchronous")
    return None if (mode, sync) == ("wal", 2) else f"SQLite runs with journal_mode={mode}, synchronous={sync}"


def _postgresql_loses(_at: datetime) -> str | None:
    if connection.vendor != "postgresql":
        return None
    off = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if _shown(name) == "off"]
    return f"PostgreSQL runs with {off[0]}=off and may lose what was acknowledged" if off else None


def _postgresql_plain(_at: datetime) -> str | None:
    found = settings.DATABASES["default"]
    host = found.get("HOST", "")
    if connection.vendor != "postgresql" or host in _LOCAL or host.startswith("/"):
        return None
    mode = found.get("OPTIONS", {}).get("sslmode", "prefer")
    return None if mode == "verify-full" else f"the way to the database is not proved safe (sslmode={mode})"


def _postgresql_superuser(_at: datetime) -> str | None:
    if connection.vendor != "postgresql" or _shown("is_superuser") != "on":
        return None
    return "the service is the database's superuser, so nothing in it can be kept from the service"


def _shown(name: str) -> object:
    return _asked_database(f"SHOW {name}")


def _asked_database(question: str) -> object:
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            found = cursor.fetchone()
    except DatabaseError:
        return None
    return found[0] if found else None


def _no_mail(_at: datetime) -> str | None:
    return None if hasattr(settings, "EMAIL_HOST_USER") and _mail_host() else "no mail server is named"


def _plain_mail(_at: datetime) -> str | None:
    safe = getattr(settings, "EMAIL_USE_SSL", False) or getattr(settings, "EMAIL_USE_TLS", False)
    return None if safe or _mail_host() in _LOCAL else "mail goes out without TLS"


def _mail_host() -> str:
    """The mail server's name; Django's own default of ``localhost`` is none that was named."""
    named = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
    return str(settings.EMAIL_HOST) if named else ""


def _mail_domain(_at: datetime) -> str | None:
    nowhere = settings.FLIGHTRULES_MAIL_DOMAIN.endswith(".invalid")
    return "mail comes from a domain that cannot exist" if nowhere else None


def _proxy_unsaid(_at: datetime) -> str | None:
    missing = settings.FLIGHTRULES_IS_SECURE and not settings.FLIGHTRULES_BEHIND_PROXY
    return "https ends somewhere before the service, but no proxy is declared" if missing else None


def _proxy_plain(_at: datetime) -> str | None:
    odd = settings.FLIGHTRULES_BEHIND_PROXY and not settings.FLIGHTRULES_IS_SECURE
    return "what a proxy says is believed, though the base URL is not https" if odd else None


def _no_rate(_at: datetime) -> str | None:
    rates = (settings.FLIGHTRULES_RATE_PER_CALLER, settings.FLIGHTRULES_RATE_PER_ADDRESS)
    return None if all(rates) else "a rate limit is off"


def _big_bodies(_at: datetime) -> str | None:
    size = settings.FLIGHTRULES_BODY_LIMIT
    return None if 0 < size <= _BODY_LIMIT else f"bodies of {size} bytes are read into memory"


def _open_metrics(_at: datetime) -> str | None:
    return "the counts are shown to everybody" if settings.FLIGHTRULES_METRICS_OPEN else None


def _inner_hosts(_at: datetime) -> str | None:
    bad = [one for one in settings.FLIGHTRULES_NOTICE_HOSTS if one == "*" or one.startswith(_METADATA)]
    return f"notices may be sent to {bad[0]}, where a cloud keeps its secrets" if bad else None


def _cookies(_at: datetime) -> str | None:
    safe = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
    return None if safe else "session cookies travel without https"


def _no_hsts(_at: datetime) -> str | None:
    return None if settings.SECURE_HSTS_SECONDS else "browsers are not told to stay with https"


def _insecure_passkeys(_at: datetime) -> str | None:
    loose = getattr(settings, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", False)
    return "passkeys are taken over plain http" if loose else None


def _weak_hashing(_at: datetime) -> str | None:
    first = settings.PASSWORD_HASHERS[0]
    return f"passwords are hashed by {first.rpartition('.')[2]}" if "MD5" in first else None


def _plain_issuer(_at: datetime) -> str | None:
    issuer = getattr(settings, "FLIGHTRULES_OIDC_ISSUER", "")
    plain = issuer and not issuer.startswith("https://")
    return "the identity provider is asked over plain http" if plain else None


def _is_root(_at: datetime) -> str | None:
    return "this runs as root" if hasattr(os, "geteuid") and os.geteuid() == 0 else None


def _chatty(_at: datetime) -> str | None:
    level = os.environ.get("FLIGHTRULES_LOG_LEVEL", "INFO").upper()
    return "the log says everything" if level in ("DEBUG", "NOTSET") else None


ALWAYS: tuple[Check, ...] = (
    Check("D_HOME_OPEN", _home_open),
    Check("D_KEYS_OPEN", _keys_open),
    Check("D_HOME_FULL", _home_full),
    Check("D_SIGNING_KEY", _signing_key),
    Check("D_DATABASE", _database),
    Check("D_SCHEMA", _schema),
    Check("D_CLOCK", _clock),
)
PRODUCTION: tuple[Check, ...] = (
    Check("D_HTTP", _plain_http),
    Check("D_HOSTS_WILD", _any_host),
    Check("D_HOSTS_OTHER", _other_host),
    Check("D_DEBUG", _debugging),
    Check("D_SECRET_SHORT", _secret_short),
    Check("D_SECRET_KNOWN", _secret_known),
    Check("D_SQLITE_SHARED", _sqlite_shared),
    Check("D_SQLITE_LOSES", _sqlite_loses),
    Check("D_POSTGRESQL_LOSES", _postgresql_loses),
    Check("D_POSTGRESQL_PLAIN", _postgresql_plain),
    Check("D_POSTGRESQL_SUPERUSER", _postgresql_superuser),
    Check("D_MAIL_NONE", _no_mail),
    Check("D_MAIL_PLAIN", _plain_mail),
    Check("D_MAIL_DOMAIN", _mail_domain),
    Check("D_PROXY_UNSAID", _proxy_unsaid),
    Check("D_PROXY_PLAIN", _proxy_plain),
    Check("D_RATE_OFF", _no_rate),
    Check("D_BODY_LIMIT", _big_bodies),
    Check("D_METRICS_OPEN", _open_metrics),
    Check("D_NOTICE_HOSTS", _inner_hosts),
    Check("D_COOKIES", _cookies),
    Check("D_HSTS", _no_hsts),
    Check("D_PASSKEYS", _insecure_passkeys),
    Check("D_HASHING", _weak_hashing),
    Check("D_OIDC_PLAIN", _plain_issuer),
    Check("D_WORKLOAD_PLAIN", plain_http),
    Check("D_WORKLOAD_KEYS", keys_missing),
    Check("D_WORKLOAD_AUDIENCE", made_for_others),
    Check("D_ROOT", _is_root),
    Check("D_LOG_LEVEL", _chatty),
)
