"""The verdict for Azure Pipelines: logging commands that its run page lists as errors and warnings.

The agent knows errors and warnings only, so a waiver is an ordinary line of the log. Its escapes differ from
those of GitHub: the percent sign itself is written ``%AZP25``.
"""

from __future__ import annotations

from flightrules.inert import one_line
from flightrules.reports.origin import place_of
from flightrules.reports.remarks import Remark, remarks
from flightrules.reports.report import Report, Weight, product_of

__all__ = ["LIMIT", "render"]

LIMIT = 5000
_TYPES = {Weight.BLOCKS: "error", Weight.ADVISES: "warning"}


def render(report: Report) -> str:
    """A line for each remark, the most serious first, then the verdict; at most ``LIMIT`` remarks."""
    found = remarks(report)
    lines = [_line(one, report) for one in found[:LIMIT]]
    if len(found) > LIMIT:
        lines.append(f"{len(found) - LIMIT} less serious ones are left out; the report holds all of them")
    advised = " in advise mode" if report.verdict.advise else ""
    lines.append(_data(f"Flightrules: {product_of(report)} is {report.verdict.outcome}{advised}"))
    return "".join(f"{line}\n" for line in lines)


def _line(one: Remark, report: Report) -> str:
    kind = _TYPES.get(one.weight)
    if kind is None:
        return _data(f"waived: {one.sentence}")
    file, line = place_of(one.origin, report)
    where = f"sourcepath={_property(file)};linenumber={line};code={_property(one.check)}"
    return f"##vso[task.logissue type={kind};{where};]{_data(one.sentence)}"


def _data(value: str) -> str:
    """A line of the log that starts no command of its own and does not end early."""
    return one_line(value).replace("%", "%AZP25").replace("##", "# #")


def _property(value: str) -> str:
    return _data(value).replace(";", "%3B").replace("]", "%5D")
