"""A case of the shop that is ready to be decided, a shop in trouble, and a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache

from flightrules.cli.main import main
from people_stories import PASSWORD, code_now, equip
from service.abuse.abusing import faults
from service.decisions.deciding import case_of
from service.emergencies.conftest import emergency as emergency  # noqa: PLC0414 -- a fixture that is used here


@pytest.fixture(autouse=True)
def _the_ledger_verifies(_database: None) -> Iterator[None]:
    """After every case the whole ledger still verifies."""
    yield
    assert faults() == []


@pytest.fixture
def case(shop):
    return case_of(shop)


@pytest.fixture
def terminal(live_server, monkeypatch, capsys) -> Callable[..., Any]:
    """Run a command as somebody over real HTTP; who signs types password and code where they are asked for.

    ``terminal(who)`` gives them both; the command comes later, so that nothing is made ready by it.
    """
    monkeypatch.setenv("FLIGHTRULES_URL", live_server.url)

    def of(who: Any) -> Callable[..., tuple[int, str]]:
        secret = equip(who)

        def run(*command: str, sign: bool = True) -> tuple[int, str]:
            monkeypatch.setenv("FLIGHTRULES_TOKEN", who.token)
            cache.clear()  # a code is taken once; these stories do not wait for the next one
            monkeypatch.setattr("sys.stdin", io.StringIO(f"{code_now(secret)}\n{PASSWORD}\n"))
            status = main([*command, *(["--code-stdin"] if sign else [])])
            said = capsys.readouterr()
            return status, said.out + said.err

        return run

    return of
