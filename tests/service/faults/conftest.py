"""Faults: every story has an installation of its own, in processes of its own.

One story of each kind runs always; the others take minutes together and are marked ``slow``.
"""

from __future__ import annotations

import shutil

import pytest

from service.faults.homes import Home


@pytest.fixture(autouse=True)
def _database() -> None:
    """These stories bring their own databases."""


@pytest.fixture(scope="session")
def fresh(tmp_path_factory):
    """An installation whose schema is there and whose ledger is empty; copied, as migrating takes seconds."""
    made = Home(tmp_path_factory.mktemp("fresh") / "home")
    made.tell(0)
    return made


@pytest.fixture
def home(tmp_path, fresh):
    shutil.copytree(fresh.folder, tmp_path / "home")
    return Home(tmp_path / "home")
