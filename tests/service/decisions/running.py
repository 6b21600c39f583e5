"""How machines of acts are run: so many examples of so many steps, without making a failing one smaller."""

from __future__ import annotations

import json
import os
import sys

from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

LONG = 50


def run(machine, number, steps):
    """A machine is made anew for each example."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=number,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate,),  # making an example smaller takes minutes here
            suppress_health_check=list(HealthCheck),
        ),
    )


def run_long(machine, world):
    """As many as ``FLIGHTRULES_MACHINE_EXAMPLES`` says; tells what was done."""
    number = int(os.environ.get("FLIGHTRULES_MACHINE_EXAMPLES", "40"))
    run(machine, number, LONG)
    said = {"database": connection.vendor, "examples": number, "steps": world.steps, "acts": world.seen}
    print(json.dumps(said), file=sys.stderr)  # noqa: T201 -- the figures, which pytest shows with -s
