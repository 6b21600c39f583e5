"""The formula of every metric in the catalogue: a value with its numbers, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any

from flightrules.engine.defects import count_open, count_undocumented, density, stories
from flightrules.engine.findings import findings, suppressed, violations
from flightrules.engine.measured import Measured, Question, Unmeasured
from flightrules.engine.new_code import new_lines
from flightrules.engine.operators import compare, rate, shown
from flightrules.engine.selection import distinct
from flightrules.engine.verdict import Status
from flightrules.evidence.measurement import Labels
from flightrules.rules.criterion import Criterion, Operator
from flightrules.rules.metrics import METRICS

__all__ = ["FORMULAS", "measure", "worst_of"]

Answer = Measured | Unmeasured
_NAMED = 5


def measure(question: Question) -> Answer:
    """Apply the criterion's formula."""
    return FORMULAS[question.criterion.metric](question)


def _total(question: Question, metric: str) -> Decimal | None:
    return question.joined.total(metric)


def _nothing(what: str, fix: str = "") -> Unmeasured:
    return Unmeasured(Status.NO_DATA, f"the evidence holds no {what}", fix)


def _of_tests(question: Question) -> dict[str, int] | None:
    names = ("total", "passed", "failed", "errored", "skipped", "flaky")
    counts = {name: int(_total(question, f"tests.{name}") or 0) for name in names}
    return counts if counts["total"] else None


def _unaccounted(counts: Mapping[str, int]) -> Unmeasured | None:
    """Tests that are counted in the total and in no end may all have failed."""
    ends = sum(counts[name] for name in ("passed", "failed", "errored", "skipped"))
    if ends == counts["total"]:
        return None
    reason = f"{counts['total']} tests are stated, and {ends} of them passed, failed or were skipped"
    return Unmeasured(Status.ERROR, reason, "state all counts, or list the tests one by one")


def _pass_rate(question: Question) -> Answer:
    counts = _of_tests(question)
    run = _run(counts) if counts else 0
    if counts is None or not run:
        return _nothing("test that ran", "check the selection of tests")
    if (wrong := _unaccounted(counts)) is not None:
        return wrong
    return _rate_of(counts["passed"], run, "tests passed", _beside(counts), _failing(question))


def _failure_rate(question: Question) -> Answer:
    counts = _of_tests(question)
    run = _run(counts) if counts else 0
    if counts is None or not run:
        return _nothing("test that ran", "check the selection of tests")
    if (wrong := _unaccounted(counts)) is not None:
        return wrong
    return _rate_of(
        counts["failed"] + counts["errored"], run, "tests failed", _beside(counts), _failing(question)
    )


def _executed_rate(question: Question) -> Answer:
    counts = _of_tests(question)
    if counts is None:
        return _nothing("test", "check the selection of tests")
    planned = question.planned or counts["total"]
    run = _run(counts)
    if run > planned:
        return Unmeasured(
            Status.ERROR, f"{run} tests ran, but only {planned} are planned", "correct planned of the method"
        )
    what = "planned tests ran" if question.planned else "tests of the report ran, whose plan nobody states"
    return _rate_of(run, planned, what, _beside(counts))


def _tests_count(*names: str) -> Callable[[Question], Answer]:
    def formula(question: Question) -> Answer:
        counts = _of_tests(question)
        if counts is None:
            return _nothing("test", "check the selection of tests")
        if (wrong := _unaccounted(counts)) is not None:
            return wrong
        value = sum(counts[name] for name in names)
        return Measured(
            Decimal(value),
            f"{value} of {counts['total']} tests",
            samples=counts["total"],
            details=_failing(question),
        )

    return formula


def _tests_share(
    name: str, of: Callable[[Mapping[str, int]], int], what: str
) -> Callable[[Question], Answer]:
    def formula(question: Question) -> Answer:
        counts = _of_tests(question)
        if counts is None or not (whole := of(counts)):
            return _nothing("test that ran", "check the selection of tests")
        return _unaccounted(counts) or _rate_of(counts[name], whole, what)

    return formula


def _run(counts: Mapping[str, int]) -> int:
    return counts["passed"] + counts["failed"] + counts["errored"]


def _beside(counts: Mapping[str, int]) -> str:
    said = [f"{counts[name]} {name}" for name in ("skipped", "flaky") if counts[name]]
    return f" ({', '.join(said)})" if said else ""


def _failing(question: Question) -> tuple[str, ...]:
    cases = question.joined.records.get("Cases")
    return tuple(f"failed: {name}" for name in cases.failed_names(_NAMED)) if cases is not None else ()


def _rate_of(part: int, whole: int, what: str, beside: str = "", details: tuple[str, ...] = ()) -> Measured:
    return Measured(
        rate(part, whole),
        f"{part:,} of {whole:,} {what}{beside}",
        part=part,
        whole=whole,
        samples=whole,
        details=details,
    )


