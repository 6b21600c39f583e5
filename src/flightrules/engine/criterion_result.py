"""One criterion, judged in numbered steps; every step can only make the answer stricter."""

from __future__ import annotations

from decimal import Decimal

from flightrules.engine.adequacy import inadequate
from flightrules.engine.facts import Found
from flightrules.engine.formulas import measure
from flightrules.engine.interval import wilson
from flightrules.engine.measured import Measured, Question, Unmeasured
from flightrules.engine.methods import methods_of
from flightrules.engine.operators import compare, shown
from flightrules.engine.selection import Joined, NotCoveredError, narrow, without_quarantine
from flightrules.engine.standing import Case, Standing
from flightrules.engine.verdict import CriterionResult, Interval, Status
from flightrules.rules.criterion import Enforcement, Rule
from flightrules.rules.metrics import METRICS
from flightrules.rules.reach import cannot_fail
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource
from flightrules.values import replace

__all__ = ["Case", "judge", "not_applicable"]

_CHOOSE = "choose a threshold that can be missed, or make the criterion advisory"
# artefacts that are whole and say that nothing was measured
_NO_EVIDENCE = frozenset(
    [
        "E_EMPTY",
        "E_NO_CASES",
        "E_ALL_SKIPPED",
        "E_NO_LINES",
        "E_NO_SAMPLES",
        "E_NO_ROWS",
        "E_NO_RUNS",
        "E_NO_DATA",
        "E_NO_BASELINE",
        "E_RUN_CRASHED",
        "E_SCAN_FAILED",
        "E_API_ERROR",
        "E_PARTIAL",
    ]
)
# refused for what it is known to hide
_REFUSED = {"E_TESTS_DROPPED": Status.FAIL}


def judge(rule: Rule, case: Case) -> CriterionResult:
    """Judge one criterion, waivers not yet considered.

    (1) does it apply, (2) which method measures it, (3) is there evidence, all of it readable,
    (4) is it of the right build, environment and age, (5) does it cover the scope, without quarantine,
    (6) was it measured as stated, (7) what is the value, (8) does the value meet the threshold.
    """
    reason = not_applicable(rule, case.rulebook)  # (1)
    if reason:
        return _result(rule, Status.NOT_APPLICABLE, reason)
    if METRICS[rule.criterion.metric].families == ("rulebook",):
        return _answer(rule, _question(rule, case, Joined(), Found(), None), (), ())
    try:
        methods = methods_of(rule, case.rulebook, case.facts)  # (2)
    except NotCoveredError as error:
        return _result(
            rule, Status.ERROR, str(error), "declare the method under evidence, or name one that is"
        )
    standing = case.standing(methods, rule.criterion)
    new = rule.criterion.metric.endswith(".new")
    uses = standing.uses_with_baseline if new else standing.uses
    nothing = _no_evidence(rule, standing.found)  # (3)
    if nothing is not None:
        return replace(nothing, evidence=uses)
    wrong = standing.wrong  # (4)
    if wrong is not None:
        return _result(rule, wrong.status, wrong.reason, wrong.fix, evidence=uses)
    return replace(_of_part(_measured(rule, case, standing), standing.found.doubt), evidence=uses)


def _of_part(result: CriterionResult, doubt: str) -> CriterionResult:
    """What is known to be a part can show a failure, never that there is none."""
    if not doubt or result.status is not Status.PASS:
        return result
    reason = f"{result.reason}; {doubt}"
    fix = "measure what is missing, or have it confirmed that nothing is"
    return _result(result.rule, Status.NO_DATA, reason, fix)


def _measured(rule: Rule, case: Case, standing: Standing) -> CriterionResult:
    found, source = standing.found, standing.source
    joined = found.joined
    short = inadequate(rule, found)  # (6) on the whole run, before it is narrowed
    if short is not None:
        return _result(rule, short.status, short.reason, short.fix)
    try:
        part = narrow(joined, _wanted(rule), source, case.rulebook)  # (5)
    except NotCoveredError as error:
        return _result(
            rule,
            Status.NOT_MEASURED_AS_STATED,
            str(error),
            "name the part under scopes, or under covers of the method",
        )
    whole = part is joined
    part, excluded, fault = standing.whole if whole else without_quarantine(part, case.rulebook, case.as_of)
    question = _question(rule, case, part, found, source)
    result = _answer(rule, question, excluded, tuple(sorted(joined.definitions.items())))
    return replace(result, reason=f"{result.reason}; {fault}, so no test is left out") if fault else result


def _answer(
    rule: Rule,
    question: Question,
    excluded: tuple[str, ...],
    definitions: tuple[tuple[str, str], ...],
) -> CriterionResult:
    answer = measure(question)  # (7)
    if isinstance(answer, Unmeasured):
        result = _result(rule, answer.status, answer.reason, answer.fix)
        return replace(result, details=answer.details, excluded=excluded)
    return replace(
        _decided(rule, answer), excluded=excluded, definitions=_definitions(rule, answer, definitions)
    )


