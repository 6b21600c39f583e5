"""The board of the stories."""

from __future__ import annotations

import pytest

from service.board.board_stories import Board


@pytest.fixture
def board(shop, person):
    return Board(shop, person)