def _share(part: str, whole: str, what: str) -> Callable[[Question], Answer]:
    def formula(question: Question) -> Answer:
        upper, lower = _total(question, part), _total(question, whole)
        if upper is None or not lower:
            return _nothing(what)
        if upper != int(upper) or lower != int(lower):
            return Unmeasured(Status.ERROR, f"{shown(upper)} of {shown(lower)} {what} are no counts")
        return _rate_of(int(upper), int(lower), what)

    return formula


def _percentile(question: Question) -> Answer:
    wanted = Decimal(question.criterion.selector("percentile") or 0)
    return _duration(question, f"p{wanted.normalize():f}", lambda records: records.percentile(wanted))


def _duration(question: Question, name: str, of: Callable[[Any], Decimal | None]) -> Answer:
    """A statistic of the durations; where a part of the evidence does not tell it there is none."""
    if (dead := _unanswered(question)) is not None:
        return dead
    values = [
        of(records) if hasattr(records, "percentile") else None
        for records in question.joined.records.values()
    ]
    values += _stated(question, f"load.{name}")
    known = [value for value in values if value is not None]
    requests, seconds = _total(question, "load.requests"), _total(question, "load.duration")
    if not known or len(known) != len(values):
        return _nothing(name, f"have the load tool print {name}, or keep its samples")
    count = int(requests) if requests is not None else None
    over = f" over {count:,} requests" if count is not None else ""
    over += f" in {shown(seconds)} s" if seconds is not None else ""
    return Measured(max(known), f"{shown(max(known))} ms{over}", samples=count)


def _unanswered(question: Question) -> Unmeasured | None:
    """Where every request failed the times are those of failures, and nothing was carried."""
    requests, failed = _total(question, "load.requests"), _total(question, "load.failed")
    if not requests or failed is None or failed < requests:
        return None
    return Unmeasured(Status.NO_DATA, f"all {shown(requests)} requests failed", "mend the run, and repeat it")


def _stated(question: Question, metric: str, labels: Labels = ()) -> list[Decimal | None]:
    """What each artefact of the metric's kind states beside its records; a narrowed one states nothing."""
    family = metric.partition(".")[0]
    artefacts = distinct(question.found.evidence) if question.joined.extra else ()
    tables = [{(one.metric, one.labels): one.value for one in each.reading.extra} for each in artefacts]
    return [
        table.get((metric, labels))
        for table in tables
        if any(name.partition(".")[0] == family for name, _ in table)
    ]


def _mean(question: Question) -> Answer:
    return _duration(question, "mean", lambda records: records.mean())


def _longest(question: Question) -> Answer:
    return _duration(question, "max", lambda records: records.longest())


def _success_rate(question: Question) -> Answer:
    requests, failed = _total(question, "load.requests"), _total(question, "load.failed")
    if not requests or failed is None:
        return _nothing("count of failed requests")
    if requests != int(requests) or failed != int(failed):
        return Unmeasured(Status.ERROR, f"{shown(failed)} of {shown(requests)} requests failed are no counts")
    return _rate_of(int(requests - failed), int(requests), "requests succeeded")


def _carried(metric: str, what: str, unit: str) -> Callable[[Question], Answer]:
    stated = _load_value(metric, what, unit)
    return lambda question: _unanswered(question) or stated(question)


def _load_value(metric: str, what: str, unit: str) -> Callable[[Question], Answer]:
    def formula(question: Question) -> Answer:
        value = _total(question, metric)
        return _nothing(what) if value is None else Measured(value, f"{shown(value)}{unit}")

    return formula


def _projected(question: Question) -> Answer:
    projected, rps = question.rulebook.release.projected_rps, _total(question, "load.rps")
    if projected is None or not projected:
        return Unmeasured(
            Status.NO_DATA, "the rulebook does not state the projected load", "set release.projected_rps"
        )
    if rps is None:
        return _nothing("throughput")
    if (dead := _unanswered(question)) is not None:
        return dead
    return Measured(rate(rps, projected), f"{shown(rps)} of {shown(projected)} projected requests/s")


def _contracts(question: Question) -> Answer:
    if _total(question, "contracts.total") is not None:
        return _share("contracts.passed", "contracts.total", "contracts verified")(question)
    return _pass_rate(question)


