"""A case of the shop, ready to be decided."""

from __future__ import annotations

import pytest

from service.decisions.deciding import case_of


@pytest.fixture
def case(shop):
    return case_of(shop)
