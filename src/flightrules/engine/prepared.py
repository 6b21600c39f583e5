"""Criteria made ready once for each rulebook, and decided by a look-up where nothing stands in the way.

Of the eight steps of ``judge`` a criterion that compares a monitored value needs the last two. That it
applies and which method measures it, the rulebook tells; whether the evidence is there, fits and is whole, is
the same for all criteria of a method. Such a criterion gets its status from one look-up and one comparison,
and all else about it (actual value, reason, evidence, fix) from the eight steps when it is asked for. All
other criteria, and these where anything is unusual, go through the eight steps at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from itertools import repeat
from sys import intern
from typing import Any

from flightrules.engine.criterion_result import Case, not_applicable
from flightrules.engine.formulas import worst_of
from flightrules.engine.operators import OPERATORS
from flightrules.engine.verdict import CriterionResult, Status
from flightrules.errors import RulebookError
from flightrules.rules.criterion import Criterion, Enforcement, Rule
from flightrules.rules.gate import Gate
from flightrules.rules.reach import cannot_fail
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource
from flightrules.values import frozen

__all__ = ["Plan", "plan_of", "results_of"]

Judge = Callable[[Rule], CriterionResult]
Explain = Callable[[CriterionResult], CriterionResult]
Table = dict[str, Any]  # label to a value or several
Meets = Callable[[Decimal, Decimal], bool]
Step = tuple[int, str, Meets, Decimal]  # a table, a label in it, and what the value is held against
_NOWHERE = 0  # the table without entries, of criteria that need all eight steps


@frozen
class Plan:
    """The criteria of one gate in its order, and column by column how each is looked up and compared."""

    gate: Gate
    rules: tuple[Rule, ...]
    tables: tuple[int, ...]
    labels: tuple[str, ...]
    meets: tuple[Meets, ...]
    thresholds: tuple[Decimal, ...]
    asked: tuple[tuple[EvidenceSource, Criterion], ...]  # a table for each; its build and environment matter
    on_defects: tuple[Rule, ...]


def plan_of(gate: Gate, rulebook: Rulebook) -> Plan:
    """The gate's plan, made for its first evaluation.

    Raises:
        RulebookError: E_EMPTY_GATE, E_REFERENCE.
    """
    known = rulebook.plans.get(gate.id)
    if isinstance(known, Plan) and known.gate is gate:
        return known
    made = rulebook.plans[gate.id] = _plan(gate, rulebook)
    return made


def results_of(plan: Plan, case: Case, waived: frozenset[str], judge: Judge) -> tuple[CriterionResult, ...]:
    """One result for each criterion of the plan.

    Args:
        plan: the criteria.
        case: what they are judged with.
        waived: ids of criteria that have a waiver on file; they take all steps.
        judge: the eight steps and what follows them; its result is what a result is when it is looked at.
    """
    tables = [{}, *(_table(case, source, criterion) for source, criterion in plan.asked)]
    found: list[Any] = list(map(dict.get, map(tables.__getitem__, plan.tables), plan.labels))
    unusual = [] if set(map(type, found)) == {Decimal} and not waived else _unusual(plan, found, waived)
    columns = zip(plan.meets, found, plan.thresholds, strict=True)
    passed, failed = Status.PASS, Status.FAIL
    statuses = [passed if meets(value, threshold) else failed for meets, value, threshold in columns]
    results = _decided(plan.rules, statuses, _explanation(judge))
    for place in unusual:
        results[place] = judge(plan.rules[place])
    return tuple(results)


def _unusual(plan: Plan, found: list[Any], waived: frozenset[str]) -> list[int]:
    """The criteria that a value does not decide; of several values the one that does is put in place."""
    unusual = []
    for place, rule in enumerate(plan.rules):
        if found[place] is None or rule.id in waived:
            unusual.append(place)
            found[place] = plan.thresholds[place]
        elif type(found[place]) is list:
            found[place] = worst_of(found[place], rule.criterion)
    return unusual


def _decided(rules: tuple[Rule, ...], statuses: list[Status], later: Explain) -> list[CriterionResult]:
    """As ``values.later`` makes one; all of them field by field, which takes two thirds of the time."""
    made = list(map(object.__new__, repeat(CriterionResult, len(rules))))
    columns = {"rule": rules, "status": statuses, "_later": repeat(later)}
    for name, column in columns.items():
        deque(map(getattr(CriterionResult, name).__set__, made, column), maxlen=0)
    return made


def _explanation(judge: Judge) -> Explain:
    def explained(result: CriterionResult) -> CriterionResult:
        whole = judge(result.rule)
        if whole.status is not result.status:
            raise RuntimeError(f"{result.rule.id} was decided as {result.status} and is {whole.status}")
        return whole

    return explained


def _table(case: Case, source: EvidenceSource, criterion: Criterion) -> Table:
    joined = case.standing((source,), criterion).plain
    return joined.labelled.get(criterion.metric, {}) if joined is not None else {}


def _plan(gate: Gate, rulebook: Rulebook) -> Plan:
    rules = _rules(gate, rulebook)
    asked: dict[Any, tuple[int, EvidenceSource, Criterion]] = {}
    steps = [_step(rule, rulebook, asked) for rule in rules]
    tables, labels, meets, thresholds = zip(*steps, strict=True) if steps else ((), (), (), ())
    asks = tuple((source, criterion) for _, source, criterion in asked.values())
    on_defects = tuple(rule for rule in rules if rule.criterion.metric.startswith("defects."))
    return Plan(gate, rules, tables, labels, meets, thresholds, asks, on_defects)


def _step(rule: Rule, rulebook: Rulebook, asked: dict[Any, tuple[int, EvidenceSource, Criterion]]) -> Step:
    criterion = rule.criterion
    meets = OPERATORS[criterion.operator]
    source = rulebook.source(criterion.method) if criterion.method is not None else None
    if source is None or not _looks_up(rule, rulebook):
        return _NOWHERE, "", meets, criterion.threshold
    key = (source.name, criterion.metric, criterion.build, criterion.environment)
    at, _, _ = asked.setdefault(key, (len(asked) + 1, source, criterion))
    return at, intern(criterion.selector("series") or ""), meets, criterion.threshold


def _looks_up(rule: Rule, rulebook: Rulebook) -> bool:
    """Whether a value and the threshold decide it: nothing is asked of the run, the samples or the scope."""
    criterion = rule.criterion
    return (
        criterion.metric == "monitoring.value"
        and criterion.load is None
        and criterion.scope is None
        and criterion.selector("suite") is None
        and rule.minimum_duration is None
        and rule.minimum_samples is None
        and not rule.lower_bound
        and not not_applicable(rule, rulebook)
        and (rule.enforcement is Enforcement.ADVISORY or not cannot_fail(criterion))
    )


def _rules(gate: Gate, rulebook: Rulebook) -> tuple[Rule, ...]:
    if not gate.criteria and gate.sign_off:
        return ()  # nothing to measure: people decide, and nothing but HOLD can be said here
    if not gate.criteria:
        raise RulebookError(
            "E_EMPTY_GATE",
            f"the gate {gate.id!r} has no criterion; an empty gate never passes",
            hint="give it a criterion, or remove it",
        )
    missing = [name for name in gate.criteria if rulebook.rule(name) is None]
    if missing:
        raise RulebookError(
            "E_REFERENCE", f"the gate {gate.id!r} names {missing[0]!r}, which is no criterion"
        )
    return rulebook.rules_of(gate)
