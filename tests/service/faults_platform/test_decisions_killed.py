"""Whoever is killed at any step of an act leaves nothing or all of it, and the retry is given its answer."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("killing.py")
TESTS = Path(__file__).parents[2]
ACTS = ["vote", "verdict", "decide", "override", "classification", "waiver"]


def killed(office, act: str) -> None:
    office.environment["PYTHONPATH"] = os.pathsep.join((str(TESTS), os.environ.get("PYTHONPATH", "")))
    said = office.script(SCRIPT, act)
    print(json.dumps(said), file=sys.stderr)  # noqa: T201 -- the figures, which pytest shows with -s
    assert said["without_a_trace"] > 10, said
    assert said["whole"] >= 1, said  # killed after the commit, before the answer
    assert said["steps"] == said["without_a_trace"] + said["whole"]
    assert said["left"]["KeptAnswer"] == 1
    verified = office.run("ledger", "verify")
    assert verified.wait() == 0, office.log()


@pytest.mark.slow
@pytest.mark.parametrize("act", [one for one in ACTS if one != "vote"])
def test_an_act_is_done_as_a_whole_or_not_at_all(office, act):
    killed(office, act)


def test_a_vote_is_given_as_a_whole_or_not_at_all(office):
    killed(office, "vote")


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_done_as_a_whole_or_not_at_all_on_postgresql(shared_office, act):
    killed(shared_office, act)
