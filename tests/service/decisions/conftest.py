"""A case of the shop, ready to be decided."""

from __future__ import annotations

import pytest

from service.decisions.deciding import case_of
from service.decisions.decision_world import made_world


@pytest.fixture
def case(shop):
    return case_of(shop)


@pytest.fixture
def world(shop, person):
    """Where the decision machine begins."""
    return made_world(shop, person)
