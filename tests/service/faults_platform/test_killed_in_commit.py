"""Whoever is killed while the commit of an act travels has done nothing or all of it, and asks again safely.

Between the sending of a commit and its return nobody knows what came of it; the client finds out by asking
again under the same idempotency key. Each kill comes at another microsecond, on both databases.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from effort import examples

SCRIPT = Path(__file__).with_name("commit_kills.py")
TESTS = Path(__file__).parents[2]
ACTS = ["vote", "verdict", "decide", "override", "classification", "waiver"]
MANY = int(os.environ.get("FLIGHTRULES_COMMIT_KILLS", "1000")) // len(ACTS) + 1


def killed(office, act: str, kills: int) -> dict:
    office.environment["PYTHONPATH"] = os.pathsep.join((str(TESTS), os.environ.get("PYTHONPATH", "")))
    said = office.script(SCRIPT, act, str(kills))
    print(json.dumps(said), file=sys.stderr)  # noqa: T201 -- the figures, which pytest shows with -s
    assert sum(said["found"].values()) == kills
    verified = office.run("ledger", "verify")
    assert verified.wait() == 0, office.log()
    return said


def test_a_vote_whose_commit_nobody_heard_of_again_counts_once_or_not(office):
    killed(office, "vote", examples(5))


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS)
def test_nothing_acknowledged_is_lost_in_1000_kills(office, act):
    said = killed(office, act, MANY)
    assert len(said["found"]) > 1, "every kill came too early, or too late"


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS)
def test_nothing_acknowledged_is_lost_in_1000_kills_on_postgresql(shared_office, act):
    said = killed(shared_office, act, MANY)
    assert len(said["found"]) > 1, "every kill came too early, or too late"
