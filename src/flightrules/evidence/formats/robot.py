"""Robot Framework ``output.xml`` in its three schemas (``starttime``, ``start``, RPA tasks).

A failed suite tear-down fails every test of the suite, though each still says PASS. Skipped exists
since version 4; ``NOT RUN`` (dry run) ends as the test's own status says.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.reading.xml import DEPTH_LIMIT, feed, guarded_parser
from flightrules.evidence.records.case_reading import case_reading, refuse_hidden
from flightrules.evidence.records.cases import FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {"PASS": PASSED, "FAIL": FAILED, "SKIP": SKIPPED, "NOT RUN": SKIPPED, "NOT_RUN": SKIPPED}
_TESTS = ("test", "task")
_DEPTH = 8 * DEPTH_LIMIT  # keywords call keywords; no recursion follows them here


def read(source: Source, head: Head) -> Reading:
    """The tests or tasks of all suites.

    Raises:
        EvidenceError: E_ENUM for an unknown status, E_TRUNCATED for a test without one, E_ALL_SKIPPED for a
            dry run, E_CONTRADICTION for a suite that failed without a test, and as ``case_reading``.
    """
    walk = _Walk(source)
    parser = guarded_parser(source)
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    feed(parser, source)
    walk.refuse_dry_run()
    facts, said = earliest([head.attributes.get("generated", ""), *walk.stamps])
    tool, _, rest = head.attributes.get("generator", "").partition(" ")
    if tool:
        facts |= {"tool": tool, "tool_version": rest.partition(" ")[0]}
    cases = walk.writer.cases()
    refuse_hidden(walk.failed_suites, cases, source.name, "the status of suites")
    return case_reading("robot", source, cases, notices=said, facts=facts)


class _Walk:
    """Follows suites and tests; a status counts where it is the direct child of one of them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open: list[str] = []
        self._suites: list[tuple[str, int]] = []  # name, first case
        self._torn: list[bool] = []
        self._test: tuple[str, str] | None = None
        self._teardown = False
        self.failed_suites = 0
        self._innermost = 0  # depth of the keyword that started last
        self._executed = self._passed_over = 0  # keywords that call no others
        self.writer = CaseWriter()
        self.stamps: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else ""
        self._open.append(tag)
        if len(self._open) > _DEPTH:
            raise EvidenceError(
                "E_TOO_DEEP", f"elements are nested deeper than {_DEPTH}", file=self._source.name
            )
        if tag == "kw":
            self._innermost = len(self._open)
        if tag == "suite" and parent in ("suite", "robot", ""):
            self._suites.append((attributes.get("name", ""), len(self.writer)))
            self._torn.append(False)
        elif tag in _TESTS and parent == "suite" and self._suites:
            self._test = (attributes.get("name", ""), "")
        elif tag == "kw" and parent == "suite":
            self._teardown = attributes.get("type", "").lower() == "teardown"
        elif tag == "status":
            self._status(parent, attributes)

    def refuse_dry_run(self) -> None:
        """Refuse a run in which tests pass although no keyword was executed.

        Raises:
            EvidenceError: E_ALL_SKIPPED.
        """
        if self._passed_over and not self._executed and PASSED in self.writer.statuses:
            raise EvidenceError(
                "E_ALL_SKIPPED",
                "this is a dry run: no keyword was executed",
                file=self._source.name,
                hint="run the tests without --dryrun",
            )

    def end(self, tag: str) -> None:
        self._open.pop()
        if tag in _TESTS and self._test is not None and self._open[-1:] == ["suite"]:
            self._add()
        elif tag == "suite" and self._open[-1:] in (["suite"], ["robot"], []):
            self._close()

    def _status(self, parent: str, attributes: dict[str, str]) -> None:
        word = attributes.get("status", "")
        if parent == "kw" and len(self._open) - 1 == self._innermost:
            self._passed_over += word in ("NOT RUN", "NOT_RUN")
            self._executed += word == "PASS"
        if parent in _TESTS and self._test is not None and self._open[-3:-2] == ["suite"]:
            self._test = (self._test[0], self._test[1] if self._test[1] == "FAIL" else word)
            self.stamps.append(attributes.get("start") or attributes.get("starttime", ""))
        elif parent == "suite" and word == "FAIL":
            self.failed_suites += 1
        elif parent == "kw" and self._open[-3:-2] == ["suite"] and self._teardown and word == "FAIL":
            self._torn[-1] = True

    def _add(self) -> None:
        name, word = self._test or ("", "")
        self._test = None
        if word not in _STATUSES:
            code = "E_ENUM" if word else "E_TRUNCATED"
            raise EvidenceError(
                code,
                f"the test {name[:80]!r} has the status {word[:40]!r}",
                file=self._source.name,
                hint="run the tests again",
            )
        suite = ".".join(name for name, _ in self._suites)
        self.writer.add(name, _STATUSES[word], classname=suite, suite=suite)

    def _close(self) -> None:
        _, first = self._suites.pop()
        if self._torn.pop():
            for at in range(first, len(self.writer)):
                if self.writer.statuses[at] == PASSED:
                    self.writer.statuses[at] = FAILED
