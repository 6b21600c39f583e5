"""The board of the stories."""

from __future__ import annotations

import pytest

from service import put_back
from service.board.board_stories import Board


@pytest.fixture
def board(shop, person):
    return put_back.once("board", lambda: Board(shop, person))
