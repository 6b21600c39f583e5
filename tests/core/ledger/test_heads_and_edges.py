"""Heads that are kept outside, and the edge of a tree: each is one text, and nothing else is taken for one."""

from datetime import datetime, timedelta, timezone

import pytest

from core.ledger.case_making import (
    BODIES,
    STREAM,
    chained,
    signed,
)
from flightrules.errors import LedgerError
from flightrules.ledger.entry import KEY_ADOPTED, moment
from flightrules.ledger.frontier import Frontier
from flightrules.ledger.history import head_in, heads_in
from flightrules.ledger.trail import Trail


def test_a_moment_is_one_text():
    at = datetime(2026, 11, 21, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert moment(at) == "2026-11-21T12:00:00.000000Z"


def test_several_heads_in_one_file_are_told_apart():
    both = signed(BODIES) + "\n" + signed(BODIES, size=2)
    assert [(name, one.head.size) for name, one in heads_in(both.encode(), name="mail").items()] == [
        ("mail (1)", 4),
        ("mail (2)", 2),
    ]


@pytest.mark.parametrize("data", [b"\xff", b"no note", b"", b"a\n\nb\n"])
def test_what_is_no_head_is_refused(data):
    with pytest.raises(LedgerError):
        heads_in(data, name="mail.txt")
    with pytest.raises(LedgerError):
        head_in(data)


def test_an_edge_that_does_not_belong_to_its_size_is_refused():
    with pytest.raises(LedgerError, match="does not belong"):
        Frontier.of_bytes(3, b"\0" * 32)


def test_nothing_more_is_taken_behind_the_first_fault():
    trail = Trail(STREAM)
    trail.take_bodies([b"nonsense", *BODIES])
    assert (trail.size, trail.fault.seq) == (0, 0)
    trail.take([[1], [""], [""], [""], [""], [b""], [b""]])
    assert trail.size == 0
    adopted = chained([(KEY_ADOPTED, "key/1", {})])
    single = Trail(STREAM)
    single.take_bodies(adopted)
    assert len(single.adoptions) == 1