def _checklist(question: Question) -> Answer:
    wanted = (question.criterion.selector("checklist") or "").casefold()
    values = {
        key: value for key, value in question.joined.values().items() if key[0].startswith("checklist.")
    }
    named: dict[str, Decimal] = {}
    for (metric, labels), value in values.items():  # two items of one name are both meant
        if _is_named(labels, wanted):
            named[metric] = named.get(metric, Decimal(0)) + value
    if not named.get("checklist.total"):
        known = sorted(
            {label for _, labels in values for name, label in labels if name in ("checklist", "item")}
        )
        return Unmeasured(
            Status.NO_DATA,
            f"no checklist or item is called {wanted!r}",
            "name it as the evidence does",
            tuple(f"known: {name}" for name in known[:_NAMED]),
        )
    return _rate_of(int(named.get("checklist.done", Decimal(0))), int(named["checklist.total"]), "items done")


def _is_named(labels: tuple[tuple[str, str], ...], wanted: str) -> bool:
    return any(name in ("checklist", "item") and value.casefold() == wanted for name, value in labels)


def _of_pages(question: Question) -> Answer:
    """The worst of all reports; one that does not state the value may be the worst."""
    criterion = question.criterion
    category = criterion.selector("category")
    stated = _stated(question, criterion.metric, (("category", category),) if category else ())
    found = [value * 100 if category else value for value in stated if value is not None]
    if len(found) < len(stated) or not found:
        what = f"{category or ''} {METRICS[criterion.metric].title}".strip()
        silent = f"{len(stated) - len(found)} of {len(stated)} reports do not state the {what}"
        return Unmeasured(Status.NO_DATA, silent, "run Lighthouse with this category for every page")
    worst = worst_of(found, criterion)
    return Measured(worst, f"{shown(worst, criterion.threshold)}, worst of {len(found)} reports")


def _quarantine(question: Question) -> Answer:
    size = len(question.rulebook.quarantine.entries)
    return Measured(
        Decimal(size),
        f"{size} tests on the list",
        details=tuple(entry.test for entry in question.rulebook.quarantine.entries),
    )


def _monitored(question: Question) -> Answer:
    series = question.criterion.selector("series") or ""
    found = question.joined.labelled.get("monitoring.value", {}).get(series)
    if found is None:
        return _nothing(f"series {series!r}", "name a series of the snapshot")
    several = found if isinstance(found, list) else [found]
    return Measured(
        worst_of(several, question.criterion), f"worst of {len(several)} series", samples=len(several)
    )


def worst_of(found: list[Decimal], criterion: Criterion) -> Decimal:
    """The value that is hardest on the release: the lowest where more is asked for, else the highest."""
    if criterion.operator in (Operator.AT_LEAST, Operator.MORE):
        return min(found)
    if criterion.operator in (Operator.AT_MOST, Operator.LESS):
        return max(found)
    missed = [one for one in found if not compare(one, criterion.operator, criterion.threshold)]
    return max(missed or found)


FORMULAS: dict[str, Callable[[Question], Answer]] = {
    "tests.pass_rate": _pass_rate,
    "tests.failure_rate": _failure_rate,
    "tests.executed_rate": _executed_rate,
    "tests.total": _tests_count("total"),
    "tests.executed": _tests_count("passed", "failed", "errored"),
    "tests.failed": _tests_count("failed", "errored"),
    "tests.skipped": _tests_count("skipped"),
    "tests.skipped_rate": _tests_share("skipped", itemgetter("total"), "tests were skipped"),
    "tests.flaky_rate": _tests_share("flaky", _run, "tests passed only after a failure"),
    "tests.flaky": _tests_count("flaky"),
    "coverage.lines": _share("coverage.lines.covered", "coverage.lines.total", "lines covered"),
    "coverage.branches": _share("coverage.branches.covered", "coverage.branches.total", "branches covered"),
    "coverage.new_lines": new_lines,
    "mutation.score": _share("mutation.killed", "mutation.total", "mutants detected"),
    "defects.open": count_open,
    "defects.undocumented": count_undocumented,
    "defects.density": density,
    "stories.accepted_rate": stories,
    "findings.open": findings(new=False),
    "findings.new": findings(new=True),
    "findings.suppressed": suppressed,
    "a11y.violations": violations(new=False),
    "a11y.new": violations(new=True),
    "load.percentile": _percentile,
    "load.mean": _mean,
    "load.max": _longest,
    "load.error_rate": _share("load.failed", "load.requests", "requests failed"),
    "load.success_rate": _success_rate,
    "load.failed": _load_value("load.failed", "count of failed requests", " failed requests"),
    "load.rps": _carried("load.rps", "throughput", " requests/s"),
    "load.requests": _carried("load.requests", "request", " requests"),
    "load.projected_share": _projected,
    "contracts.pass_rate": _contracts,
    "api.breaking_changes": _load_value("api.breaking_changes", "API comparison", " breaking changes"),
    "checklist.done_rate": _checklist,
    **{name: _of_pages for name, metric in METRICS.items() if metric.families == ("lighthouse",)},
    "quarantine.size": _quarantine,
    "monitoring.value": _monitored,
}
