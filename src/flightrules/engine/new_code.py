"""New-code coverage: of the lines that changed since a base commit, how many did the tests reach."""

from __future__ import annotations

from typing import Any

from flightrules.engine.measured import Measured, Question, Unmeasured
from flightrules.engine.operators import rate
from flightrules.engine.verdict import Status

__all__ = ["new_lines"]

_NAMED = 5


def new_lines(question: Question) -> Measured | Unmeasured:
    """Covered lines of those that were added or changed since the base and can be covered."""
    lines = question.joined.records.get("Lines")
    if lines is None:
        return Unmeasured(
            Status.NO_DATA, "the coverage report states totals only, not lines", "write a report with lines"
        )
    if question.changes is None:
        return Unmeasured(
            Status.NO_DATA,
            "no base commit is named to compare with",
            "set compare_with for the method, or pass --base",
        )
    if question.changes.refusal is not None or question.changes.lines is None:
        reason = question.changes.refusal
        return Unmeasured(
            Status.NO_DATA,
            reason.message if reason else "the changed lines are not known",
            (reason.hint if reason else "") or "",
        )
    if not question.changes.lines:
        return Unmeasured(
            Status.NO_DATA,
            f"nothing differs from the base {question.changes.base[:12]}, so nothing was compared",
            "compare with the last release, for example --base v4.2.0",
        )
    found = lines.on(question.changes.lines, question.changes.tracked)
    unknown = tuple(f"not in the report: {path}" for path in found.unknown[:_NAMED])
    if found.ambiguous:
        return Unmeasured(
            Status.NOT_MEASURED_AS_STATED,
            f"{len(found.ambiguous)} changed files fit several names in the coverage report: "
            f"{', '.join(found.ambiguous[:_NAMED])}",
            "have the tool write paths from the repository's root",
        )
    missing = _missing(question, lines, found.unknown)
    if missing:
        return Unmeasured(
            Status.NOT_MEASURED_AS_STATED,
            f"{len(missing)} changed files are not in the coverage report, which holds their neighbours: "
            f"{', '.join(missing[:_NAMED])}",
            "have the tool report files that no test loads, too",
            unknown,
        )
    if not found.total:
        return _no_changed_line(lines, found, unknown)
    worst = sorted(found.missing.items(), key=lambda item: (-len(item[1]), item[0]))[:_NAMED]
    details = tuple(f"{path}: {len(missed)} changed lines not covered" for path, missed in worst) + unknown
    return Measured(
        rate(found.covered, found.total),
        f"{found.covered:,} of {found.total:,} changed lines covered{_beside(found.unknown)}",
        part=found.covered,
        whole=found.total,
        samples=found.total,
        details=details,
        definitions={"base": question.changes.base},
    )


def _beside(unknown: tuple[str, ...]) -> str:
    return f" ({len(unknown)} changed files are not in the report)" if unknown else ""


def _missing(question: Question, lines: Any, unknown: tuple[str, ...]) -> list[str]:
    """Changed source files that the report should know: it knows others of their folder and kind.

    A file that no test loads is absent from many reports, and is exactly what new-code coverage is about.
    A criterion for a part of the product looks at that part's files alone.
    """
    changed = question.changes.lines if question.changes is not None else None
    if question.criterion.scope is not None or changed is None or not unknown:
        return []
    places = {
        _place(path) for path in (*lines.files, *(lines.packaged.get(path, path) for path in lines.files))
    }
    return [path for path in unknown if changed[path] and _place(path) in places]


def _place(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name.rpartition(".")[2]


def _no_changed_line(lines: Any, found: Any, unknown: tuple[str, ...]) -> Unmeasured:
    kinds = {path.rpartition(".")[2] for path in lines.files}
    if any(path.rpartition(".")[2] in kinds for path in found.unknown):
        return Unmeasured(
            Status.NO_DATA,
            "the changed files are not in the coverage report",
            "check the tool's source paths",
            unknown,
        )
    return Unmeasured(Status.NOT_APPLICABLE, "no coverable line was changed")
