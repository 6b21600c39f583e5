"""Reports of C++ test libraries in their own XML, and of Xcode: how cases end, and what is refused."""

import json
from typing import Any, NamedTuple

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


class Run(NamedTuple):
    """A report: total, passed, failed, errored, skipped; or the code of the refusal."""

    story: str
    format: str
    text: str
    seen: tuple[int, ...] | str


def catch(cases: str, failures: int = 0, root: str = "Catch2TestRun") -> str:
    end = f'<OverallResultsCases successes="1" failures="{failures}" expectedFailures="0"/>'
    return f'<?xml version="1.0"?><{root} name="till" catch2-version="3.5.0">{cases}{end}</{root}>'


def catch_case(overall: str, inside: str = "") -> str:
    return f'<TestCase name="adds" tags="[till]" filename="till.cpp" line="3">{inside}{overall}</TestCase>'


GOOD, BAD = '<OverallResult success="true" skips="0"/>', '<OverallResult success="false"/>'
FALSE = (
    '<Section name="s"><Expression success="false" type="CHECK"><Original>a</Original></Expression></Section>'
)


def boost(cases: str, passed: int = 1, failed: int = 0) -> str:
    counts = f'test_cases_passed="{passed}" test_cases_failed="{failed}" test_cases_skipped="0"'
    return (
        f'<TestResult><TestSuite name="all" result="passed" {counts}>'
        f'<TestSuite name="till" result="passed" test_cases_passed="1">{cases}</TestSuite></TestSuite></TestResult>'
    )


def boost_case(result: str) -> str:
    return f'<TestCase name="{result}" result="{result}" assertions_passed="1"></TestCase>'


def qtest(*functions: str) -> str:
    version = "<Environment><QtVersion>6.5.0</QtVersion></Environment>"
    return f'<?xml version="1.0"?><TestCase name="tst_Till">{version}{"".join(functions)}</TestCase>'


def function(name: str, *types: str, tag: str = "") -> str:
    row = f"<DataTag><![CDATA[{tag}]]></DataTag>" if tag else ""
    told = "".join(f'<Incident type="{one}" file="" line="0">{row}</Incident>' for one in types)
    return f'<TestFunction name="{name}">{told}<Duration msecs="1"/></TestFunction>'


SKIP = (
    '<TestFunction name="away"><Message type="skip"><Description>why</Description></Message></TestFunction>'
)
INIT, END = function("initTestCase", "pass"), function("cleanupTestCase", "pass")


def node(kind: str, result: str | None, *children: dict[str, Any], name: str = "x") -> dict[str, Any]:
    found: dict[str, Any] = {"nodeType": kind, "name": name, "children": list(children)}
    return found if result is None else {**found, "result": result}


def case(result: str | None, *children: dict[str, Any]) -> dict[str, Any]:
    return node("Test Case", result, *children)


def xcode(*cases: dict[str, Any], suite: str = "Passed") -> str:
    inner = node("Test Suite", suite, *cases, name="TillTests")
    bundle = node("Unit test bundle", suite, inner, name="ShopTests")
    nodes = [node("Test Plan", suite, bundle, name="Shop")]
    return json.dumps({"devices": [], "testPlanConfigurations": [], "testNodes": nodes})


MESSAGE = node("Failure Message", "Failed", name="set-up crashed")

