"""From a gate and everything that was found to a verdict."""

from __future__ import annotations

from flightrules.engine.cautions import cautions_of
from flightrules.engine.conditions import conditions_of
from flightrules.engine.criterion_result import Case, judge
from flightrules.engine.defects import defect_lines
from flightrules.engine.methods import methods_of
from flightrules.engine.selection import NotCoveredError, join
from flightrules.engine.uses import uses_of
from flightrules.engine.verdict import CriterionResult, DefectLine, EvidenceUse, Outcome, Status, Verdict
from flightrules.engine.waivers import with_waiver
from flightrules.errors import RulebookError
from flightrules.evidence.records.defects import Defect, Defects
from flightrules.rules.criterion import Enforcement, Rule
from flightrules.rules.exceptions import Waiver
from flightrules.rules.gate import Gate
from flightrules.values import replace

__all__ = ["evaluate"]

_LETS_THROUGH = frozenset({Status.PASS, Status.WAIVED, Status.NOT_APPLICABLE})
_WAITS = frozenset({Status.NO_DATA, Status.STALE, Status.NOT_MEASURED_AS_STATED, Status.ERROR})


def evaluate(gate: Gate, case: Case, waivers: tuple[Waiver, ...] = ()) -> Verdict:
    """Judge every criterion of the gate and say how the gate stands.

    Args:
        gate: the criteria; an empty gate is refused, never passed.
        case: agreement, facts, clock reading, version, build and artefact.
        waivers: those on file, valid or not.

    Raises:
        RulebookError: E_EMPTY_GATE, E_REFERENCE.
    """
    rules = _rules(gate, case)
    results = tuple(
        _weighed(with_waiver(judge(rule, case), waivers, case.rulebook, case.version, case.as_of), gate)
        for rule in rules
    )
    defects = _defects(rules, case)
    outcome = _outcome(results, defects, gate)
    used = _used(results)
    return Verdict(
        gate=gate.id,
        outcome=outcome,
        results=results,
        defects=defects,
        conditions=conditions_of(results, defects) if outcome is Outcome.CONDITIONAL_GO else (),
        blockers=_blockers(results, defects),
        rulebook_digest=case.rulebook.digest,
        evidence=used,
        as_of=case.as_of,
        advise=case.rulebook.advise,
        waivers=waivers,
        quarantined=tuple(sorted({name for result in results for name in result.excluded})),
        unused=_unused(used, case),
        not_looked_for=_not_looked_for(results),
        product=case.rulebook.product.name,
        version=case.version,
        artefact_digest=case.artefact,
        warnings=cautions_of(gate, case, results, waivers),
    )


def _rules(gate: Gate, case: Case) -> tuple[Rule, ...]:
    if not gate.criteria and gate.sign_off:
        return ()  # nothing to measure: people decide, and nothing but HOLD can be said here
    if not gate.criteria:
        raise RulebookError(
            "E_EMPTY_GATE",
            f"the gate {gate.id!r} has no criterion; an empty gate never passes",
            hint="give it a criterion, or remove it",
        )
    missing = [name for name in gate.criteria if case.rulebook.rule(name) is None]
    if missing:
        raise RulebookError(
            "E_REFERENCE", f"the gate {gate.id!r} names {missing[0]!r}, which is no criterion"
        )
    return case.rulebook.rules_of(gate)


def _weighed(result: CriterionResult, gate: Gate) -> CriterionResult:
    shut = result.status not in _LETS_THROUGH
    advisory = result.enforcement is Enforcement.ADVISORY or gate.on_failure == "alert"
    return replace(result, blocks=shut and not advisory, would_block=shut and advisory)


def _defects(rules: tuple[Rule, ...], case: Case) -> tuple[DefectLine, ...]:
    """Every open defect of the evidence that the gate's defect criteria rest on, by the severity policy."""
    found: dict[str, Defect] = {}
    for rule in rules:
        if rule.criterion.metric.startswith("defects."):
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


def _outcome(results: tuple[CriterionResult, ...], defects: tuple[DefectLine, ...], gate: Gate) -> Outcome:
    """NO-GO for what is known to fail; HOLD while something is not known; then conditions; then GO.

    Where criteria may block, at least one of them must have been met: a gate whose every such criterion does
    not apply has seen nothing. A gate that alerts holds until a person has decided.
    """
    blocking = [result.status for result in results if result.blocks]
    if Status.FAIL in blocking or any(line.blocks for line in defects):
        return Outcome.NO_GO
    if blocking or _alerts(results, gate):
        return Outcome.HOLD
    weighty = [result for result in results if result.enforcement is not Enforcement.ADVISORY]
    if not any(result.status in (Status.PASS, Status.WAIVED) for result in weighty or results):
        return Outcome.HOLD
    if any(result.status is Status.WAIVED for result in results) or any(line.acceptance for line in defects):
        return Outcome.CONDITIONAL_GO
    return Outcome.GO


def _alerts(results: tuple[CriterionResult, ...], gate: Gate) -> bool:
    return gate.on_failure == "alert" and any(
        result.would_block and result.enforcement is not Enforcement.ADVISORY for result in results
    )


def _blockers(results: tuple[CriterionResult, ...], defects: tuple[DefectLine, ...]) -> tuple[str, ...]:
    order = [Status.FAIL, Status.ERROR, Status.NOT_MEASURED_AS_STATED, Status.STALE, Status.NO_DATA]
    failing = sorted(
        (result for result in results if result.blocks), key=lambda result: order.index(result.status)
    )
    said = [f"{line.id} ({line.severity}) {line.title}: {line.reason}" for line in defects if line.blocks]
    return tuple(said + [f"{result.rule.id} {result.status}: {result.reason}" for result in failing])


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
