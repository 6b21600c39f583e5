"""One scanner's report while it is read: findings in three piles, notices, facts, and its refusals."""

from __future__ import annotations

from collections.abc import Iterable

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json import refuse_bad_text
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.findings import Finding, Findings, finding
from flightrules.evidence.records.pages import OnePageError

__all__ = ["Scan"]


class Scan:
    """Collects what one report says.

    ``tool`` is part of every fingerprint, so that two tools never hide each other's findings.
    """

    def __init__(self, tool: str, name: str) -> None:
        self.tool = tool
        self.name = name
        self.live: list[Finding] = []
        self.suppressed: list[Finding] = []
        self.fixed: list[Finding] = []
        self._notices: list[Notice] = []
        self._facts: dict[str, str] = {"tool": tool}
        self._definitions: dict[str, str] = {}
        self._times: list[str] = []

    def add(  # noqa: PLR0913 -- one argument for each field of a finding
        self,
        rule: str,
        level: str,
        *,
        path: str = "",
        line: str = "",
        title: str = "",
        identity: Iterable[str] = (),
        state: str = "live",
        mark: str = "",
        parts: Iterable[str] = (),
    ) -> None:
        """Put one finding on the pile ``state``: ``live``, ``suppressed`` or ``fixed``.

        Raises:
            EvidenceError: E_MISSING_FIELD where neither a rule nor a title says what was found,
                E_CONTROL_CHAR, E_ENCODING for texts that cannot be stored or shown.
        """
        if not rule and not title:
            raise EvidenceError(
                "E_MISSING_FIELD",
                "a finding has neither a rule nor a message",
                file=self.name,
                hint="check the tool's options and version",
            )
        identity = tuple(identity)
        refuse_bad_text((rule, path, line, title, identity), self.name)
        made = finding(
            self.tool,
            rule or title[:80],
            level,
            path=path,
            line=line,
            title=" ".join(title.split()),
            identity=identity,
            mark=mark,
            parts=parts,
        )
        pile = {"suppressed": self.suppressed, "fixed": self.fixed}.get(state, self.live)
        pile.append(made)

    @property
    def empty(self) -> bool:
        """Whether no finding of any kind was listed."""
        return not (self.live or self.suppressed or self.fixed)

    def fact(self, **facts: str) -> None:
        """State facts about the run: ``tool_version``, ``taken_at`` and so on; empty ones are left out.

        Of several times the earliest stays: evidence is as old as its oldest part.
        """
        self._times.append(facts.pop("taken_at", ""))
        self._facts.update({key: value for key, value in facts.items() if value})

    def define(self, **definitions: str) -> None:
        """Name a choice that the numbers depend on."""
        self._definitions.update(definitions)

    def note(self, code: str, message: str) -> None:
        """Say something a reader of the numbers must know."""
        self._notices.append(Notice(code, message))

    def not_tested(self, count: int, what: str) -> None:
        """Warn about parts that the tool did not look at; nothing where the count is zero."""
        if count:
            self.note("W_NOT_TESTED", f"{count} {what}")

    def compare(self, declared: object, what: str, counted: int) -> None:
        """Warn where the report's own count, if it states one, differs from the counted one.

        Raises:
            EvidenceError: E_COUNT_MISMATCH where it announces findings and lists none of any kind.
        """
        if isinstance(declared, bool) or not isinstance(declared, int) or declared == counted:
            return
        if declared > 0 and counted == 0 and self.empty:
            raise EvidenceError(
                "E_COUNT_MISMATCH",
                f"{what} announces {declared} findings and the report lists none",
                file=self.name,
                hint="write the report again, complete",
            )
        self.note("W_COUNT_MISMATCH", f"{what} says {declared}, the report lists {counted}")

    def failed(self, message: str) -> EvidenceError:
        """The refusal of a report in which the scanner says that it failed."""
        return EvidenceError("E_SCAN_FAILED", message, file=self.name, hint="mend the scan and repeat it")

    def no_run(self, message: str, *, instead: str = "") -> EvidenceError:
        """The refusal of a report that does not show that anything was looked at.

        ``instead`` names the output of the same tool that does show it; without one it is the tool's input
        that has to be checked.
        """
        hint = f"use {instead}" if instead else "check that the scanner ran and what it was given"
        return EvidenceError("E_NO_RUNS", message, file=self.name, hint=hint)

    def partial(self, message: str, listed: int | None = None) -> EvidenceError:
        """The refusal of one page of a longer answer, or of a scan that ended early.

        ``listed`` are the findings on the page, where they were counted.
        """
        hint = "fetch all pages, or let the scan end"
        return OnePageError(message, self.name, hint, ("findings.total", listed))

    def reading(self, format_name: str) -> Reading:
        """Everything collected, as the format's answer."""
        findings = Findings(self.live, suppressed=self.suppressed, fixed=self.fixed)
        taken, on_times = earliest(self._times)
        return Reading(
            format=format_name,
            records=findings,
            notices=(*self._notices, *on_times, *findings.notices()),
            facts=self._facts | taken,
            definitions=self._definitions,
        )
