"""A class or track is lighter where it goes without something that another one asks for."""

from __future__ import annotations

import pytest

from flightrules.engine.lighter import Way, does_without
from flightrules.rules.loading import load_rulebook

BOOK = """\
flightrules: 1
product: Shop
criteria:
  smoke: {sentence: Smoke suite pass rate >= 95% measured by the smoke run}
gates:
  quick: {title: Quick, criteria: [smoke], blocks: sign-off}
  exit: {title: Exit, kind: exit, criteria: [smoke], blocks: sign-off}
  hotfix: {title: Hotfix, criteria: [smoke], blocks: sign-off}
evidence:
  smoke run: {paths: [smoke.xml], covers: [smoke]}
classes:
  major: {title: Major release, gates: [exit, quick], approval: cab}
  feature: {gates: [exit]}
  patch: {gates: [exit], human_signoff: above_threshold, risk_threshold: 20}
  loose: {gates: [exit], human_signoff: above_threshold, risk_threshold: 60}
  docs: {gates: [quick], human_signoff: never, risk_threshold: 20}
  bold: {gates: [exit], human_signoff: always, risk_threshold: 90}
  full: {gates: [quick, hotfix, exit]}
tracks:
  guarded: {title: Guarded, gates: [exit], approver: [cto_vp_eng]}
  crowded: {title: Crowded, gates: [exit], approver: [qa_lead, product_owner, cto_vp_eng]}
  emergency: {title: Emergency, gates: [hotfix], approver: [cto_vp_eng], classified_in_writing: yes}
"""

PEOPLE, BOARD = "the signatures of people", "the approval of the change board"


@pytest.fixture(scope="module")
def book():
    return load_rulebook(BOOK.encode())


@pytest.mark.parametrize(
    ("now", "before", "without"),
    [
        (Way("major"), Way("Major Release"), ()),
        (Way("major"), Way("docs"), ()),
        (Way("feature"), Way("major"), ("the gate quick", BOARD)),
        (Way("patch"), Way("feature"), (PEOPLE,)),
        (Way("patch"), Way(""), (PEOPLE,)),
        (Way("patch"), Way("of no rulebook"), (PEOPLE,)),
        (Way("loose"), Way("patch"), ("people above the same risk",)),
        (Way("patch"), Way("loose"), ()),
        (Way("docs"), Way("patch"), ("the gate exit", PEOPLE)),
        (Way("patch"), Way("patch"), ()),
        (Way("bold"), Way("feature"), ()),
        (Way("docs"), Way(), ("the gate exit", PEOPLE)),
        (Way("docs", "guarded"), Way("feature"), (PEOPLE,)),
        (Way("", "emergency"), Way("full"), ("the gate exit", "the gate quick")),
        (
            Way("feature"),
            Way("feature", "crowded"),
            tuple(f"the approval of {one}" for one in ("cto_vp_eng", "product_owner", "qa_lead")),
        ),
        (Way("feature"), Way("feature", "guarded"), ("the approval of cto_vp_eng",)),
        (Way("feature"), Way("feature", "emergency"), ()),
        (Way("docs"), Way("feature", "emergency"), ("the gate exit", PEOPLE)),
    ],
)
def test_what_a_lighter_way_goes_without(book, now, before, without):
    assert does_without(book, now, before) == without


def test_without_an_exit_gate_a_release_of_no_class_has_no_gate_to_lose():
    bare = load_rulebook(BOOK.replace("title: Exit, kind: exit", "title: Exit").encode())
    assert does_without(bare, Way("docs"), Way()) == (PEOPLE,)
