"""Requests are worked on at a few desks: nobody waits for ever, and nobody's desk is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from flightrules.service.door.desks import Desks

_SOON_S = 5


def _apart(do: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    return thread


def _sits(desks: Desks) -> threading.Event:
    """Set as soon as a thread of its own has a desk, which it keeps."""
    sat = threading.Event()

    def sit() -> None:
        desks.take()
        sat.set()

    _apart(sit)
    return sat


def _is_free(desks: Desks) -> bool:
    """Whether a thread of its own finds a desk; it leaves it again."""

    def pass_by() -> None:
        desks.take()
        desks.leave()

    thread = _apart(pass_by)
    thread.join(_SOON_S)
    return not thread.is_alive()


def test_who_finds_no_desk_waits_until_one_is_left() -> None:
    desks = Desks(1, patience_s=_SOON_S)
    desks.take()
    other = _sits(desks)
    assert not other.wait(0.05)
    desks.leave()
    assert other.wait(_SOON_S)


def test_who_sits_for_too_long_loses_the_desk_and_has_none_to_give_back() -> None:
    desks = Desks(1, patience_s=0.01)
    desks.take()
    assert _sits(desks).wait(_SOON_S)  # the other waited, took the desk over and keeps it
    desks.leave()
    assert desks._free.empty()


def test_taking_twice_is_taking_once() -> None:
    desks = Desks(1, patience_s=_SOON_S)
    desks.take()
    desks.take()
    desks.leave()
    assert _is_free(desks)


def test_leaving_without_a_desk_makes_none() -> None:
    desks = Desks(1, patience_s=_SOON_S)
    desks.leave()
    desks.take()
    assert not _sits(desks).wait(0.05)


@pytest.mark.parametrize("count", [1, 2])
def test_never_more_sit_than_there_are_desks(count: int) -> None:
    desks, guard = Desks(count, patience_s=_SOON_S), threading.Lock()
    sitting, most = 0, 0

    def work() -> None:
        nonlocal sitting, most
        for _ in range(50):
            desks.take()
            with guard:
                sitting += 1
                most = max(most, sitting)
            with guard:
                sitting -= 1
            desks.leave()

    for thread in [_apart(work) for _ in range(8)]:
        thread.join(_SOON_S)
    assert 0 < most <= count
