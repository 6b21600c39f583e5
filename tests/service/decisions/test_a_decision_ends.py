"""A decision that stands no more is told on record with what it was, and ends no other one."""

from __future__ import annotations

from flightrules.service.decisions import jobs
from flightrules.service.decisions.models import Decision
from flightrules.service.notices.models import Outbox
from flightrules.service.records.models import PersonalDatum
from flightrules.service.releases.models import Release
from people_stories import denied_codes, now
from service.decisions.deciding import case_of, code, entries


def reopen(case, who=None):
    return (who or case.shop.manager).post(
        f"/releases/{case.key}/reopening", {"reason": "A supplier called."}
    )


def test_a_release_is_opened_again_by_whoever_manages_it_with_the_reason_on_record(case):
    decided = case.gone()
    answer = reopen(case, case.shop.owner)
    assert code(answer) == denied_codes()[-1] == "E_POWER"
    assert reopen(case).status_code == 201
    [told] = entries("decision:decision:voided")
    said = PersonalDatum.objects.get(commitment=told.pop("reason")["commitment"])
    assert (said.value, said.about) == ("A supplier called.", case.shop.manager.key)
    assert told == {
        "release": case.key,
        "outcome": "GO",
        "because": "the release was opened again",
        "release_state": "in-test",
    }
    assert not case.decision(decided["key"])["stands"]


def test_what_changed_ends_a_decision_and_no_other_one(case):
    other = case_of(case.shop, adopted=False, version="4.4.0")
    kept = other.gone()["key"]
    key = case.gone()["key"]
    before = set(Outbox.objects.values_list("pk", flat=True))
    Release.objects.filter(pk=case.key).update(build="4.3.0+18")
    jobs.void(key, now())
    jobs.void(kept, now())
    [told] = entries("decision:decision:voided")
    because = Decision.objects.get(pk=key).voided_because
    assert " changed: " in because
    assert told == {
        "release": case.key, "outcome": "GO", "because": because, "reason": None, "release_state": "in-test",
    }  # fmt: skip
    heard = Outbox.objects.filter(about=f"decision/{key}").exclude(pk__in=before)
    assert {case.shop.qa.key, case.shop.owner.key} <= {one.person for one in heard}
    assert Decision.objects.get(pk=kept).voided_at is None
    assert reopen(case).status_code == 409
    assert reopen(other).status_code == 201
    assert [one["release"] for one in entries("decision:decision:voided")] == [case.key, other.key]
