"""What is measured against what, and the goal of each row."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ROWS", "Contender", "Goal", "Row"]


@dataclass(frozen=True)
class Contender:
    """``ours`` and floors in Python run in our environment, peers in theirs.

    ``scale`` multiplies a time that was taken over a part of the work.
    """

    role: str  # ours, peer, floor
    name: str
    function: str = ""
    theirs: bool = False
    scale: int = 1


@dataclass(frozen=True)
class Goal:
    """What is to be reached.

    ``faster``: at least ``limit`` times as fast as ``than``; ``within``: at most ``limit`` times its time;
    ``leaner``: at most the ``limit``-th part of its memory; ``memory``: at most ``limit`` MiB; ``time``: at
    most ``limit`` ms.
    """

    kind: str
    limit: float
    than: str = ""


@dataclass(frozen=True)
class Row:
    """``data`` is a kind of ``generate``; ``sizes`` are those of smoke, default and full.

    Rows without a module run whole commands.
    """

    id: str
    title: str
    data: str
    sizes: tuple[int, int, int]
    module: str
    contenders: tuple[Contender, ...]
    goals: tuple[Goal, ...]
    unit: str


def ours(function: str = "ours") -> Contender:
    return Contender("ours", "flightrules", function)


def peer(name: str, function: str, scale: int = 1) -> Contender:
    return Contender("peer", name, function, theirs=True, scale=scale)


def floor(name: str, function: str, *, theirs: bool = False) -> Contender:
    return Contender("floor", name, function, theirs=theirs)


_EXPAT = floor("expat alone", "floor_expat")
_READ = floor("read", "floor_read")
_JUNIT_PEERS = (peer("junitparser", "peer_junitparser"), peer("Codecov's Rust", "peer_codecov"), _EXPAT)
_JUNIT = (ours("ours_alone"), *_JUNIT_PEERS)
_JUNIT_GOALS = (
    Goal("faster", 3, "junitparser"),
    Goal("faster", 1, "Codecov's Rust"),
    Goal("within", 1.85, "expat alone"),
)

ROWS: tuple[Row, ...] = (
    Row(
        "junit",
        "JUnit in one process",
        "junit",
        (2_000, 100_000, 100_000),
        "tests",
        _JUNIT,
        (*_JUNIT_GOALS, Goal("leaner", 5, "junitparser")),
        "cases",
    ),
    Row(
        "junit-two",
        "JUnit in two processes",
        "junit",
        (0, 100_000, 1_000_000),
        "tests",
        (ours(), *_JUNIT_PEERS),
        (
            Goal("faster", 4.4, "junitparser"),
            Goal("faster", 1, "Codecov's Rust"),
            Goal("within", 1.35, "expat alone"),
            Goal("leaner", 5, "junitparser"),
        ),
        "cases",
    ),
    Row(
        "junit-1m",
        "JUnit in one process",
        "junit",
        (0, 0, 1_000_000),
        "tests",
        _JUNIT,
        (*_JUNIT_GOALS, Goal("leaner", 7, "junitparser")),
        "cases",
    ),
    Row(
        "cobertura",
        "Cobertura",
        "cobertura",
        (20, 1_000, 1_000),
        "coverage",
        (
            ours("ours_cobertura"),
            peer("pycobertura", "peer_pycobertura"),
            peer("lxml tree", "peer_lxml_cobertura"),
            _EXPAT,
        ),
        (
            Goal("faster", 5, "pycobertura"),
            Goal("faster", 1.9, "lxml tree"),
            Goal("within", 2.7, "expat alone"),
            Goal("leaner", 12, "pycobertura"),
        ),
        "files x 200 lines",
    ),
    Row(
        "jacoco",
        "JaCoCo",
        "jacoco",
        (20, 1_000, 1_000),
        "coverage",
        (ours("ours_jacoco"), peer("lxml tree", "peer_lxml_jacoco"), _EXPAT),
        (
            Goal("faster", 1.9, "lxml tree"),
            Goal("within", 2.7, "expat alone"),
            Goal("leaner", 12, "lxml tree"),
        ),
        "files x 200 lines",
    ),
    Row(
        "lcov",
        "lcov",
        "lcov",
        (20, 1_000, 1_000),
        "coverage",
        (
            ours("ours_lcov"),
            peer("lcov_cobertura", "peer_lcov_cobertura"),
            peer("a line loop", "peer_line_loop"),
            _READ,
        ),
        (
            Goal("faster", 10, "lcov_cobertura"),
            Goal("faster", 3.5, "a line loop"),
            Goal("within", 12, "read"),
        ),
        "files x 200 lines",
    ),
    Row(
        "sarif",
        "SARIF",
        "sarif",
        (200, 30_000, 120_000),
        "documents",
        (
            ours("ours_sarif"),
            peer("sarif-tools", "peer_sarif_tools"),
            peer("json.load", "peer_json_sarif"),
            floor("simdjson", "floor_simdjson_sarif", theirs=True),
        ),
        (Goal("faster", 3.8, "sarif-tools"), Goal("memory", 64)),
        "results",
    ),
    Row(
        "jira",
        "Jira",
        "jira",
        (100, 12_000, 50_000),
        "documents",
        (
            ours("ours_jira"),
            peer("json.load", "peer_json_jira"),
            peer("orjson", "peer_orjson_jira"),
            floor("simdjson", "floor_simdjson_jira", theirs=True),
        ),
        (Goal("faster", 3.5, "json.load"), Goal("memory", 40)),
        "issues",
    ),
    Row(
        "jtl",
        "JMeter",
        "jtl",
        (2_000, 1_000_000, 5_000_000),
        "load",
        (ours("ours_jmeter"), peer("pandas", "peer_pandas"), _READ),
        (Goal("faster", 1.2, "pandas"), Goal("within", 10, "read"), Goal("memory", 32)),
        "rows",
    ),
    Row(
        "k6",
        "k6",
        "k6",
        (2_000, 200_000, 1_000_000),
        "load",
        (
            ours("ours_k6"),
            peer("json per line", "peer_json_lines"),
            peer("orjson per line", "peer_orjson_lines"),
            _READ,
        ),
        (
            Goal("faster", 3, "json per line"),
            Goal("faster", 1.3, "orjson per line"),
            Goal("within", 7.5, "read"),
        ),
        "requests",
    ),
    Row(
        "gates",
        "Gates",
        "gates",
        (100, 10_000, 10_000),
        "gates",
        (
            ours(),
            peer("CEL in Rust", "peer_cel_rust"),
            peer("cel-python", "peer_cel_python", 20),
            floor("dict lookup", "floor_lookup"),
        ),
        (
            Goal("faster", 2, "CEL in Rust"),
            Goal("faster", 90, "cel-python"),
            Goal("within", 1.6, "dict lookup"),
        ),
        "criteria x 10 measurements",
    ),
    Row(
        "medium",
        "check, medium project",
        "medium",
        (100, 1, 1),
        "",
        (ours(), Contender("peer", "eight tools"), Contender("floor", "python -c pass")),
        (Goal("faster", 12, "eight tools"), Goal("within", 16, "python -c pass")),
        "",
    ),
    Row(
        "tiny",
        "check, tiny project",
        "tiny",
        (1, 1, 1),
        "",
        (ours(), Contender("floor", "python -c pass")),
        (Goal("time", 150),),
        "",
    ),
    Row(
        "version",
        "--version",
        "tiny",
        (1, 1, 1),
        "",
        (ours(), Contender("floor", "python -c pass")),
        (Goal("within", 2, "python -c pass"),),
        "",
    ),
)
