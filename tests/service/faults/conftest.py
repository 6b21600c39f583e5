"""Faults: every story has an installation of its own, in processes of its own."""

from __future__ import annotations

import pytest
from homes import Home


@pytest.fixture(autouse=True)
def _database() -> None:
    """These stories bring their own databases."""


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")
