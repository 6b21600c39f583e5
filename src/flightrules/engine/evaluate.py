"""From a gate and everything that was found to a verdict."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flightrules.engine.cautions import cautions_of
from flightrules.engine.conditions import conditions_of
from flightrules.engine.criterion_result import Case, judge
from flightrules.engine.defects import defect_lines
from flightrules.engine.methods import methods_of
from flightrules.engine.prepared import Plan, plan_of, results_of
from flightrules.engine.selection import NotCoveredError, join
from flightrules.engine.uses import uses_of
from flightrules.engine.verdict import (
    CriterionResult,
    DefectLine,
    EvidenceUse,
    Outcome,
    Status,
    Upstream,
    Verdict,
)
from flightrules.engine.waivers import with_waiver
from flightrules.evidence.records.defects import Defect, Defects
from flightrules.rules.criterion import Enforcement, Rule
from flightrules.rules.exceptions import Waiver
from flightrules.rules.gate import Gate
from flightrules.values import later, replace

__all__ = ["evaluate", "prepare"]

_LETS_THROUGH = frozenset({Status.PASS, Status.WAIVED, Status.NOT_APPLICABLE})
_MET = frozenset({Status.PASS, Status.WAIVED})


def evaluate(gate: Gate, case: Case, waivers: tuple[Waiver, ...] = ()) -> Verdict:
    """Judge every criterion of the gate and say how the gate stands.

    The outcome and the status of every criterion are decided here; what a report says about them is worked
    out when it is read, from the same case.

    Args:
        gate: the criteria; an empty gate is refused, never passed.
        case: agreement, facts, clock reading, version, build and artefact.
        waivers: those on file, valid or not.

    Raises:
        RulebookError: E_EMPTY_GATE, E_REFERENCE.
    """
    plan = plan_of(gate, case.rulebook)
    waived = frozenset(one.criterion for one in waivers)
    with _uncollected():
        results, statuses = results_of(plan, case, waived, _judge(gate, case, waivers))
    defects = _defects(plan.on_defects, case)
    outcome, place, before = _with_upstream(
        _outcome(_seen(plan, statuses), defects, gate), gate, case, waivers
    )
    known: dict[str, Any] = {
        "gate": gate.id,
        "outcome": outcome,
        "results": results,
        "defects": defects,
        "as_of": case.as_of,
        "advise": case.rulebook.advise,
        "waivers": waivers,
        "product": case.rulebook.product.name,
        "version": case.version,
        "artefact_digest": case.artefact,
        "environment": place,
        "upstream": before,
    }
    return later(Verdict, lambda _: Verdict(**known, **_explained(gate, case, waivers, known)), known)


def prepare(gate: Gate, case: Case) -> None:
    """Do now what the first evaluation would: make the criteria ready and index what was measured.

    Raises:
        RulebookError: E_EMPTY_GATE, E_REFERENCE.
    """
    for look_up in plan_of(gate, case.rulebook).look_ups:
        joined = case.facts.of(look_up.source.name).joined
        joined.labelled.get(look_up.criterion.metric)


def _with_upstream(
    outcome: Outcome, gate: Gate, case: Case, waivers: tuple[Waiver, ...]
) -> tuple[Outcome, str, tuple[Upstream, ...]]:
    """The outcome with what has to have passed before, where the build is, and how it stands before."""
    if not case.rulebook.environments:
        return outcome, "", ()
    from flightrules.engine.promotion import held, place, upstream  # what a first rulebook hardly asks for

    before = upstream(gate, case, lambda other: _alone(other, case, waivers))
    return held(outcome, before), place(gate, case), before


def _alone(gate: Gate, case: Case, waivers: tuple[Waiver, ...]) -> Outcome:
    """The outcome of a gate by its own criteria."""
    plan = plan_of(gate, case.rulebook)
    waived = frozenset(one.criterion for one in waivers)
    _, statuses = results_of(plan, case, waived, _judge(gate, case, waivers))
    return _outcome(_seen(plan, statuses), _defects(plan.on_defects, case), gate)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles among thousands of new values that hold none; it takes a quarter of the time."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def _judge(gate: Gate, case: Case, waivers: tuple[Waiver, ...]) -> Callable[[Rule], CriterionResult]:
    def judged(rule: Rule) -> CriterionResult:
        result = with_waiver(judge(rule, case), waivers, case.rulebook, case.version, case.as_of)
        return _weighed(result, gate)

    return judged


def _explained(gate: Gate, case: Case, waivers: tuple[Waiver, ...], known: dict[str, Any]) -> dict[str, Any]:
    """What a reader is told beside the outcome."""
    results, defects = known["results"], known["defects"]
    used = _used(results)
    conditional = known["outcome"] is Outcome.CONDITIONAL_GO
    return {
        "conditions": conditions_of(results, defects) if conditional else (),
        "blockers": (*_blockers(results, defects), *_not_passed(known["upstream"])),
        "rulebook_digest": case.rulebook.digest,
        "evidence": used,
        "quarantined": tuple(sorted({name for result in results for name in result.excluded})),
        "unused": _unused(used, case),
        "not_looked_for": _not_looked_for(results),
        "warnings": (*_on_upstream(known["upstream"]), *cautions_of(gate, case, results, waivers)),
    }


def _weighed(result: CriterionResult, gate: Gate) -> CriterionResult:
    shut = result.status not in _LETS_THROUGH
    advisory = result.enforcement is Enforcement.ADVISORY or gate.on_failure == "alert"
    return replace(result, blocks=shut and not advisory, would_block=shut and advisory)


def _defects(rules: tuple[Rule, ...], case: Case) -> tuple[DefectLine, ...]:
    """Every open defect of the evidence that the gate's defect criteria rest on, by the severity policy."""
    found: dict[str, Defect] = {}
    for rule in rules:
        for defect in _defect_records(rule, case):
            found[defect.id] = defect
    open_defects = tuple(found[key] for key in sorted(found) if found[key].kind == "defect")
    return defect_lines(open_defects, case.rulebook, case.acceptances, case.version, case.as_of)


