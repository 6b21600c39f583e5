"""The demo fills an empty home by ordinary acts, lets nobody in, and leaves a home with data alone."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest
from django.db import connection

from flightrules.errors import UsageError
from flightrules.service.demo.story import fill
from service.shop import now


@pytest.fixture(autouse=True)
def _as_shipped(settings):
    settings.FLIGHTRULES_ROLE_COOL_DOWN_HOURS = 24


def test_three_releases_end_to_end():
    """One goes by poll, one no-go is overridden by two people, one emergency leaves its debts."""
    from flightrules.service.decisions.models import Decision, SignOff
    from flightrules.service.obligations.models import Obligation
    from flightrules.service.people.models import Account

    said = fill(now())
    assert len(said) == 5
    decided = Decision.objects.order_by("at").values_list("release__version", "outcome")
    assert list(decided) == [
        ("4.2.0", "GO"),
        ("4.3.0", "NO-GO"),
        ("4.3.0", "GO BY OVERRIDE"),
        ("4.2.1", "GO"),
    ]
    sides = SignOff.objects.filter(act="override").order_by("at").values_list("role", "choice")
    assert list(sides) == [("qa-lead", "dissent-acknowledged"), ("cto-vp-eng", "agree")]
    owed = Obligation.objects.filter(release__version="4.2.1", paid_at__isnull=True)
    assert sorted(owed.values_list("event", flat=True)) == [
        "decision",
        "emergency-release",
        "verbal-sign-off",
    ]
    paid = Obligation.objects.get(release__version="4.2.0", event="decision")
    assert paid.confirmed_at is not None
    assert not _equipped()
    assert Account.objects.count() == 9
    _the_first_to_look_is_let_in()
    with pytest.raises(UsageError) as caught:
        fill(now())
    assert caught.value.code == "E_DEMO"


def _the_first_to_look_is_let_in():
    """The made-up people took nobody's place: the set-up link opens the first account that is used."""
    from flightrules.service.people.services import open_first_account, setup_link
    from flightrules.service.records.actor import SYSTEM

    link = urlsplit(setup_link(at=now()))
    code = parse_qs(link.query)["code"][0]
    opened = {"name": "Robin", "email": "robin@example.org", "roles": ["release-manager"]}
    open_first_account(code=code, password=secrets.token_urlsafe(), by=SYSTEM, at=now(), **opened)
    assert setup_link(at=now()) is None


def test_each_case_file_of_the_demo_verifies_offline(tmp_path, capsys):
    from flightrules.cli.main import main
    from flightrules.service.records import case_files
    from flightrules.service.records.queries import public_keys
    from flightrules.service.releases.models import Release

    fill(now())
    key = tmp_path / "ledger.pem"
    key.write_bytes(public_keys()[0].to_pem())
    for release in Release.objects.all():
        case = tmp_path / f"{release.version}.zip"
        with case.open("wb") as file:
            case_files.export_release(file, release_key=str(release.key), at=now())
        assert main(["verify", str(case), "--key", str(key)]) == 0, capsys.readouterr().err
        data = bytearray(case.read_bytes())
        data[len(data) // 2] ^= 1
        case.write_bytes(data)
        assert main(["verify", str(case), "--key", str(key)]) != 0


def _equipped():
    """Authenticators of the made-up people; there are none, so nobody can prove to be one of them."""
    from allauth.mfa.models import Authenticator

    return Authenticator.objects.all()


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
    assert "4.2.0: GO by poll" in done.stdout
    assert "`flightrules serve` prints a set-up link" in done.stdout
    assert "Take the role release-manager there" in done.stdout
    again = subprocess.run(argv, env=home, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "E_DEMO" in again.stderr
