"""From collected test cases to a reading: what every test format must refuse and mention alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Measurement, Notice, Reading
from flightrules.evidence.reading.json import refuse_bad_text
from flightrules.evidence.reading.text import count
from flightrules.evidence.records.cases import Cases
from flightrules.evidence.source import Source
from flightrules.patterns import late

__all__ = [
    "DEFINITIONS",
    "NothingRanError",
    "case_reading",
    "declared_count",
    "duration",
    "header_notice",
    "json_case_reading",
    "plain_count",
    "refuse_hidden",
]

_SECONDS = late(r"(\d{1,12})(?:([.,])(\d{1,12}))?\Z", re.ASCII)

DEFINITIONS = {
    "flaky": "passed after at least one failed attempt; counts as passed and as flaky",
    "repeated names": "one test only where the report marks attempts; otherwise each counts by itself",
    "errored": "broke outside its assertions; never a pass",
}


class NothingRanError(EvidenceError):
    """Every case was skipped: no evidence by itself.

    ``reading`` holds the cases all the same, because one report of many (Surefire writes one for each
    class) may be all skipped while the others ran, and ``seen`` the two counts that are known.
    """

    def __init__(self, reading: Reading, file: str) -> None:
        """The error for the reading of one file."""
        total = len(reading.records) if isinstance(reading.records, Cases) else 0
        super().__init__(
            "E_ALL_SKIPPED", f"all {total} test cases were skipped", file=file, hint="check why nothing ran"
        )
        self.reading = reading
        self.seen = (Measurement("tests.total", Decimal(total)), Measurement("tests.skipped", Decimal(total)))


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
    said = list(notices)
    if declared is not None and declared != cases.total:
        said.append(header_notice("tests", declared, cases.total))
    if cases.flaky:
        said.append(
            Notice("W_FLAKY", f"{cases.flaky} of {cases.total} cases passed only after a failed attempt")
        )
    reading = Reading(
        name, records=cases, notices=tuple(said), facts=dict(facts or {}), definitions=dict(DEFINITIONS)
    )
    if cases.total == cases.skipped:
        raise NothingRanError(reading, source.name)
    return reading


def json_case_reading(
    name: str,
    source: Source,
    cases: Cases,
    *,
    notices: Iterable[Notice] = (),
    facts: Mapping[str, str] | None = None,
    declared: int | None = None,
) -> Reading:
    """As ``case_reading``, for reports whose captured output may hold any character and whose names may not.

    Raises:
        EvidenceError: E_CONTROL_CHAR, E_ENCODING, E_FIELD_TOO_LONG for a name, and as ``case_reading``.
    """
    refuse_bad_text([*cases.texts()], source.name)
    return case_reading(name, source, cases, notices=notices, facts=facts, declared=declared)


def refuse_hidden(declared: int, cases: Cases, name: str, where: str = "the header") -> None:
    """Refuse a report that announces failures and would pass, because no case shows one.

    Raises:
        EvidenceError: E_CONTRADICTION.
    """
    if declared and cases.total and not cases.failed + cases.errored:
        raise EvidenceError(
            "E_CONTRADICTION",
            f"{where} declares {declared} failures, no case shows one",
            file=name,
            hint="write the report again, complete",
        )


def header_notice(what: str, declared: int, counted: int) -> Notice:
    """Header and body disagree; the body is what counts."""
    return Notice("W_COUNT_MISMATCH", f"the header declares {declared} {what}, the body holds {counted}")


def declared_count(text: str, what: str, source: Source) -> int | None:
    """A count that a header states as text, in plain digits; None where it is absent or blank.

    Raises:
        EvidenceError: E_NUMBER, E_NEGATIVE, E_NONFINITE.
    """
    return plain_count(text.strip(), what, source.name) if text.strip() else None


def plain_count(text: str, what: str, name: str) -> int:
    """A count in plain digits; ``1e3`` is no way to write one.

    Raises:
        EvidenceError: E_NUMBER, E_NEGATIVE, E_NONFINITE.
    """
    found = count(text, what, name)
    if "e" in text.lower():
        raise EvidenceError("E_NUMBER", f"{what} is not written as a count: {text[:40]!r}", file=name)
    return found


def duration(text: str, notices: list[Notice]) -> Decimal | None:
    """Seconds as text, with a point or a decimal comma; unreadable ones are left out and said once."""
    if not text.strip():
        return None
    found = _SECONDS.match(text.strip())
    if found is None and not any(one.code == "W_TIME" for one in notices):
        notices.append(Notice("W_TIME", f"the time {text[:40]!r} cannot be read and is left out"))
    if found is not None and found.group(2) == "," and not any(one.code == "W_NUMBER" for one in notices):
        notices.append(Notice("W_NUMBER", f"the time {text[:40]!r} has a decimal comma"))
    return Decimal(f"{found.group(1)}.{found.group(3) or 0}") if found is not None else None