def _defect_records(rule: Rule, case: Case) -> tuple[Defect, ...]:
    try:
        methods = methods_of(rule, case.rulebook, case.facts)
    except NotCoveredError:
        return ()
    evidence = tuple(one for method in methods for one in case.facts.of(method.name).evidence)
    records = join(evidence).records.get("Defects")
    return tuple(records) if isinstance(records, Defects) else ()


def _seen(plan: Plan, statuses: list[Status]) -> set[tuple[Status, Enforcement]]:
    return {(status, weight) for weight, pick in plan.weights for status in set(pick(statuses))}


def _outcome(seen: set[tuple[Status, Enforcement]], defects: tuple[DefectLine, ...], gate: Gate) -> Outcome:
    """NO-GO for what is known to fail; HOLD while something is not known; then conditions; then GO.

    Where criteria may block, at least one of them must have been met: a gate whose every such criterion does
    not apply has seen nothing. A gate that alerts holds until a person has decided.
    """
    statuses = {status for status, _ in seen}
    weighty = {status for status, weight in seen if weight is not Enforcement.ADVISORY}
    shut = weighty - _LETS_THROUGH
    if any(line.blocks for line in defects) or (gate.on_failure != "alert" and Status.FAIL in shut):
        return Outcome.NO_GO
    if shut or not (weighty or statuses) & _MET:
        return Outcome.HOLD
    if Status.WAIVED in statuses or any(line.acceptance for line in defects):
        return Outcome.CONDITIONAL_GO
    return Outcome.GO


def _blockers(results: tuple[CriterionResult, ...], defects: tuple[DefectLine, ...]) -> tuple[str, ...]:
    order = [Status.FAIL, Status.ERROR, Status.NOT_MEASURED_AS_STATED, Status.STALE, Status.NO_DATA]
    failing = sorted(
        (result for result in results if result.blocks), key=lambda result: order.index(result.status)
    )
    said = [f"{line.id} ({line.severity}) {line.title}: {line.reason}" for line in defects if line.blocks]
    return tuple(said + [f"{result.rule.id} {result.status}: {result.reason}" for result in failing])


def _on_upstream(lines: tuple[Upstream, ...]) -> Iterator[str]:
    """What a reader is told of the way up: what is not shown, and what only a file says."""
    for one in lines:
        if not one.passed:
            yield f"no pass in {one.environment} is shown, and it is required before: {one.reason}"
        elif one.claimed:
            yield f"the pass in {one.environment} is claimed: {one.reason}"


def _not_passed(lines: tuple[Upstream, ...]) -> tuple[str, ...]:
    return tuple(f"{one.environment} {one.status}: {one.reason}" for one in lines if not one.passed)


def _used(results: tuple[CriterionResult, ...]) -> tuple[EvidenceUse, ...]:
    found = {(use.path, use.digest): use for result in results for use in result.evidence}
    return tuple(found[key] for key in sorted(found))


def _unused(used: tuple[EvidenceUse, ...], case: Case) -> tuple[str, ...]:
    paths = {use.path for use in used}
    found = [
        use.path
        for method in case.facts.found
        for use in uses_of(case.facts.of(method))
        if use.path not in paths
    ]
    return tuple(sorted(set(found)))


def _not_looked_for(results: tuple[CriterionResult, ...]) -> tuple[str, ...]:
    return tuple(result.rule.id for result in results if result.status is Status.NO_DATA)
