"""``go test -json`` (test2json): one event a line.

A test that started and never ended (panic, time limit) and a package that failed without a failed
test (it did not compile, or its set-up broke) count as errored. Lines of the log between the events are
passed over.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_TEXT = re.compile(r"=== RUN |--- (?:PASS|FAIL|SKIP): |ok  \t\S+\t[0-9.]+s")
_NOT_BUILT = re.compile(r"FAIL\t(\S+)")
_MEANWHILE = ("output", "pause", "cont", "bench", "attr", "artifacts", "start")
_ENDS = {"pass": PASSED, "fail": FAILED, "skip": SKIPPED}


def read(source: Source, _head: Head) -> Reading:
    """The tests and subtests of all packages.

    Raises:
        EvidenceError: E_MALFORMED for half an event, E_UNRECOGNISED for its text, and as
            ``reading.json.decode`` and ``json_case_reading``.
    """
    walk = _Walk(source.name)
    first = ""
    for event in documents(source, free_text=True, stray=walk.stray):
        mapping(event, "an event", source.name)
        first = first or text(event, "Time")
        walk.take(event)
    facts, said = earliest([first])
    walk.close()
    return json_case_reading("go-test", source, walk.writer.cases(), notices=said, facts=facts)


class _Walk:
    """Running tests, and packages with and without a failed test."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.writer = CaseWriter()
        self._running: dict[tuple[str, str], None] = {}
        self._failed: set[str] = set()
        self._broken: dict[str, None] = {}
        self._ended: set[str] = set()
        self._packages: dict[str, None] = {}

    def take(self, event: dict[str, Any]) -> None:
        action, package, test = text(event, "Action"), text(event, "Package"), text(event, "Test")
        if action == "build-fail":
            self._broken[text(event, "ImportPath").partition(" ")[0]] = None
        elif not test:
            self._package(action, package)
        elif action == "run":
            self._running[package, test] = None
            self._packages[package] = None
        elif action in _ENDS:
            self._running.pop((package, test), None)
            self._add(package, test, _ENDS[action], event.get("Elapsed"))
        elif action not in _MEANWHILE:
            self._running[package, test] = None  # until it ends in a way that is known

    def stray(self, line: str) -> None:
        """A line that is no event: until Go 1.24 a package that does not build is told so only here."""
        if '"Action"' in line:
            raise EvidenceError(
                "E_MALFORMED",
                f"a piece of an event: {line[:80]!r}",
                file=self._name,
                hint="write the report again",
            )
        if _TEXT.match(line):
            raise EvidenceError(
                "E_UNRECOGNISED",
                "this is what go test prints for people",
                file=self._name,
                hint="run go test -json",
            )
        failed = _NOT_BUILT.match(line)
        if failed:
            self._broken[failed.group(1)] = None

    def close(self) -> None:
        """The stream ended: whatever still runs did not end, and failed packages need a case."""
        for package, test in self._running:
            self._add(package, test, ERRORED, None)
        for package in self._broken:
            if package not in self._failed:
                self.writer.add("package", ERRORED, classname=package, suite=package)
        for package in self._packages:
            if package not in self._ended and package not in self._failed:
                self.writer.add("package did not end", ERRORED, classname=package, suite=package)

    def _package(self, action: str, package: str) -> None:
        if action == "start":
            self._packages[package] = None
        elif action in _ENDS:
            self._ended.add(package)
            if action == "fail":
                self._broken[package] = None

    def _add(self, package: str, test: str, end: int, elapsed: Any) -> None:
        if end in (FAILED, ERRORED):
            self._failed.add(package)
        seconds = elapsed if isinstance(elapsed, (int, Decimal)) and not isinstance(elapsed, bool) else None
        self.writer.add(test, end, classname=package, suite=package, seconds=seconds)
