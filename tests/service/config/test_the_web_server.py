"""What is overridden of the web server behind its back is there, and its absence is said in words."""

import gc

import pytest

from flightrules.errors import UsageError
from flightrules.service.config import server


def test_granian_still_asks_whether_a_lock_is_held():
    """``OneProcess`` answers for it; without the method it would answer to nobody, and granian refuse to run."""
    from granian.server.mt import MTServer

    assert callable(getattr(MTServer, "_check_gil", None)), (
        "granian has no MTServer._check_gil any more: look at config/server.py before raising its bound"
    )
    assert server._one_process({})._check_gil() is None


def test_another_granian_is_refused_before_it_is_started(monkeypatch):
    from granian.server.mt import MTServer

    for one in MTServer.__mro__:
        if "_check_gil" in vars(one):
            monkeypatch.delattr(one, "_check_gil")
    with pytest.raises(UsageError, match="this granian has no place") as caught:
        server._one_process({})
    assert caught.value.code == "E_EXTRA"


def test_garbage_of_requests_is_looked_for_in_small_pieces(monkeypatch):
    """A command waits for 100,000 objects; in a service that holds every request up while they are gone through."""
    monkeypatch.setattr(gc, "freeze", lambda: None)
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 20)
    try:
        server._load_everything()
        assert gc.get_threshold()[0] < 5_000
    finally:
        gc.set_threshold(*before)
