"""When a person has to sign although a release class lets its gates decide (``human_signoff``).

Three cases are reserved for people whatever a class says: production above the agreed risk, a new flag that
goes to all users, and a major version. What nobody rated or agreed on counts as reserved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from flightrules.rules.track import ReleaseClass

__all__ = ["needs_person", "risk_score"]

_MAJOR = re.compile(
    r"v?0*[1-9][0-9]*(?:[-+].*)?|[^0-9]*0*[1-9][0-9]*(?:\.0+)+(?:\.?[^0-9.].*)?", re.IGNORECASE | re.DOTALL
)
"""``5`` alone or behind a v, and ``5.0.0`` whatever stands before it: a name makes no major version less."""

_LEVELS, _HIGH = {"low": 1, "medium": 2}, 3
_WORST = 9
_ALL_USERS = 100


def needs_person(
    known: ReleaseClass | None,
    *,
    production: bool,
    version: str,
    risk: int | None,
    flag: Decimal | None = None,
) -> tuple[str, ...]:
    """Every reason why people sign this deployment; empty where the gates are enough.

    Args:
        known: the class of the release; None where it has none that the rulebook knows.
        production: whether it goes to where users are.
        version: the version of the release.
        risk: its risk score, 0 to 100; None where nobody rated it.
        flag: the share of users in per cent that a new flag is set to, if one is.
    """
    if known is None:
        return ("it has no release class of the rulebook that lets gates decide",)
    if known.human_signoff not in ("never", "above_threshold"):
        return (f"people sign every release of the class {known.id}",)
    return tuple(_reserved(known, production, version, risk, flag))


def risk_score(risks: Iterable[tuple[str, str]]) -> int | None:
    """0 to 100 for the worst of several risks, each by impact and probability; None where there is none.

    ``100 x impact x probability / 9`` with low = 1, medium = 2, high = 3, rounded up. A level of another name
    counts as high.
    """
    weights = [_LEVELS.get(impact, _HIGH) * _LEVELS.get(likely, _HIGH) for impact, likely in risks]
    return -(-100 * max(weights) // _WORST) if weights else None


def _reserved(
    known: ReleaseClass, production: bool, version: str, risk: int | None, flag: Decimal | None
) -> Iterator[str]:
    if known.id == "major" or _MAJOR.fullmatch(version):
        yield "it is a major version"
    if flag is not None and not flag < _ALL_USERS:
        yield "a flag goes to all users"
    if not production and known.human_signoff == "never":
        return
    if known.risk_threshold is None:
        yield f"the class {known.id} states no risk threshold"
    elif risk is None:
        yield "nobody rated its risk"
    elif risk > known.risk_threshold:
        yield f"its risk score {risk} is above {known.risk_threshold}"
