"""The demo fills an empty home by ordinary acts, lets nobody in, and leaves a home with data alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

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
    with pytest.raises(UsageError, match="holds data already"):
        fill(now())


def test_from_the_command_line(tmp_path):
    known = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    home = {**known, "FLIGHTRULES_HOME": str(tmp_path), "FLIGHTRULES_DATABASE_URL": ""}
    argv = [sys.executable, "-m", "flightrules.cli.main", "demo", "--no-serve"]
    done = subprocess.run(argv, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "4.2.0: CONDITIONAL GO" in done.stdout
    again = subprocess.run(argv, env=home, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "E_DEMO" in again.stderr
