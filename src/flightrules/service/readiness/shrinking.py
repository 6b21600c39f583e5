"""Whether a later report looks at less than the one that it replaced; pure."""

from __future__ import annotations

from dataclasses import dataclass

from flightrules.service.readiness.reading import Tests

__all__ = ["Fewer", "fewer_tests"]

_TOLERATED_PERCENT = 5
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Fewer:
    """How much less it is; ``grave`` is more than a renamed test or two."""

    sentence: str
    grave: bool


def fewer_tests(before: Tests, now: Tests) -> Fewer | None:
    """What was lost between two reports: a whole suite, or more than one test in twenty, is grave."""
    missing = sorted(before.suites - now.suites)
    lost = before.ran - now.ran
    if lost <= 0 and not missing:
        return None
    said = f"{before.ran} tests ran before, {now.ran} now"
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        said += f"; missing: {', '.join(missing[:_NAMED])}{more}"
    return Fewer(said, bool(missing) or lost * 100 > before.ran * _TOLERATED_PERCENT)
