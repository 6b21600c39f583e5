"""Accessibility formats: one element that breaks one rule is one violation, and an empty page proves nothing."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.records.violations import Violations, violation
from flightrules.evidence.source import Source


def read(document, expected=None):
    text = document if isinstance(document, str) else json.dumps(document)
    return registry.read(Source.of(text.encode(), "report"), expected=expected)


def refused(document, expected=None):
    with pytest.raises(EvidenceError) as caught:
        read(document, expected)
    return caught.value.code


def count(reading, **labels):
    wanted = tuple(sorted(labels.items()))
    return next(
        int(one.value)
        for one in reading.measurements
        if one.metric == "a11y.violations" and one.labels == wanted
    )


def codes(reading):
    return {one.code for one in reading.notices}


def rule(identity="image-alt", nodes=1, impact="critical", tags=("wcag2a",), **more):
    elements = [{"target": [f"#{at}"], "html": "<img>", "impact": impact} for at in range(nodes)]
    return {
        "id": identity,
        "impact": impact,
        "tags": list(tags),
        "help": "Alt",
        "helpUrl": "u",
        "nodes": elements,
        **more,
    }


def page(*violations, passes=1, incomplete=0, **more):
    return {
        "testEngine": {"name": "axe-core", "version": "4.9"},
        "timestamp": "2026-01-02T03:04:05Z",
        "url": "https://example.org/",
        "violations": list(violations),
        "passes": [rule("ok", 0, None) for _ in range(passes)],
        "incomplete": [rule("hm") for _ in range(incomplete)],
        "inapplicable": [],
        **more,
    }


def raw(result="failed", nodes=1):
    violations = [{"node": {"selector": [f"#{at}"]}, "impact": "serious"} for at in range(nodes)]
    return {
        "id": "image-alt",
        "result": result,
        "impact": "serious",
        "tags": ["wcag2aa"],
        "violations": violations,
        "passes": [],
    }


@pytest.mark.parametrize(
    ("document", "total"),
    [
        (page(), 0),
        (page(rule(nodes=3), rule("label")), 4),
        ([page(rule()), page(rule("label"))], 2),
        ([raw(nodes=2), raw("passed", 0)], 2),
        ([rule(nodes=2), rule("label")], 3),
    ],
)
def test_axe_in_its_five_shapes(document, total):
    assert count(read(document)) == total


def test_axe_by_impact_and_standard():
    reading = read(
        page(
            rule(nodes=2),
            rule("x", impact="minor", tags=["wcag21aa"]),
            rule("y", impact=None, tags=["best-practice"]),
        )
    )
    assert [count(reading, impact=one) for one in ("critical", "serious", "minor", "unknown")] == [2, 0, 1, 1]
    assert count(reading, standard="WCAG 2.0 A") == 2
    assert count(reading, standard="WCAG 2.1 AA") == 3, "level A and version 2.0 belong to it"
    assert count(reading, standard="WCAG 2.0 AA") == 2
    assert reading.facts["tool_version"] == "4.9"
    assert reading.facts["taken_at"] == "2026-01-02T03:04:05Z"


def test_a_rule_without_tags_counts_under_every_standard():
    assert count(read(page(rule(tags=[]))), standard="WCAG 2.0 A") == 1


def test_what_axe_could_not_decide_is_said():
    reading = read(page(incomplete=2))
    assert (count(reading), codes(reading)) == (0, {"W_NOT_TESTED"})


def test_elements_inside_frames_are_told_apart():
    one = rule()
    one["nodes"] = [{"target": [["#frame", "#a"]]}, {"target": ["#frame", "#b"]}]
    assert {found.where.split(" ", 1)[1] for found in read(page(one)).records.live} == {
        "#frame >> #a",
        "#frame >> #b",
    }


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (page(passes=0), "E_NO_RUNS"),
        (page(rule(nodes=0)), "E_CONTRADICTION"),
        ([raw(nodes=0)], "E_CONTRADICTION"),
        ({"testEngine": {}, "error": "page crashed"}, "E_SCAN_FAILED"),
        (page(rule(id=7)), "E_WRONG_TYPE"),
        (page() | {"violations": None}, "E_MISSING_FIELD"),
        (page() | {"violations": [1]}, "E_WRONG_TYPE"),
    ],
)
def test_axe_that_proves_nothing_is_refused(document, code):
    assert refused(document) == code


def test_an_empty_list_is_no_axe_result():
    assert refused("[]", "axe") == "E_NO_RUNS"


def audit(score=0, items=1, kind="binary", **more):
    details = {
        "items": [{"node": {"selector": f"#{at}"}} for at in range(items)],
        "debugData": {"impact": "serious", "tags": ["wcag2a"]},
    }
    return {"title": "t", "score": score, "scoreDisplayMode": kind, "details": details, **more}


def lighthouse(categories=None, **audits):
    own = {"accessibility": {"score": 0.9, "auditRefs": [{"id": key, "weight": 1} for key in audits]}}
    return {
        "lighthouseVersion": "12.0.0",
        "requestedUrl": "https://example.org/",
        "fetchTime": "2026-01-02T03:04:05Z",
        "audits": audits,
        "categories": own if categories is None else categories,
    }


def test_lighthouse_counts_the_elements_of_failed_audits():
    document = lighthouse(
        a=audit(0, 3),
        b=audit(1, 2),
        c=audit(None, 0, "notApplicable"),
        d=audit(None, 0, "manual"),
        e=audit(0, 0),
    )
    reading = read(document)
    assert count(reading) == 4
    assert count(reading, impact="serious") == 4
    assert "W_NOT_TESTED" in codes(reading)
    scores = {
        dict(one.labels)["category"]: str(one.value)
        for one in reading.measurements
        if one.metric == "lighthouse.score"
    }
    assert scores == {"accessibility": "0.9"}


def test_page_speed_wraps_the_same_report():
    assert count(read({"id": "u", "lighthouseResult": lighthouse(a=audit())})) == 1


def test_lighthouse_without_accessibility_is_no_accessibility_evidence():
    reading = read(lighthouse({"performance": {"score": 0.5, "auditRefs": []}}, a=audit()))
    assert "W_NOT_TESTED" in codes(reading)
    assert not [one for one in reading.measurements if one.metric == "a11y.violations"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (lighthouse(), "E_NO_RUNS"),
        (lighthouse(a=audit(None, 0, "notApplicable")), "E_NO_RUNS"),
        (lighthouse(a=audit(None)), "E_MISSING_FIELD"),
        (lighthouse(a=audit(None, 0, "error", errorMessage="boom")), "E_SCAN_FAILED"),
        (
            lighthouse(a=audit()) | {"runtimeError": {"code": "NO_FCP", "message": "nothing painted"}},
            "E_SCAN_FAILED",
        ),
        (lighthouse(a=audit()) | {"audits": {}}, "E_REFERENCE"),
        (lighthouse({"accessibility": {"score": 90, "auditRefs": [{"id": "a"}]}}, a=audit()), "E_RANGE"),
    ],
)
def test_lighthouse_that_proves_nothing_is_refused(document, code):
    assert refused(document) == code


def issue(kind="error", selector="#a", code="WCAG2AA.Principle1.Guideline1_1.1_1_1.H37"):
    return {
        "code": code,
        "type": kind,
        "typeCode": 1,
        "message": "m",
        "context": "<img>",
        "selector": selector,
    }


def ci(results, **more):
    return {"total": len(results), "passes": 0, "errors": 0, "results": results, **more}


def test_pa11y_errors_are_violations():
    reading = read([issue(), issue("warning"), issue("notice")])
    assert count(reading) == 1
    assert count(reading, standard="WCAG 2.1 AA") == 1
    assert "W_NOT_TESTED" in codes(reading)
    assert count(read(ci({"u": [issue(), issue(selector="#b")], "v": []}, errors=2))) == 2


def test_pa11y_s_empty_list_needs_a_declaration():
    assert count(read("[]", "pa11y")) == 0
    assert refused("[]") == "E_UNRECOGNISED"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (ci({}), "E_NO_RUNS"),
        (ci({"u": [{"message": "net::ERR_CONNECTION_REFUSED"}]}), "E_SCAN_FAILED"),
        (ci({"u": []}, errors=3), "E_COUNT_MISMATCH"),
        ([issue("fatal")], "E_ENUM"),
        ([issue(code=3)], "E_WRONG_TYPE"),
    ],
)
def test_pa11y_that_proves_nothing_is_refused(document, code):
    assert refused(document, "pa11y") == code


def found(name="r", target="#a", impact="serious", tags=("wcag2a",)):
    return violation(name, impact, tags, "u", target, "t")


lists = st.lists(st.builds(found, st.sampled_from("ab"), st.sampled_from(["#a", "#b"])), max_size=6)


@given(lists, lists)
def test_joining_is_a_union_in_any_order(one, other):
    joined = Violations(one).merge(Violations(other))
    assert joined.live == Violations(other).merge(Violations(one)).live
    assert joined.merge(joined).live == joined.live
    assert max(len(one), len(other)) <= len(joined.live) <= len(one) + len(other)


@given(lists, lists)
def test_new_is_what_the_baseline_does_not_hold(one, other):
    new = Violations(one).new_against(Violations(other))
    assert len(new.live) >= len(one) - len(other)
    assert not Violations(one).new_against(Violations(one)).live
    assert len(Violations([*one, found("new")]).new_against(Violations(other)).live) == len(new.live) + 1


def test_new_without_a_baseline_is_unknown():
    with pytest.raises(EvidenceError) as caught:
        Violations([found()]).new_against(None)
    assert caught.value.code == "E_NO_BASELINE"


def test_choosing_impacts_never_hides_an_unknown_one():
    chosen = Violations([found(), found(impact="odd"), found(impact="minor")]).select(
        impacts={"critical", "serious"}
    )
    assert [one.impact for one in chosen.live] == ["serious", "unknown"]
    assert not Violations([found(tags=["best-practice"])]).select(standards={"WCAG 2.1 AA"}).live


@pytest.mark.parametrize(
    "document",
    [page(rule(), incomplete=1), [raw()], [rule()], lighthouse(a=audit()), [issue()], ci({"u": [issue()]})],
)
def test_damage_is_refused_or_read_and_never_crashes(document):
    chance, sample = random.Random(7), json.dumps(document)
    for _ in range(200):
        text = list(sample)
        at = chance.randrange(len(text))
        text[at : at + chance.randint(0, 9)] = chance.choice(
            ["", "null", "[]", "{}", '"x"', "1", "true", ",", "\n"]
        )
        try:
            assert count(read("".join(text))) >= 0
        except EvidenceError as error:
            assert error.code.startswith("E_")
        except StopIteration:
            pass  # read, and without an accessibility category
