"""A whole service, web and worker, is killed in the middle of an act and started again: nothing or all of it.

Each round starts a service, which takes seconds, so all of them belong to the long form; ``test_serving`` kills one
on the ordinary way.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("serve_kills.py")
TESTS = Path(__file__).parents[2]
ACTS = ["vote", "decide", "override", "waiver"]
MANY = int(os.environ.get("FLIGHTRULES_SERVE_KILLS", "25"))


def killed(office, act: str, kills: int) -> None:
    office.environment |= {
        "FLIGHTRULES_RATE_PER_CALLER": "0",
        "FLIGHTRULES_RATE_PER_ADDRESS": "0",
        "PYTHONPATH": os.pathsep.join((str(TESTS), os.environ.get("PYTHONPATH", ""))),
    }
    said = office.script(SCRIPT, act, str(kills), str(office.port))
    print(json.dumps(said), file=sys.stderr)  # noqa: T201 -- the figures, which pytest shows with -s
    assert sum(said["found"].values()) == kills
    verified = office.run("ledger", "verify")
    assert verified.wait() == 0, office.log()


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS)
def test_a_service_that_dies_and_comes_back_has_lost_nothing(office, act):
    killed(office, act, MANY)


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS)
def test_a_service_that_dies_and_comes_back_has_lost_nothing_on_postgresql(shared_office, act):
    killed(shared_office, act, MANY)
