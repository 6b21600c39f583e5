"""A resolved rulebook written out loads again and is the same agreement."""

import pytest

from flightrules.rules.loading import load_rulebook
from flightrules.rules.resolve import PROFILES
from flightrules.rules.written import written

OWN = """\
flightrules: 1
product: {name: 'null', version: 4.20}
extends: web-feature
mode: advise
rulebook: {id: r, version: "1", agreed_by: [{name: "Kim: the lead", role: qa_lead, at: 2026-01-01T09:00:00+02:00}]}
criteria:
  mine: {sentence: "P3 defects open <= 10 (tracked, not blocking) measured by JIRA", minimum_duration: 90s, minimum_samples: 40}
  accessibility: {remove: no pages}
severity: {scheme: own, levels: {red: {also: [r], decision: accept, waivable_by: qa_lead}, green: {decision: ignore}}}
quarantine: {previous: 2, entries: [{test: "a::b[c]", owner: Kim, reason: 'says "no"', expires: 2026-03-01T00:00:00Z}]}
authority: {preset: sponsor-led, roles: {pmo: {person: Ada}, release_manager: {may_block: no}}, acts: {waiver: {signers: [qa_lead], quorum: 1}}}
evidence: {issue tracker: {max_age: 1500ms, columns: {id: Key, severity: "Priority #1"}}}
waivers: {require_signature: yes, keys: {Kim: keys/kim.pub}}
release: {window: {opens: 2026-03-01T22:00:00+01:00, zone: CET}, kloc: 12.5, touches: [payment], class: minor, features: ["a: b", "- c"]}
rollback: {rehearsed_at: 2026-01-01T00:00:00Z, measured: 250s, triggers: {http-5xx: {limit: 2.5}}}
"""


@pytest.mark.parametrize("text", [OWN, *(f"flightrules: 1\nextends: {profile}\n" for profile in PROFILES)])
def test_what_is_written_out_loads_again_with_the_same_digest(text):
    book = load_rulebook(text.encode())
    again = load_rulebook(written(book).encode(), "written.yml")
    assert again.digest == book.digest
    assert written(again) == written(book)


def test_what_is_written_out_leans_on_nothing():
    text = written(load_rulebook(OWN.encode()))
    assert "extends" not in text
    assert "preset" not in text
    assert "version: 4.20" in text.replace('"', "")
