"""Coverage: each contender finds covered and all lines of every file, and which lines were missed."""

from __future__ import annotations

from typing import Any

from contenders import reading
from contenders.reading import Numbers, Work, floor_expat, floor_read

__all__ = [
    "floor_expat",
    "floor_read",
    "ours_cobertura",
    "ours_jacoco",
    "ours_lcov",
    "peer_lcov_cobertura",
    "peer_line_loop",
    "peer_lxml_cobertura",
    "peer_lxml_jacoco",
    "peer_pycobertura",
]


_NAMES = {"lines": "coverage.lines.total", "covered": "coverage.lines.covered"}


def ours_cobertura() -> Work:
    return reading.ours("cobertura", _NAMES)


def ours_jacoco() -> Work:
    return reading.ours("jacoco", _NAMES)


def ours_lcov() -> Work:
    return reading.ours("lcov", _NAMES)


def peer_pycobertura() -> Work:
    """Counts a line with a missed branch as not covered, so that it is held to that number."""
    from pycobertura import Cobertura

    def work(path: str) -> Numbers:
        report = Cobertura(path)
        missed = {name: report.missed_lines(name) for name in report.files()}
        lines = sum(report.total_statements(name) for name in missed)
        return {"lines": lines, "covered_whole": sum(report.total_hits(name) for name in missed)}

    return work


def _by_file(tree: Any, tag: str, name: str, hit: str, number: str) -> Numbers:
    covered = lines = 0
    missed: dict[str, list[int]] = {}
    for file in tree.iter(tag):
        found = missed.setdefault(file.get(name), [])
        for line in file.iter("line"):
            lines += 1
            if line.get(hit) != "0":
                covered += 1
            else:
                found.append(int(line.get(number)))
    return {"lines": lines, "covered": covered}


def peer_lxml_cobertura() -> Work:
    from lxml import etree

    return lambda path: _by_file(etree.parse(path), "class", "filename", "hits", "number")


def peer_lxml_jacoco() -> Work:
    from lxml import etree

    return lambda path: _by_file(etree.parse(path), "sourcefile", "name", "ci", "nr")


def peer_line_loop() -> Work:
    """What a short script does."""

    def work(path: str) -> Numbers:
        covered = lines = 0
        missed: dict[str, list[int]] = {}
        found: list[int] = []
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith("DA:"):
                    number, _, hits = line[3:].rstrip().partition(",")
                    lines += 1
                    if hits != "0":
                        covered += 1
                    else:
                        found.append(int(number))
                elif line.startswith("SF:"):
                    found = missed.setdefault(line[3:].rstrip(), [])
        return {"lines": lines, "covered": covered}

    return work


def peer_lcov_cobertura() -> Work:
    from lcov_cobertura import LcovCobertura

    def work(path: str) -> Numbers:
        with open(path, encoding="utf-8") as file:
            summary = LcovCobertura(file.read()).parse()["summary"]
        return {"lines": int(summary["lines-total"]), "covered": int(summary["lines-covered"])}

    return work
