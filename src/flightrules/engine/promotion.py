"""Whether a build passed where it has to pass before: ``requires_pass_in``, judged or shown, never assumed.

A gate that is judged in an environment, or that keeps a build out of one, needs a pass in every environment
that comes before. A pass is shown by a verdict that was brought along (of exactly this artefact, by exactly
this rulebook), or by the gates that are judged in that environment on the evidence at hand. Whatever is not
shown holds the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flightrules.engine.facts import Passed
from flightrules.engine.standing import Case
from flightrules.engine.verdict import Outcome, Status, Upstream
from flightrules.rules.environments import Environment, environment_named
from flightrules.rules.gate import Gate
from flightrules.rules.promotion import is_guard, is_place_of, judged_in

__all__ = ["held", "place", "upstream"]

_GOES = frozenset({Outcome.GO, Outcome.CONDITIONAL_GO})


def upstream(gate: Gate, case: Case, judge: Callable[[Gate], Outcome]) -> tuple[Upstream, ...]:
    """How the build stands in each environment that it must have passed in before this gate opens.

    Args:
        gate: the gate that is judged.
        case: the rulebook, where the build is, and the verdicts that were brought along.
        judge: the outcome of another gate on the same evidence.
    """
    book = case.rulebook
    here = _here(gate, case)
    entered = [one for one in book.environments if is_guard(gate, one)]
    waiting = [name for one in (*here, *entered) for name in one.requires_pass_in]
    done = {one.id for one in here}  # this very verdict says how it stands there
    known = {one.id: one for one in book.environments}
    lines: list[Upstream] = []
    while waiting:
        name = waiting.pop(0)
        if name in done or name not in known:
            continue
        done.add(name)
        line = _shown(known[name], case) or _judged(known[name], gate, case, judge)
        lines.append(line)
        if not line.by_record:  # whoever gave the record had to be shown what comes before it
            waiting += known[name].requires_pass_in
    return tuple(lines)


def place(gate: Gate, case: Case) -> str:
    """The environment that the verdict speaks of: the one that was stated, else the gate's own."""
    return next((one.id for one in _here(gate, case)), case.environment)


def held(outcome: Outcome, lines: tuple[Upstream, ...]) -> Outcome:
    """The outcome with what comes before: nothing goes while a pass is not shown."""
    return Outcome.HOLD if outcome in _GOES and any(not one.passed for one in lines) else outcome


def _here(gate: Gate, case: Case) -> list[Environment]:
    if case.environment:
        stated = environment_named(case.rulebook.environments, case.environment)
        return [stated] if stated is not None else []
    return [one for one in case.rulebook.environments if is_place_of(gate, one)]


def _shown(environment: Environment, case: Case) -> Upstream | None:
    """By a verdict that was brought along; the first that shows the pass, else the first that does not."""
    said = [_by_record(one, environment, case) for one in case.passed if _is_about(one, environment, case)]
    return next((one for one in said if one.passed), said[0] if said else None)


def _is_about(one: Passed, environment: Environment, case: Case) -> bool:
    return environment_named(case.rulebook.environments, one.environment) is environment


def _by_record(one: Passed, environment: Environment, case: Case) -> Upstream:
    known = f"verified with key {one.verified_by[:16]}" if one.verified_by else "claimed by a file"
    for status, reason in _against(one, case):
        return Upstream(environment.id, status, f"{one.source}: {reason}", by_record=True)
    reason = f"{one.source} is {one.outcome} as of {one.as_of.isoformat()}, {known}"
    return Upstream(environment.id, Status.PASS, reason, True, not one.verified_by)


def _against(one: Passed, case: Case) -> Iterator[tuple[Status, str]]:
    """Why the record shows no pass of this build; nothing where it does."""
    if one.outcome not in ("GO", "CONDITIONAL GO") or one.advise:
        yield Status.FAIL, f"the verdict is {one.outcome}{' (advice only)' if one.advise else ''}"
    if case.artefact is None:
        yield Status.NO_DATA, "nothing says which artefact this check is about"
    elif one.artefact != case.artefact:
        about = f"sha256:{one.artefact[:12]}…" if one.artefact else "no artefact"
        yield Status.STALE, f"the verdict is about {about}, not about sha256:{case.artefact[:12]}…"
    if one.product != case.rulebook.product.name:
        yield Status.STALE, f"the verdict is about {one.product or 'no product'}"
    if one.rulebook != case.rulebook.digest:
        yield Status.STALE, "it was judged by another rulebook than this one"
    if one.as_of > case.as_of:
        yield Status.STALE, f"it is dated ahead of this check, {one.as_of.isoformat()}"
    ended = [moment for moment in one.ends if moment <= case.as_of]
    if ended:
        yield Status.STALE, f"a waiver or acceptance that it rests on ended {min(ended).isoformat()}"


def _judged(environment: Environment, gate: Gate, case: Case, judge: Callable[[Gate], Outcome]) -> Upstream:
    gates = [one for one in judged_in(case.rulebook, environment) if one.id != gate.id]
    if not gates:
        reason = "no verdict of it was given, and no gate of the rulebook is judged there"
        return Upstream(environment.id, Status.NO_DATA, reason)
    found = [(one, judge(one)) for one in gates]
    said = ", ".join(f"the gate {one.id} is {outcome}" for one, outcome in found)
    if all(outcome in _GOES for _, outcome in found):
        return Upstream(environment.id, Status.PASS, f"{said} on this evidence")
    failed = any(outcome is Outcome.NO_GO for _, outcome in found)
    return Upstream(environment.id, Status.FAIL if failed else Status.NO_DATA, f"{said} on this evidence")
