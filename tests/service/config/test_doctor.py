"""The doctor fails on each unsafe setting, names it by a code, and says the way out."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from flightrules.errors.catalogue import CATALOGUE
from flightrules.service.config import doctor
from flightrules.service.config.doctor import ALWAYS, PRODUCTION, findings
from flightrules.service.people.models import Machine, MachineIdentity

SAFE = {
    "FLIGHTRULES_IS_SECURE": True,
    "FLIGHTRULES_BASE_URL": "https://go.example.org",
    "ALLOWED_HOSTS": ["go.example.org"],
    "DEBUG": False,
    "SECRET_KEY": "".join(map(chr, range(35, 120))),
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "mail.example.org",
    "EMAIL_HOST_USER": "",
    "EMAIL_USE_SSL": True,
    "FLIGHTRULES_MAIL_DOMAIN": "example.org",
    "FLIGHTRULES_BEHIND_PROXY": True,
    "FLIGHTRULES_RATE_PER_CALLER": 50,
    "FLIGHTRULES_RATE_PER_ADDRESS": 200,
    "FLIGHTRULES_NOTICE_HOSTS": [],
    "FLIGHTRULES_METRICS_OPEN": False,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
    "FLIGHTRULES_OIDC_ISSUER": "",
    "FLIGHTRULES_WORKLOAD_ISSUERS": (),
}

UNSAFE = [
    ("D_HTTP", {"FLIGHTRULES_IS_SECURE": False}),
    ("D_HOSTS_WILD", {"ALLOWED_HOSTS": ["*", "go.example.org"]}),
    ("D_HOSTS_WILD", {"ALLOWED_HOSTS": [".example.org", "go.example.org"]}),
    ("D_HOSTS_OTHER", {"ALLOWED_HOSTS": ["other.example.org"]}),
    ("D_DEBUG", {"DEBUG": True}),
    ("D_SECRET_SHORT", {"SECRET_KEY": "".join(map(chr, range(35, 75)))}),
    ("D_SECRET_SHORT", {"SECRET_KEY": "ab" * 40}),
    ("D_SECRET_KNOWN", {"SECRET_KEY": "django-insecure-" + SAFE["SECRET_KEY"]}),
    ("D_MAIL_NONE", {"EMAIL_BACKEND": "flightrules.service.config.mail_missing.EmailBackend"}),
    ("D_MAIL_PLAIN", {"EMAIL_USE_SSL": False}),
    ("D_MAIL_DOMAIN", {"FLIGHTRULES_MAIL_DOMAIN": "flightrules.invalid"}),
    ("D_PROXY_UNSAID", {"FLIGHTRULES_BEHIND_PROXY": False}),
    ("D_PROXY_PLAIN", {"FLIGHTRULES_IS_SECURE": False}),
    ("D_RATE_OFF", {"FLIGHTRULES_RATE_PER_CALLER": 0}),
    ("D_RATE_OFF", {"FLIGHTRULES_RATE_PER_ADDRESS": 0}),
    ("D_BODY_LIMIT", {"FLIGHTRULES_BODY_LIMIT": 1024**3}),
    ("D_BODY_LIMIT", {"FLIGHTRULES_BODY_LIMIT": 0}),
    ("D_METRICS_OPEN", {"FLIGHTRULES_METRICS_OPEN": True}),
    ("D_NOTICE_HOSTS", {"FLIGHTRULES_NOTICE_HOSTS": ["169.254.169.254"]}),
    ("D_NOTICE_HOSTS", {"FLIGHTRULES_NOTICE_HOSTS": ["*"]}),
    ("D_COOKIES", {"SESSION_COOKIE_SECURE": False}),
    ("D_COOKIES", {"CSRF_COOKIE_SECURE": False}),
    ("D_HSTS", {"SECURE_HSTS_SECONDS": 0}),
    ("D_PASSKEYS", {"MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": True}),
    ("D_HASHING", {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}),
    ("D_OIDC_PLAIN", {"FLIGHTRULES_OIDC_ISSUER": "http://id.example.org"}),
    ("D_WORKLOAD_PLAIN", {"FLIGHTRULES_WORKLOAD_ISSUERS": ("http://127.0.0.1:9",)}),
    ("D_SIGNING_KEY", {"FLIGHTRULES_SIGNING_KEY": "/nowhere/ledger.pem"}),
]


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- compared with the database's own clock


@pytest.fixture
def sound(settings, monkeypatch, tmp_path):
    """A set-up without a fault."""
    for name, value in SAFE.items():
        setattr(settings, name, value)
    settings.FLIGHTRULES_HOME = str(tmp_path)
    os.chmod(tmp_path, 0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name in ("FLIGHTRULES_DEBUG", "FLIGHTRULES_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(doctor, "_FREE_BYTES", 1)
    if connection.vendor == "sqlite":  # tests keep theirs in memory
        monkeypatch.setattr(
            doctor, "_asked_database", {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 2}.get
        )
    monkeypatch.setattr(doctor, "_shown", {"is_superuser": "off"}.get)  # tests run as PostgreSQL's superuser
    return settings


def _codes(at: datetime | None = None) -> set[str]:
    return {one.code for one in findings(at or _now(), production=True)}


def test_a_sound_set_up_has_no_findings(sound):
    assert _codes() == set()


@pytest.mark.parametrize(
    ("code", "changed"), UNSAFE, ids=[f"{code}-{n}" for n, (code, _) in enumerate(UNSAFE)]
)
def test_each_unsafe_setting_is_found(sound, code, changed):
    for name, value in changed.items():
        setattr(sound, name, value)
    assert code in _codes()


@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("D_DEBUG", "FLIGHTRULES_DEBUG", "1"),
        ("D_LOG_LEVEL", "FLIGHTRULES_LOG_LEVEL", "debug"),
    ],
)
def test_each_unsafe_variable_is_found(sound, monkeypatch, code, name, value):
    monkeypatch.setenv(name, value)
    assert code in _codes()


def test_running_as_root_is_found(sound, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "D_ROOT" in _codes()


def test_sqlite_on_the_network_is_found(sound, monkeypatch, tmp_path):
    """The mount nearest to the file counts, whatever else is mounted above it or beside it."""
    shop, mounts = tmp_path / "my shop", tmp_path / "mounts"
    monkeypatch.setattr(doctor, "_MOUNTS", str(mounts))
    monkeypatch.setitem(sound.DATABASES["default"], "NAME", str(shop / "home" / "db.sqlite3"))
    place, is_sqlite = str(shop).replace(" ", "\\040"), connection.vendor == "sqlite"
    for kind, above, found in (
        ("nfs4", "ext4", is_sqlite),
        ("ext4", "nfs4", False),
        ("9p", "overlay", is_sqlite),
    ):
        mounts.write_text(f"a {place} {kind} rw 0 0\nb / {above} rw 0 0\nc {place}2 cifs rw 0 0\n")
        assert ("D_SQLITE_SHARED" in _codes()) == found
    mounts.unlink()
    assert "D_SQLITE_SHARED" not in _codes()


def test_what_others_may_read_is_found(sound, tmp_path):
    os.chmod(tmp_path, 0o755)  # noqa: S103 -- the fault
    assert "D_HOME_OPEN" in _codes()
    os.chmod(tmp_path, 0o700)
    secret = tmp_path / "secret.key"
    secret.write_text("x")
    secret.chmod(0o640)
    assert "D_KEYS_OPEN" in _codes()


def test_a_full_disk_is_found(sound, monkeypatch):
    monkeypatch.setattr(doctor, "_FREE_BYTES", 2**62)
    assert "D_HOME_FULL" in _codes()


def test_a_clock_that_was_set_back_is_found(sound):
    from flightrules.service.jobs.models import WorkerBeat

    now = _now()
    WorkerBeat.objects.create(worker="here:1", started_at=now, beat_at=now)
    assert "D_CLOCK" in _codes(now - timedelta(hours=1))


def test_a_schema_that_is_not_this_codes_is_found(sound):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'notices'")
    assert "D_SCHEMA" in _codes()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite")
def test_sqlite_that_may_lose_a_commit_is_found(sound, monkeypatch):
    monkeypatch.setattr(
        doctor, "_asked_database", {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 1}.get
    )
    assert "D_SQLITE_LOSES" in _codes()


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("D_POSTGRESQL_LOSES", {"fsync": "off"}),
        ("D_POSTGRESQL_LOSES", {"synchronous_commit": "off"}),
        ("D_POSTGRESQL_SUPERUSER", {"is_superuser": "on"}),
    ],
)
def test_a_postgresql_that_cannot_be_relied_on_is_found(sound, monkeypatch, code, shown):
    if connection.vendor == "sqlite":  # tests keep theirs in memory
        monkeypatch.setattr(
            doctor, "_asked_database", {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 2}.get
        )
    monkeypatch.setattr(doctor, "_shown", shown.get)
    monkeypatch.setattr(connection, "vendor", "postgresql")
    assert code in {one.code for one in findings(_now(), production=True)}


def test_a_database_in_the_open_is_found(sound, monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setitem(sound.DATABASES["default"], "HOST", "db.example.org")
    monkeypatch.setitem(sound.DATABASES["default"], "OPTIONS", {"sslmode": "require"})
    assert "D_POSTGRESQL_PLAIN" in {one.code for one in findings(_now(), production=True)}


def test_on_a_laptop_only_what_is_broken_counts(sound):
    sound.FLIGHTRULES_IS_SECURE = False
    assert list(findings(_now(), production=False)) == []


def test_every_check_is_in_the_catalogue_and_tried_here():
    codes = {check.code for check in ALWAYS + PRODUCTION}
    assert len(codes) == len(ALWAYS + PRODUCTION)
    assert codes <= set(CATALOGUE)
    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    assert [code for code in sorted(codes) if f'"{code}"' not in text] == []


def test_a_database_that_does_not_answer_is_found(sound, monkeypatch):
    def lost():
        raise OperationalError("gone")

    with monkeypatch.context() as changed:
        changed.setattr(connection, "cursor", lost)
        assert doctor._database(_now()) == "the database does not answer: OperationalError"
    assert {check.code for check in ALWAYS if check.ask is doctor._database} == {"D_DATABASE"}


def test_a_provider_that_cannot_be_asked_is_never_said_to_be_in_order(sound):
    sound.FLIGHTRULES_WORKLOAD_ISSUERS = ("http://127.0.0.1:9",)  # nobody listens there
    (found,) = [one for one in findings(_now(), production=True) if one.code == "D_WORKLOAD_KEYS"]
    assert found.what.startswith("not looked at: 127.0.0.1 cannot be asked for its keys")


def test_tokens_that_are_made_for_another_service_are_found(sound):
    machine = Machine.objects.create(name="CI", product="shop")
    taken = {"machine": machine, "issuer": "https://ci.example.org", "subject": "a", "added_at": _now()}
    MachineIdentity.objects.create(audience="https://go.example.org/", **taken)
    assert _codes() == set()
    other = MachineIdentity.objects.create(audience="https://github.com/acme", **taken)
    assert _codes() == {"D_WORKLOAD_AUDIENCE"}
    other.ended_at = _now()
    other.save()
    assert _codes() == set()
