"""What an emergency leaves aside: only what its track names, never what it must not, and it is said."""

from __future__ import annotations

import pytest

from flightrules.engine.relaxation import class_called, counts_the_worst, is_emergency, relaxed, track_called
from flightrules.errors import RulebookError
from flightrules.rules.criterion import Enforcement
from flightrules.rules.loading import load_rulebook, profile_rulebook
from flightrules.rules.track import Track

BOOK = """\
flightrules: 1
product: Shop
criteria:
  pass-rate: {sentence: Overall automated pass rate >= 97% measured by the CI pipeline, category: Tests}
  coverage: {sentence: Line coverage >= 80% measured by the coverage report, category: Coverage}
  branch: {sentence: Branch coverage >= 60% measured by the coverage report, category: Coverage, enforcement: advisory}
  p1-open: {sentence: P1 defects open = 0 measured by the issue tracker, category: Defects}
  p3-open: {sentence: P3 defects open <= 9 measured by the issue tracker, category: Defects}
  critical: {sentence: Critical defects open = 0 measured by the issue tracker, category: Defects}
gates:
  exit: {title: Exit, kind: exit, criteria: [pass-rate, coverage, branch, p1-open, p3-open, critical], blocks: x}
evidence:
  CI pipeline: {paths: [junit.xml]}
  coverage report: {paths: [coverage.xml]}
  issue tracker: {paths: [tracker.json]}
tracks:
  standard: {title: Standard, relaxes: [pass-rate]}
  emergency: {title: Emergency, relaxes: RELAXES, never_relaxes: NEVER}
"""


def book(relaxes="[]", never="[]"):
    return load_rulebook(BOOK.replace("RELAXES", relaxes).replace("NEVER", never).encode())


def blocking(found):
    return {rule.id for rule in found.rulebook.rules if rule.enforcement is not Enforcement.ADVISORY}


ALL = {"pass-rate", "coverage", "p1-open", "p3-open", "critical"}


@pytest.mark.parametrize(
    ("relaxes", "never", "gone"),
    [
        ("[]", "[]", set()),
        ("[coverage]", "[]", {"coverage"}),
        ("[Pass Rate]", "[]", {"pass-rate"}),
        ("[coverage is waived, full regression is optional]", "[]", set()),
        ("[Coverage, pass-rate]", "[]", {"coverage", "pass-rate"}),
        ("[coverage, pass-rate]", "[pass_rate]", {"coverage"}),
        ("[pass-rate, coverage]", "[Tests]", {"coverage"}),
        ("[Defects]", "[]", {"p3-open"}),
        ("[p1-open, critical, p3-open]", "[]", {"p3-open"}),
        ("[p1-open]", "[]", set()),
        ("[branch]", "[]", set()),
    ],
)
def test_only_what_the_track_names_is_relaxed_and_the_worst_defects_never(relaxes, never, gone):
    found = relaxed(book(relaxes, never), "emergency")
    assert ALL - blocking(found) == gone
    assert set(found.criteria) == gone
    assert bool(found.cautions) is bool(gone)
    for name in gone:
        assert name in found.cautions[0]
        assert "track emergency" in found.cautions[0]


@pytest.mark.parametrize("track", ["EMERGENCY", "Emergency"])
def test_a_track_is_meant_however_it_is_spelt(track):
    assert relaxed(book("[coverage]"), track).criteria == ("coverage",)


@pytest.mark.parametrize("track", ["standard", "", "unknown"])
def test_no_other_track_relaxes_anything(track):
    agreed = book("[coverage]")
    found = relaxed(agreed, track)
    assert found.rulebook is agreed
    assert (found.criteria, found.cautions) == ((), ())


def test_the_rulebook_stays_the_one_that_was_signed():
    agreed = book("[coverage]")
    found = relaxed(agreed, "emergency")
    assert found.rulebook.digest == agreed.digest
    assert agreed.rule("coverage").enforcement is Enforcement.BLOCKING


