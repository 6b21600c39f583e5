"""From collected test cases to a reading: what every test format must refuse and mention alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.records.cases import Cases
from flightrules.evidence.source import Source

__all__ = ["DEFINITIONS", "case_reading", "header_notice"]

DEFINITIONS = {
    "flaky": "passed after at least one failed attempt; counts as passed and as flaky",
    "repeated names": "one test only where the report marks attempts; otherwise each counts by itself",
    "errored": "broke outside its assertions; never a pass",
}


def case_reading(
    name: str,
    source: Source,
    cases: Cases,
    *,
    notices: Iterable[Notice] = (),
    facts: Mapping[str, str] | None = None,
    declared: int | None = None,
) -> Reading:
    """The reading of a test report.

    Args:
        name: the format's name.
        source: the artefact, for the messages.
        cases: what was counted.
        notices: what the format has to say.
        facts: what the report states on itself.
        declared: the total that the report announces, if it does.

    Raises:
        EvidenceError: E_NO_CASES, E_ALL_SKIPPED, E_COUNT_MISMATCH (announced cases, held none).
    """
    if cases.total == 0 and declared:
        raise EvidenceError(
            "E_COUNT_MISMATCH",
            f"the report declares {declared} tests and holds none",
            file=source.name,
            hint="write the report again, complete",
        )
    if cases.total == 0:
        raise EvidenceError(
            "E_NO_CASES",
            "the report holds no test case",
            file=source.name,
            hint="check the selection of tests and that the run did not crash early",
        )
    if cases.total == cases.skipped:
        raise EvidenceError(
            "E_ALL_SKIPPED",
            f"all {cases.total} test cases were skipped",
            file=source.name,
            hint="check why nothing ran",
        )
    said = list(notices)
    if declared is not None and declared != cases.total:
        said.append(header_notice("tests", declared, cases.total))
    if cases.flaky:
        said.append(
            Notice("W_FLAKY", f"{cases.flaky} of {cases.total} cases passed only after a failed attempt")
        )
    return Reading(
        name, records=cases, notices=tuple(said), facts=dict(facts or {}), definitions=dict(DEFINITIONS)
    )


def header_notice(what: str, declared: int, counted: int) -> Notice:
    """Header and body disagree; the body is what counts."""
    return Notice("W_COUNT_MISMATCH", f"the header declares {declared} {what}, the body holds {counted}")
