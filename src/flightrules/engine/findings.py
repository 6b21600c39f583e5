"""Findings and accessibility violations: how many live ones there are, and how many of them are new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flightrules.engine.measured import Measured, Question, Unmeasured
from flightrules.engine.operators import shown
from flightrules.engine.selection import join
from flightrules.engine.verdict import Status
from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Evidence, Labels
from flightrules.evidence.records.findings import SEVERITIES, Findings

__all__ = ["findings", "suppressed", "violations"]

Answer = Measured | Unmeasured
_NAMED = 5


def findings(*, new: bool) -> Callable[[Question], Answer]:
    """Live findings of the named severities; with ``new`` those that the baseline does not hold."""

    def formula(question: Question) -> Answer:
        wanted = _wanted_severities(question)
        records = _narrowed(question.joined.records.get("Findings"), wanted)
        if records is None:
            return _totals(question, "findings", new=new)
        return _counted(question, records, _narrowed(_before(question, "Findings"), wanted), new=new)

    return formula


def violations(*, new: bool) -> Callable[[Question], Answer]:
    """Live accessibility violations of a standard and of impacts; with ``new`` what the baseline lacks."""

    def formula(question: Question) -> Answer:
        named = {"standards": _named(question, "standard"), "impacts": _named(question, "impact")}
        records, before = question.joined.records.get("Violations"), _before(question, "Violations")
        if records is None:
            return _totals(question, "a11y", new=new)
        narrowed = before.select(**named) if before is not None else None
        return _counted(question, records.select(**named), narrowed, new=new)

    return formula


def _named(question: Question, selector: str) -> list[str]:
    words = question.criterion.selector(selector)
    return words.split("|") if words else []


def _narrowed(records: Any, severities: frozenset[str] | None) -> Any:
    return records if records is None or severities is None else records.select(severities)


def _before(question: Question, kind: str) -> Any:
    return join(question.found.baseline).records.get(kind) if question.found.baseline else None


def _counted(question: Question, records: Any, before: Any, *, new: bool) -> Answer:
    """Live records, or those of them that the baseline does not hold."""
    total = len(records.live)
    if not new:
        details = tuple(records.titles(_NAMED))
        return Measured(
            Decimal(total), f"{total} live {_noun(records)}{_hidden(records)}", samples=total, details=details
        )
    if question.found.baseline_refused:
        reason = f"the baseline cannot be read: {question.found.baseline_refused[0].sentence}"
        return Unmeasured(Status.ERROR, reason)
    if not total:
        return Measured(Decimal(0), f"0 new of 0 live {_noun(records)}{_hidden(records)}", samples=0)
    if _younger_baseline(question):
        return Unmeasured(
            Status.NO_DATA, "the baseline was taken after the report", "keep the baseline of the last release"
        )
    try:
        found = records.new_against(before)
    except EvidenceError as error:
        return Unmeasured(Status.NO_DATA, error.message, error.hint or "")
    count = len(found.live)
    way = getattr(found, "compared_by", "fingerprints")
    sentence, details = (
        f"{count} new of {total} live {_noun(records)}{_hidden(records)}",
        tuple(found.titles(_NAMED)),
    )
    return Measured(
        Decimal(count), sentence, samples=total, details=details, definitions={"new": f"compared by {way}"}
    )


def _hidden(records: Any) -> str:
    """Suppressed findings are no findings and no waivers either: whoever reads a zero sees them beside it."""
    count = len(getattr(records, "suppressed", ()))
    return f" ({count} suppressed by the tool)" if count else ""


def _younger_baseline(question: Question) -> bool:
    """Whether both state when they were taken, and the baseline is the younger one."""
    before, now = _stated_times(question.found.baseline), _stated_times(question.found.evidence)
    return bool(before and now) and min(before) > max(now)


def _stated_times(evidence: tuple[Evidence, ...]) -> list[datetime]:
    return [
        one.taken_at
        for one in evidence
        if one.taken_at and not any(notice.code == "W_FILE_TIME" for notice in one.reading.notices)
    ]


def _wanted_severities(question: Question) -> frozenset[str] | None:
    named = question.criterion.selector("severity")
    return frozenset(named.split("|")) | {"unknown"} if named else None


def _totals(question: Question, prefix: str, *, new: bool) -> Answer:
    if new:
        return Unmeasured(
            Status.NO_DATA, "the report holds counts only; new ones cannot be told from old ones"
        )
    named = question.criterion.selector("severity")
    names = [f"{prefix}.{word}" for word in (*named.split("|"), "unknown")] if named else [_whole(prefix)]
    values = question.joined.values()
    if (_whole(prefix), ()) not in values:
        return Unmeasured(Status.NO_DATA, "the evidence holds no finding counts")
    count = sum((values.get((name, ()), Decimal(0)) for name in names), Decimal(0))
    if named:
        count += _unrated(prefix, values)
    return Measured(count, f"{shown(count)} counted")


def _unrated(prefix: str, values: Mapping[tuple[str, Labels], Decimal]) -> Decimal:
    """Findings in the total that no severity accounts for; they may be of any, so they count under each."""
    words = (*SEVERITIES, "suppressed")
    known = sum((values.get((f"{prefix}.{word}", ()), Decimal(0)) for word in words), Decimal(0))
    return max(values[_whole(prefix), ()] - known, Decimal(0))


def _whole(prefix: str) -> str:
    return "a11y.violations" if prefix == "a11y" else f"{prefix}.total"


def suppressed(question: Question) -> Answer:
    """Findings that the tool was told to ignore."""
    count = question.joined.total("findings.suppressed")
    return (
        Unmeasured(Status.NO_DATA, "the evidence holds no findings report")
        if count is None
        else Measured(count, f"{shown(count)} suppressed by the tool")
    )


def _noun(records: Any) -> str:
    return "findings" if isinstance(records, Findings) else "violations"