RUNS = [
    Run("ends", "catch2", catch(catch_case(GOOD) + catch_case(BAD), failures=1), (2, 1, 1, 0, 0)),
    Run(
        "version 2 has groups",
        "catch2",
        catch(f'<Group name="g">{catch_case(GOOD)}</Group>', root="Catch"),
        (1, 1, 0, 0, 0),
    ),
    Run(
        "skipped, and expected to fail",
        "catch2",
        catch(
            catch_case(GOOD)
            + catch_case('<OverallResult success="true" skips="1"/>')
            + catch_case(GOOD, FALSE)
        ),
        (3, 1, 0, 0, 2),
    ),
    Run(
        "an exception breaks a case",
        "catch2",
        catch(catch_case(BAD, "<Exception>x</Exception>")),
        (1, 0, 0, 1, 0),
    ),
    Run("cut off by a crash", "catch2", catch(catch_case(GOOD) + catch_case("")), (2, 1, 0, 1, 0)),
    Run("failures that are not listed", "catch2", catch(catch_case(GOOD), failures=1), "E_CONTRADICTION"),
    Run("another word", "catch2", catch(catch_case('<OverallResult success="maybe"/>')), "E_ENUM"),
    Run("no case", "catch2", catch(""), "E_NO_CASES"),
    Run(
        "ends",
        "boost-test",
        boost(
            boost_case("passed") + boost_case("failed") + boost_case("aborted") + boost_case("skipped"),
            failed=2,
        ),
        (4, 1, 1, 1, 1),
    ),
    Run("a short report is a claim", "boost-test", boost("", passed=12), "E_COUNT_MISMATCH"),
    Run(
        "failures that are not listed", "boost-test", boost(boost_case("passed"), failed=1), "E_CONTRADICTION"
    ),
    Run("another word", "boost-test", boost(boost_case("fine")), "E_ENUM"),
    Run("no case", "boost-test", boost("", passed=0), "E_NO_CASES"),
    Run(
        "ends",
        "qtest",
        qtest(INIT, function("a", "pass"), function("b", "fail"), function("c", "xpass"), SKIP, END),
        (4, 1, 2, 0, 1),
    ),
    Run(
        "each row of data is a test",
        "qtest",
        qtest(function("a", "pass", tag="one"), function("a", "fail", tag="two")).replace(
            '<Duration msecs="1"/></TestFunction><TestFunction name="a">', ""
        ),
        (2, 1, 1, 0, 0),
    ),
    Run(
        "expected to fail, or blacklisted",
        "qtest",
        qtest(function("a", "pass"), function("b", "xfail", "pass"), function("c", "bfail")),
        (3, 1, 0, 0, 2),
    ),
    Run(
        "fixtures count where they fail",
        "qtest",
        qtest(function("initTestCase", "fail"), function("a", "pass")),
        (2, 1, 0, 1, 0),
    ),
    Run(
        "entered and never left", "qtest", qtest(INIT, function("a", "pass"), function("b")), (2, 1, 0, 1, 0)
    ),
    Run("another word", "qtest", qtest(function("a", "great")), "E_ENUM"),
    Run("fixtures alone prove nothing", "qtest", qtest(INIT, END), "E_NO_CASES"),
    Run(
        "ends",
        "xcresult",
        xcode(
            case("Passed"),
            case("Failed"),
            case("Skipped"),
            case("Expected Failure"),
            case("unknown"),
            suite="Failed",
        ),
        (5, 1, 1, 1, 2),
    ),
    Run(
        "a repetition that failed makes it flaky",
        "xcresult",
        xcode(case("Passed", node("Repetition", "Failed"), node("Repetition", "Passed"))),
        (1, 1, 0, 0, 0),
    ),
    Run(
        "a device on which it failed does not vanish",
        "xcresult",
        xcode(case("Passed", node("Device", "Failed"), node("Device", "Passed"))),
        (1, 0, 1, 0, 0),
    ),
    Run(
        "a suite that failed by itself",
        "xcresult",
        xcode(case("Passed"), MESSAGE, suite="Failed"),
        (2, 1, 0, 1, 0),
    ),
    Run("no result", "xcresult", xcode(case(None)), "E_MISSING_FIELD"),
    Run("another word", "xcresult", xcode(case("Fine")), "E_ENUM"),
    Run("no case", "xcresult", xcode(), "E_NO_CASES"),
]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.format}: {run.story}")
def test_story(run: Run) -> None:
    source = Source.of(run.text.encode(), "report")
    if isinstance(run.seen, str):
        with pytest.raises(EvidenceError) as caught:
            read(source)
        assert caught.value.code == run.seen
        return
    reading = read(source)
    found: Any = reading.records
    assert reading.format == run.format
    assert (found.total, found.passed, found.failed, found.errored, found.skipped) == run.seen


def test_a_retried_test_of_xcode_is_flaky() -> None:
    text = xcode(case("Passed", node("Repetition", "Failed"), node("Repetition", "Passed")))
    found: Any = read(Source.of(text.encode(), "report")).records
    assert found.flaky == 1


@pytest.mark.parametrize(
    "run", [one for one in RUNS if not isinstance(one.seen, str)], ids=lambda run: run.format
)
def test_a_torn_report_is_never_better(run: Run) -> None:
    whole: Any = read(Source.of(run.text.encode(), "report")).records
    for end in range(0, len(run.text), 7):
        try:
            torn: Any = read(Source.of(run.text[:end].encode(), "report")).records
        except EvidenceError:
            continue
        assert (torn.total, torn.passed) <= (whole.total, whole.passed)