def test_a_track_is_an_emergencys_by_its_name_or_by_being_classified_in_writing():
    assert is_emergency(Track("Emergency"))
    assert is_emergency(Track("hotfix", classified_in_writing=True))
    assert not is_emergency(Track("hotfix"))


def test_a_count_of_all_defects_counts_the_worst_too():
    agreed = book()
    worst = {rule.id for rule in agreed.rules if counts_the_worst(rule, agreed)}
    assert worst == {"p1-open", "critical"}
    every = load_rulebook(
        BOOK.replace("P3 defects open", "Defects open")
        .replace("RELAXES", "[]")
        .replace("NEVER", "[]")
        .encode()
    )
    assert counts_the_worst(every.rule("p3-open"), every)


def test_the_shipped_emergency_track_relaxes_what_it_says_and_keeps_p1():
    found = relaxed(profile_rulebook("web-feature"), "emergency")
    assert {"regression-pass", "new-code-coverage"} <= set(found.criteria)
    assert "p1-open" not in found.criteria


def test_a_track_is_called_by_its_id_or_its_title_and_by_nothing_else():
    text = BOOK.replace("emergency: {title: Emergency", "hot_fix: {title: Night shift")
    agreed = load_rulebook(text.replace("RELAXES", "[]").replace("NEVER", "[]").encode())
    assert track_called(agreed, "hot-fix").id == track_called(agreed, "NIGHT  SHIFT").id == "hot_fix"
    assert track_called(agreed, "") is track_called(agreed, " ") is track_called(agreed, "nightshift") is None
    untitled = load_rulebook(
        text.replace("{title: Night shift, ", "{").replace("RELAXES", "[]").replace("NEVER", "[]").encode()
    )
    assert track_called(untitled, "") is None


def test_a_class_is_called_in_the_same_way():
    agreed = load_rulebook(b"flightrules: 1\nclasses: {major: {title: Major release}, minor: {}}\n")
    assert class_called(agreed, "MAJOR").id == class_called(agreed, "major  Release").id == "major"
    assert class_called(agreed, "") is class_called(agreed, "patch") is None


@pytest.mark.parametrize(
    ("sentence", "worst"),
    [
        ("P1 defects open = 0", True),
        ("P1 or P3 defects open = 0", True),
        ("P3 or P1 defects open = 0", True),
        ("P2 or P3 defects open = 0", False),
        ("P2 defects open = 0", False),
        ("P9 defects open = 0", None),
        ("Defects open = 0", True),
    ],
)
def test_one_level_that_always_blocks_is_enough(sentence, worst):
    text = BOOK.replace("P3 defects open <= 9", sentence).replace("RELAXES", "[]").replace("NEVER", "[]")
    try:
        agreed = load_rulebook(text.encode())
    except RulebookError:
        assert worst is None
        return
    assert counts_the_worst(agreed.rule("p3-open"), agreed) is worst


OWN = """severity:
  scheme: own
  levels:
    red: {decision: accept}
    amber: {decision: override-only}
    green: {decision: ignore}
"""


@pytest.mark.parametrize(("level", "worst"), [("red", True), ("amber", True), ("green", False)])
def test_the_worst_of_an_own_scheme_is_kept_and_so_is_what_only_an_override_lifts(level, worst):
    text = BOOK.replace("P3 defects open <= 9", f"Defects open <= 9 of severity {level}")
    text = text.replace("P1 defects open = 0", "Defects open = 0").replace("Critical defects", "Defects")
    agreed = load_rulebook((text.replace("RELAXES", "[]").replace("NEVER", "[]") + OWN).encode())
    assert counts_the_worst(agreed.rule("p3-open"), agreed) is worst
    assert counts_the_worst(book().rule("p3-open"), agreed), "a level that nobody knows may be the worst"


def test_no_category_is_no_name():
    text = BOOK.replace(", category: Tests", "").replace("NEVER", "[]").replace("RELAXES", "[coverage, '-']")
    agreed = load_rulebook(text.encode())
    assert relaxed(agreed, "emergency").criteria == ("coverage",)
    assert counts_the_worst(agreed.rule("pass-rate"), agreed) is False
