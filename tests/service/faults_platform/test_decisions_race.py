"""Several clients act on one decision at the same moment, through two web processes at one database.

Rounds: holder, holder again and deputy vote for one seat; one person votes from two accounts; three decide one
poll; both sides of an override sign at once; one person signs both sides at once; evidence comes in while it
is decided. What holds after each of them is looked at in ``racing.py``; here, what was counted over all.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from .conftest import free_port

SCRIPT = Path(__file__).with_name("racing.py")
TESTS = Path(__file__).parents[2]
FEW = 24
MANY = int(os.environ.get("FLIGHTRULES_RACE_ROUNDS", "10000"))
KINDS = {"a_seat", "a_person", "a_decision", "two_sides", "one_on_both_sides", "late_evidence"}
DECIDED, SIGNED = "decision:decision:recorded", "decision:sign-off:recorded"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_office(request):
    office = request.getfixturevalue("office" if request.param == "sqlite" else "shared_office")
    office.environment |= {
        "FLIGHTRULES_RATE_PER_CALLER": "0",
        "FLIGHTRULES_RATE_PER_ADDRESS": "0",
        "FLIGHTRULES_LOG_LEVEL": "WARNING",
        "PYTHONPATH": os.pathsep.join((str(TESTS), os.environ.get("PYTHONPATH", ""))),
    }
    return office


def raced(office, rounds: int) -> dict:
    """What was counted in so many rounds against two web processes."""
    ports = [office.port, free_port()]
    for port in ports:
        office.serve("--no-worker", port=port)
    done = office.script(SCRIPT, str(rounds), *map(str, ports))
    print(json.dumps(done), file=sys.stderr)  # noqa: T201 -- the figures, which pytest shows with -s
    return done


def look(office, said: dict, rounds: int) -> None:
    """One decision a round that can bring one, one entry for each, everybody answered, the ledger whole."""
    assert said["rounds"] == rounds
    assert set(said["by_kind"]) == KINDS
    kinds, answers = Counter(said["by_kind"]), Counter(said["answers"])
    asked = {"a_seat": 3, "a_person": 2, "a_decision": 3, "two_sides": 2, "one_on_both_sides": 2}
    assert sum(answers.values()) == sum(asked.get(kind, 2) * number for kind, number in kinds.items())
    assert not [answer for answer in answers if answer[:3] not in ("201", "401", "409")]
    late = kinds["late_evidence"] - answers["409 E_RUN_STALE"] - answers["409 E_DOSSIER_STALE"]
    decided = kinds["a_decision"] + kinds["two_sides"] + late
    assert said["entries"][DECIDED] == decided
    one_each = kinds["a_seat"] + kinds["a_person"] + kinds["one_on_both_sides"]
    assert said["entries"][SIGNED] == decided + one_each + kinds["two_sides"]
    verified = office.run("ledger", "verify")
    assert verified.wait() == 0, office.log()


def test_nobody_decides_or_votes_twice(any_office):
    look(any_office, raced(any_office, FEW), FEW)


@pytest.mark.slow
def test_nobody_decides_or_votes_twice_in_10000_rounds(any_office):
    """So many rounds on each database; ``FLIGHTRULES_RACE_ROUNDS`` asks for fewer."""
    look(any_office, raced(any_office, MANY), MANY)
