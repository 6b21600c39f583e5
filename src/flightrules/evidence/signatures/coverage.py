"""How coverage formats are recognised."""

from __future__ import annotations

import re

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head
from flightrules.patterns import late

__all__ = ["COVERAGE_FORMATS"]


def _clover(head: Head) -> bool:
    return head.root == "coverage" and (
        "clover" in head.attributes or {"project", "metrics"} <= head.elements
    )


def _cobertura(head: Head) -> bool:
    """Any other ``coverage`` root without a namespace; so an empty one is called an empty report."""
    return head.kind == "xml" and head.root == "coverage" and not head.namespace


def _jacoco(head: Head) -> bool:
    known = {"sessioninfo", "package", "group", "sourcefile", "counter"}
    return head.root == "report" and not head.namespace and not known.isdisjoint(head.elements)


def _lcov(head: Head) -> bool:
    records = [line for line in head.lines[:200] if line.strip() and not line.startswith("#")]
    return head.kind == "text" and any(line.startswith("SF:") for line in records[:20])


def _opencover(head: Head) -> bool:
    return head.root == "CoverageSession"


def _scoverage(head: Head) -> bool:
    return head.root == "scoverage"


def _vs_coverage(head: Head) -> bool:
    return head.root == "results" and "modules" in head.elements


def _go_coverprofile(head: Head) -> bool:
    return head.kind == "text" and head.text.lstrip("\ufeff \r\n").startswith("mode: ")


def _coverage_py(head: Head) -> bool:
    return head.has("files", "meta") and head.any("meta.branch_coverage", "meta.show_contexts", "meta.format")


def _istanbul(head: Head) -> bool:
    """Keys are file paths, so only what lies below them tells."""
    ends = {path.rpartition(".")[2] for path in head.paths}
    return head.kind == "json" and ends >= {"statementMap", "s"} and not head.has("files")


def _istanbul_summary(head: Head) -> bool:
    return head.has("total.lines.total", "total.lines.covered", "total.branches")


def _pit(head: Head) -> bool:
    return head.root == "mutations" or (head.root == "" and "<mutations" in head.text[:2000])


def _stryker(head: Head) -> bool:
    ends = {path.rpartition(".")[2] for path in head.paths}
    return head.has("files") and (head.has("schemaVersion") or "mutants" in ends) and not head.has("meta")


def _sonar(head: Head) -> bool:
    return head.root == "coverage" and (
        "lineToCover" in head.elements or (head.attributes.keys() == {"version"} and "file" in head.elements)
    )


def _gcovr(head: Head) -> bool:
    return head.has("files") and head.any("gcovr/format_version", "gcovr/summary_format_version", *_GCOVR)


def _llvm_cov(head: Head) -> bool:
    return head.has("data", "data[].files") and head.any("data[].files[].filename", "data[].files[].summary")


def _simplecov(head: Head) -> bool:
    if head.has("meta.simplecov_version", "coverage"):
        return True
    runs = any(path.endswith(".coverage") for path in head.paths)
    return runs and any(path.endswith((".lines", ".lines[]", ".rb[]")) for path in head.paths)


def _coverlet(head: Head) -> bool:
    """Modules, files, classes and methods are keys, so only what lies below them tells."""
    ends = {path.rpartition(".")[2] for path in head.paths if path.count(".") >= _COVERLET_DEPTH}
    return head.kind == "json" and ends >= {"Lines", "Branches"}


def _coveralls(head: Head) -> bool:
    return head.has("source_files[].coverage") or head.has("source_files", "run_at")


def _codecov(head: Head) -> bool:
    lines = any(_CODECOV_LINE.match(path) for path in head.paths)
    return head.kind == "json" and lines and not head.any("meta", "timestamp", "type")


def _gcov(head: Head) -> bool:
    return head.kind == "json" and head.has("gcc_version", "files")


def _tarpaulin(head: Head) -> bool:
    return head.has("files[].traces", "files[].path")


def _xccov(head: Head) -> bool:
    return head.has("targets", "executableLines") or head.has("targets[].executableLines")


_COVERLET_DEPTH = 4
_CODECOV_LINE = late(r"coverage\..+(?:\.\d+|\[\])\Z", re.DOTALL)
_GCOVR = ("files[].lines[].gcovr/noncode", "files[].lines[].gcovr/excluded")


def _dotcover(head: Head) -> bool:
    xml = head.root == "Root" and "DotCoverVersion" in head.attributes
    return xml or head.has("DotCoverVersion", "Kind")


COVERAGE_FORMATS: tuple[Format, ...] = (
    Format("sonar-coverage", "SonarQube generic coverage XML", "coverage", "sonar_coverage", _sonar),
    Format("clover", "Clover XML", "coverage", "clover", _clover),
    Format("cobertura", "Cobertura XML", "coverage", "cobertura", _cobertura),
    Format("jacoco", "JaCoCo XML", "coverage", "jacoco", _jacoco),
    Format("lcov", "lcov tracefile", "coverage", "lcov", _lcov),
    Format("opencover", "OpenCover XML", "coverage", "opencover", _opencover),
    Format("scoverage", "scoverage XML", "coverage", "scoverage", _scoverage),
    Format("vs-coverage", "Visual Studio coverage XML", "coverage", "vs_coverage", _vs_coverage),
    Format("go-coverprofile", "Go cover profile", "coverage", "go_coverprofile", _go_coverprofile),
    Format("coverage-py", "coverage.py JSON", "coverage", "coverage_py", _coverage_py),
    Format("gcovr", "gcovr JSON", "coverage", "gcovr_json", _gcovr),
    Format("llvm-cov", "llvm-cov export JSON", "coverage", "llvm_cov_json", _llvm_cov),
    Format("gcov", "gcov JSON", "coverage", "gcov_json", _gcov),
    Format("dotcover", "dotCover DetailedXML", "coverage", "dotcover", _dotcover),
    Format("coverlet", "coverlet JSON", "coverage", "coverlet", _coverlet),
    Format("coveralls", "Coveralls JSON", "coverage", "coveralls", _coveralls),
    Format("tarpaulin", "cargo-tarpaulin JSON", "coverage", "tarpaulin", _tarpaulin),
    Format("xccov", "Xcode's xccov JSON", "coverage", "xccov", _xccov),
    Format("simplecov", "SimpleCov result set", "coverage", "simplecov", _simplecov),
    Format("istanbul", "istanbul coverage-final.json", "coverage", "istanbul", _istanbul),
    Format(
        "istanbul-summary",
        "istanbul coverage-summary.json",
        "coverage",
        "istanbul_summary",
        _istanbul_summary,
    ),
    Format("codecov", "Codecov JSON", "coverage", "codecov_json", _codecov),
    Format("pit", "PIT mutations.xml", "coverage", "pit_mutations", _pit),
    Format("stryker", "Stryker mutation report", "coverage", "stryker", _stryker),
)
