"""The demo fills an empty home by ordinary acts, lets nobody in, and leaves a home with data alone."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from flightrules.errors import UsageError
from flightrules.service.readiness.demo.story import fill
from flightrules.service.readiness.models import GateRun
from service.shop import now


@pytest.fixture(autouse=True)
def _as_shipped(settings):
    settings.FLIGHTRULES_ROLE_COOL_DOWN_HOURS = 24


def test_three_releases_at_three_stages():
    from flightrules.service.people.models import Account
    from flightrules.service.releases.models import Release

    said = fill(now())
    assert len(said) == 5
    states = dict(Release.objects.order_by("version").values_list("version", "state"))
    assert states == {"4.2.0": "ready", "4.3.0": "in-test", "4.4.0": "draft"}
    outcomes = GateRun.objects.order_by("asked_at").values_list("gate", "outcome")
    assert list(outcomes) == [
        ("entry", "GO"),
        ("exit", "CONDITIONAL GO"),
        ("entry", "GO"),
        ("exit", "NO-GO"),
        ("entry", "NO-GO"),
    ]
    assert not Account.objects.exists()
    with pytest.raises(UsageError) as caught:
        fill(now())
    assert caught.value.code == "E_DEMO"


def test_it_mixes_with_nothing(person):
    person("viewer")
    with pytest.raises(UsageError, match="data is kept here already"):
        fill(now())


@pytest.fixture
def own_database():
    """The address of an empty database of its own; none is needed beside a home of its own on SQLite."""
    if connection.vendor != "postgresql":
        yield ""
        return
    import psycopg

    server = os.environ["FLIGHTRULES_TEST_DATABASE_URL"]
    parts, name = urlsplit(server), f"demo_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as outside:
        outside.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(parts._replace(path=f"/{name}"))
        outside.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_from_the_command_line(tmp_path, own_database):
    known = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    home = {**known, "FLIGHTRULES_HOME": str(tmp_path), "FLIGHTRULES_DATABASE_URL": own_database}
    argv = [sys.executable, "-m", "flightrules.cli.main", "demo", "--no-serve"]
    done = subprocess.run(argv, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "4.2.0: CONDITIONAL GO" in done.stdout
    assert "`flightrules serve` prints a set-up link" in done.stdout
    assert "Take the role release-manager there" in done.stdout
    again = subprocess.run(argv, env=home, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "E_DEMO" in again.stderr