def _decided(rule: Rule, measured: Measured) -> CriterionResult:
    """(8) exactly, at the boundary too."""
    criterion = rule.criterion
    interval = _interval(measured)
    if rule.minimum_samples is not None and (measured.samples or 0) < rule.minimum_samples:
        reason = f"only {measured.samples or 0} samples; at least {rule.minimum_samples} are asked for"
        return replace(
            _result(rule, Status.NOT_MEASURED_AS_STATED, reason, "measure more"), interval=interval
        )
    if rule.lower_bound and interval is None:
        return _result(
            rule,
            Status.NOT_MEASURED_AS_STATED,
            "the cautious bound is asked for, and there are no counts to compute it from",
            "leave lower_bound out, or keep the records that the rate is made of",
        )
    judged = _bound(rule, measured, interval)
    passes = compare(judged, criterion.operator, criterion.threshold)
    if passes and rule.enforcement is not Enforcement.ADVISORY and cannot_fail(criterion):
        return _result(rule, Status.ERROR, "every value meets the threshold, so it decides nothing", _CHOOSE)
    unit = {"%": " %", "ms": " ms", "1/s": " /s", "1/KLOC": " per KLOC"}.get(criterion.unit, "")
    value = f"{shown(measured.value, criterion.threshold)}{unit}: "
    reason = ("" if criterion.unit == "1" else value) + measured.sentence
    if rule.lower_bound and interval is not None:
        reason += f"; judged by the 95 % bound {shown(judged, criterion.threshold)} %"
    return CriterionResult(
        rule,
        Status.PASS if passes else Status.FAIL,
        measured.value,
        criterion.unit,
        reason,
        "" if passes else _fix(rule, judged),
        details=measured.details,
        interval=interval,
    )


def _interval(measured: Measured) -> Interval | None:
    if measured.part is None or measured.whole is None:
        return None
    return wilson(measured.part, measured.whole)


def _bound(rule: Rule, measured: Measured, interval: Interval | None) -> Decimal:
    """The end of the interval that counts against the release, where the rule asks for it."""
    if not rule.lower_bound or interval is None:
        return measured.value
    return interval.low if METRICS[rule.criterion.metric].better == "higher" else interval.high


def _fix(rule: Rule, actual: Decimal) -> str:
    criterion = rule.criterion
    gap = shown(abs(actual - criterion.threshold))
    if criterion.unit == "1":
        way = "bring it down" if METRICS[criterion.metric].better == "lower" else "raise it"
        said = f"{way} by {gap}"
    else:
        said = f"close the gap of {gap}{' points' if criterion.unit == '%' else f' {criterion.unit}'}"
    return f"{said}, or ask for a waiver of {rule.id}" if rule.enforcement == "waivable" else said


def _definitions(
    rule: Rule, measured: Measured, stated: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    formula = (("formula", METRICS[rule.criterion.metric].formula),)
    return formula + tuple(sorted({**dict(stated), **measured.definitions}.items()))


def _question(
    rule: Rule, case: Case, joined: Joined, found: Found, source: EvidenceSource | None
) -> Question:
    changes = case.facts.changes.get(source.name) if source else None
    return Question(
        rule.criterion,
        joined,
        found,
        case.rulebook,
        case.as_of,
        changes,
        case.acceptances,
        case.version,
        source.planned if source else None,
    )


def not_applicable(rule: Rule, rulebook: Rulebook) -> str:
    """Why the criterion does not apply to this release; empty when it does."""
    wanted = {word.casefold() for word in (*rule.applies_when, *rule.criterion.applies_when)}
    touches = rulebook.release.touches
    if not wanted or not touches or wanted & {word.casefold() for word in touches}:
        return ""
    return f"the release touches {', '.join(sorted(touches))}; it applies to {', '.join(sorted(wanted))}"


def _wanted(rule: Rule) -> list[str]:
    """The parts of the product that the sentence names: its suite and its scope."""
    return [name for name in (rule.criterion.selector("suite"), rule.criterion.scope) if name]


def _no_evidence(rule: Rule, found: Found) -> CriterionResult | None:
    """Nothing found is NO DATA; one artefact that cannot be read may hold the failure, so it is an ERROR."""
    if found.refused:
        first = found.refused[0]
        more = f" (and {len(found.refused) - 1} more)" if len(found.refused) > 1 else ""
        status = Status.NO_DATA if first.code in _NO_EVIDENCE else _REFUSED.get(first.code, Status.ERROR)
        return _result(rule, status, f"{first.sentence}{more}", first.hint or "")
    if not found.evidence:
        looked = ", ".join(found.looked_for) or "nothing"
        return _result(
            rule,
            Status.NO_DATA,
            f"no evidence found; looked for {looked}",
            "run the measurement, or correct the paths",
        )
    return None


def _result(rule: Rule, status: Status, reason: str, fix: str = "", **more: object) -> CriterionResult:
    return CriterionResult(rule, status, None, rule.criterion.unit, reason, fix, **more)  # type: ignore[arg-type]
