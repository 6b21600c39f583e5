"""The verdict for GitHub: a step summary in Markdown and annotations, both cut to the host's limits.

A summary above 1 MiB is dropped whole by the host, and a step shows ten annotations; so the most serious
stands first, sections are left out from the end, and what was left out is counted.
"""

from __future__ import annotations

from flightrules.inert import one_line
from flightrules.reports.document import Section
from flightrules.reports.markdown import section, text, top
from flightrules.reports.origin import place_of
from flightrules.reports.readiness import readiness
from flightrules.reports.remarks import Remark, remarks
from flightrules.reports.report import Report, Weight

__all__ = ["MOST_ANNOTATIONS", "MOST_BYTES", "annotation_lines", "render", "summary", "workflow_command"]

MOST_BYTES = 1024 * 1024
MOST_ANNOTATIONS = 10
_NOTE_ROOM = 300
# what a reader of a failed step needs first: criteria, defects, recommendation; then the rest as it stands
_FIRST = (2, 3, 6, 4, 5, 1)
_LEVELS = {Weight.BLOCKS: "error", Weight.ADVISES: "warning", Weight.WAIVED: "notice"}


def render(report: Report) -> str:
    """The step summary, at most ``MOST_BYTES`` in UTF-8, ending in a line end."""
    return summary(report, MOST_BYTES)


def summary(report: Report, most: int) -> str:
    """The summary within a limit in bytes: whole sections, most serious first, then a note on the rest."""
    document = readiness(report)
    parts = [top(document)]
    room = most - _NOTE_ROOM - _size(parts[0])
    left_out: list[Section] = []
    for one in _serious_first(document.sections):
        written = section(one)
        if left_out or _size(written) + 1 > room:
            left_out.append(one)
            continue
        parts.append(written)
        room -= _size(written) + 1
    if left_out:
        names = ", ".join(one.title for one in left_out)
        parts.append(f"*{text(f'Left out here for the size limit: {names}. The report holds all of it.')}*\n")
    return "\n".join(parts)


def _serious_first(sections: tuple[Section, ...]) -> list[Section]:
    return sorted(sections, key=lambda one: _FIRST.index(one.number) if one.number else len(_FIRST))


def _size(written: str) -> int:
    return len(written.encode("utf-8"))


def annotation_lines(report: Report) -> str:
    """Workflow commands, one a line, at most ten; the last says how many more there are."""
    found = [_command(one, report) for one in remarks(report)]
    if len(found) > MOST_ANNOTATIONS:
        more = len(found) - MOST_ANNOTATIONS + 1
        level = found[MOST_ANNOTATIONS - 1].partition(" ")[0]
        found = [
            *found[: MOST_ANNOTATIONS - 1],
            f"{level} title=Flightrules::and {more} more, see the summary",
        ]
    return "".join(f"{line}\n" for line in found)


def _command(one: Remark, report: Report) -> str:
    file, line = place_of(one.origin, report)
    return workflow_command(_LEVELS[one.weight], one.title, one.said, file, line)


def workflow_command(level: str, title: str, said: str, file: str, line: int | str) -> str:
    """An annotation at a line of a file; ``level`` is error, warning or notice."""
    where = f"file={_property(file)},line={line},title={_property(title)}"
    return f"::{level} {where}::{_data(said)}"


def _data(value: str) -> str:
    """A command's message: the percent sign is the escape, and no line may end early."""
    return one_line(value).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
