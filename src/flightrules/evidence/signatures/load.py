"""How load-test formats are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["LOAD_FORMATS"]


def _first(head: Head) -> str:
    return next((line for line in head.text.lstrip("\ufeff").splitlines() if line.strip()), "")


def _cells(head: Head) -> set[str]:
    """The first line's cells, under whatever delimiter."""
    line = _first(head)
    delimiter = max(",;\t", key=line.count)
    return {cell.strip().strip('"') for cell in line.split(delimiter)}


def _is_jmeter_csv(head: Head) -> bool:
    return head.kind == "text" and "elapsed" in _cells(head)


LOAD_FORMATS: tuple[Format, ...] = (
    Format("jmeter-csv", "JMeter results (JTL, CSV)", "performance", "jmeter_csv", _is_jmeter_csv),
)
