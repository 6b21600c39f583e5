"""How many examples a property is tried with: some always, many more under ``make long``."""

import os

EFFORT = int(os.environ.get("FLIGHTRULES_EFFORT", "1"))


def examples(number: int) -> int:
    """This many in ``make test``; as often more as ``FLIGHTRULES_EFFORT`` says."""
    return number * EFFORT
