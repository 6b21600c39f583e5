"""JUnit: each contender takes class, name, time and end of every case, and what the failures say."""

from __future__ import annotations

from contenders import reading
from contenders.reading import Numbers, Work, floor_expat

__all__ = ["floor_expat", "ours", "ours_alone", "peer_codecov", "peer_junitparser"]

_TEXT = 4096
_NAMES = {word: f"tests.{word}" for word in ("total", "passed", "failed", "errored", "skipped")}


def ours() -> Work:
    return reading.ours("junit", _NAMES)


def ours_alone() -> Work:
    return reading.ours("junit", _NAMES, alone=True)


def peer_junitparser() -> Work:
    from junitparser import Error, Failure, JUnitXml, Skipped

    def work(path: str) -> Numbers:
        counts = dict.fromkeys(("total", "passed", "failed", "errored", "skipped"), 0)
        cases, failures = [], []
        for suite in JUnitXml.fromfile(path):
            for case in suite:
                end = "passed"
                for result in case.result:
                    kind = type(result)
                    end = {Failure: "failed", Error: "errored", Skipped: "skipped"}.get(kind, end)
                    if kind in (Failure, Error):
                        failures.append((result.message, (result.text or "")[:_TEXT]))
                cases.append((case.classname, case.name, case.time, end))
                counts[end] += 1
        counts["total"] = len(cases)
        return counts

    return work


def peer_codecov() -> Work:
    """Takes a skipped case for a passed one here, so that it is held to the rest."""
    from test_results_parser import Outcome, parse_junit_xml

    def work(path: str) -> Numbers:
        with open(path, "rb") as file:
            runs = parse_junit_xml(file.read()).testruns
        ends = [run.outcome for run in runs]
        return {
            "total": len(runs),
            "failed": sum(end == Outcome.Failure for end in ends),
            "errored": sum(end == Outcome.Error for end in ends),
        }

    return work
