"""Criteria made ready once for each rulebook, and decided by a look-up where nothing stands in the way.

Of the eight steps of ``judge`` a criterion that compares a monitored value needs the last two. That it
applies and which method measures it, the rulebook tells; whether the evidence is there, fits and is whole, is
the same for all criteria of a method. Such a criterion gets its status from one look-up and one comparison,
and all else about it (actual value, reason, evidence, fix) from the eight steps when it is asked for. All
other criteria, and these where anything is unusual, go through the eight steps at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
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

__all__ = ["LookUp", "Plan", "plan_of", "results_of"]

Judge = Callable[[Rule], CriterionResult]
Explain = Callable[[CriterionResult], CriterionResult]
Table = dict[str, Any]  # label to a value or several
Pick = Callable[[Any], Sequence[Any]]
_STATUSES = (Status.FAIL, Status.PASS)  # by whether the threshold is met


@frozen
class LookUp:
    """Criteria on the same evidence with the same operator, column by column: their places in the gate, what
    they ask for and what they hold it against.

    In the gate's order each would ask another table, and fetch all of it from memory anew: that takes twice
    as long. For the same reason thresholds that are equal are one object.
    """

    source: EvidenceSource
    criterion: Criterion  # any of them: the metric, the operator, the build and the environment matter
    places: tuple[int, ...]
    labels: tuple[str, ...]
    thresholds: tuple[Decimal, ...]
    pick: Pick


@frozen
class Plan:
    """The criteria of one gate in its order, and which of them are looked up together."""

    gate: Gate
    rules: tuple[Rule, ...]
    weights: tuple[tuple[Enforcement, Pick], ...]  # and what picks its criteria of all
    look_ups: tuple[LookUp, ...]
    in_all_steps: tuple[int, ...]
    in_order: Pick  # from the order of the look-ups, and then of all others, to that of the gate
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


def results_of(
    plan: Plan, case: Case, waived: frozenset[str], judge: Judge
) -> tuple[tuple[CriterionResult, ...], list[Status]]:
    """One result for each criterion of the plan, and their statuses alone.

    Args:
        plan: the criteria.
        case: what they are judged with.
        waived: ids of criteria that have a waiver on file; they take all steps.
        judge: the eight steps and what follows them; its result is what a result is when it is looked at.
    """
    unusual = [*plan.in_all_steps, *_waived(plan.rules, waived)]
    decided: list[Status] = []
    for look_up in plan.look_ups:
        found = _found(look_up, case)
        if set(map(type, found)) != {Decimal}:
            found = _deciding(look_up, found, unusual, plan.rules)
        met = map(OPERATORS[look_up.criterion.operator], found, look_up.thresholds)
        decided += map(_STATUSES.__getitem__, met)
    decided += repeat(Status.ERROR, len(plan.in_all_steps))  # until they are judged
    statuses = list(plan.in_order(decided))
    results = _decided(plan.rules, statuses, _explanation(judge))
    for place in sorted(set(unusual)):
        results[place] = judge(plan.rules[place])
        statuses[place] = results[place].status
    return tuple(results), statuses


def _waived(rules: tuple[Rule, ...], waived: frozenset[str]) -> list[int]:
    return [place for place, rule in enumerate(rules) if rule.id in waived] if waived else []


def _found(look_up: LookUp, case: Case) -> Sequence[Any]:
    """What the evidence holds for each criterion: a value, several, or ``None``."""
    joined = case.standing((look_up.source,), look_up.criterion).plain
    table: Table = joined.labelled.get(look_up.criterion.metric, {}) if joined is not None else {}
    try:
        return look_up.pick(table)
    except KeyError:
        return [table.get(label) for label in look_up.labels]


def _deciding(
    look_up: LookUp, found: Sequence[Any], unusual: list[int], rules: tuple[Rule, ...]
) -> list[Decimal]:
    """Of several values the one that decides; where there is none, the criterion is noted as unusual."""
    values = list(found)
    for at, (value, place) in enumerate(zip(found, look_up.places, strict=True)):
        if value is None:
            unusual.append(place)
            values[at] = look_up.thresholds[at]
        elif type(value) is list:
            values[at] = worst_of(value, rules[place].criterion)
    return values


def _decided(rules: tuple[Rule, ...], statuses: Sequence[Status], later: Explain) -> list[CriterionResult]:
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


def _plan(gate: Gate, rulebook: Rulebook) -> Plan:
    rules = _rules(gate, rulebook)
    alike: dict[tuple[Any, ...], tuple[EvidenceSource, list[int]]] = {}
    in_all_steps = []
    for place, rule in enumerate(rules):
        source = _source(rule, rulebook)
        if source is None:
            in_all_steps.append(place)
        else:
            alike.setdefault(_key(source, rule.criterion), (source, []))[1].append(place)
    equal: dict[Decimal, Decimal] = {}
    look_ups = tuple(_look_up(source, places, rules, equal) for source, places in alike.values())
    order = [place for look_up in look_ups for place in look_up.places] + in_all_steps
    return Plan(
        gate,
        rules,
        _weights(rules),
        look_ups,
        tuple(in_all_steps),
        _picker(sorted(range(len(order)), key=order.__getitem__)),
        tuple(rule for rule in rules if rule.criterion.metric.startswith("defects.")),
    )


def _source(rule: Rule, rulebook: Rulebook) -> EvidenceSource | None:
    """Where a criterion is looked up; ``None`` where it needs all steps."""
    method = rule.criterion.method
    source = rulebook.source(method) if method is not None else None
    return source if source is not None and _looks_up(rule, rulebook) else None


def _key(source: EvidenceSource, criterion: Criterion) -> tuple[Any, ...]:
    """What criteria that are looked up together have in common."""
    return source.name, criterion.metric, criterion.build, criterion.environment, criterion.operator


def _look_up(
    source: EvidenceSource, places: list[int], rules: tuple[Rule, ...], equal: dict[Decimal, Decimal]
) -> LookUp:
    criteria = [rules[place].criterion for place in places]
    labels = tuple(intern(one.selector("series") or "") for one in criteria)
    thresholds = tuple(equal.setdefault(one.threshold, one.threshold) for one in criteria)
    return LookUp(source, criteria[0], tuple(places), labels, thresholds, _picker(labels))


def _weights(rules: tuple[Rule, ...]) -> tuple[tuple[Enforcement, Pick], ...]:
    places: dict[Enforcement, list[int]] = {}
    for place, rule in enumerate(rules):
        places.setdefault(rule.enforcement, []).append(place)
    return tuple((weight, _picker(held)) for weight, held in places.items())


def _picker(keys: Sequence[Any]) -> Pick:
    """As ``itemgetter``, which gives no tuple for a single key."""
    return itemgetter(*keys) if len(keys) > 1 else lambda held: [held[key] for key in keys]


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
