"""The emergency track is no way round: EMG-01, EMG-02, EMG-05, EMG-06, to the gate of the deployment."""

from __future__ import annotations

from datetime import timedelta

from flightrules.service.decisions.models import Decision
from flightrules.service.emergencies.models import Classification
from flightrules.service.obligations.models import Obligation
from flightrules.service.releases.models import Release
from people_stories import now, prove_now
from service.abuse.abusing import changed, is_open, leaves_nothing, refused, rows
from service.decisions.deciding import Case, code
from service.emergencies.test_an_emergency_is_decided import case  # noqa: F401 -- a fixture
from service.emergencies.test_the_list import HEARD, confirm_all, green

FREE_TEXT = ("emergency\u200b", "\u0435mergency", "hotfix")
"""Words that are no track of the rulebook."""


def test_emg_01_no_spelling_of_the_track_is_an_emergency_by_itself(emergency):
    shop = emergency.shop
    for track in ("emergency", "EMERGENCY", " Emergency ", *FREE_TEXT):
        before = rows()
        answer = shop.manager.post("/releases", {"product": "shop", "version": "9.0.0", "track": track})
        if track in FREE_TEXT and answer.status_code == 201:
            made = Release.objects.get(pk=answer.json()["key"])
            assert not made.emergency, "a word that only looks like the track relaxes nothing"
            Release.objects.filter(pk=made.pk).update(version=f"9.{FREE_TEXT.index(track)}.1")
            continue
        assert answer.status_code in (403, 422), (track, answer.content)
        assert changed(before, rows()) == set()
    key = emergency.hotfix()
    for who in (emergency.engineer, shop.qa, shop.manager, shop.product_manager):
        path = f"/releases/{key}/emergency"
        prove_now(who)
        before = rows()
        answer = who.post(path, emergency.stated())
        assert answer.status_code == 403, answer.content
        assert changed(before, rows()) == set()
    assert not Classification.objects.exists()


def test_emg_02_a_throttle_is_lifted_by_nobody_with_a_part_in_it(emergency):
    """Stopped and on record; the one who asked lifts it in no role, and asking again opens no other way."""
    emergency.past(19, 2)
    key = emergency.hotfix()
    answer = emergency.classify(key)
    assert (answer.status_code, code(answer)) == (422, "E_THROTTLE_EXCEEDED")
    lift = f"/emergency-throttlings/{answer.json()['throttling']}/lift"
    reason = {"reason": "Two of the three are one incident; the cause is being mended."}
    case_ = Case(emergency.shop, key)
    for who in (emergency.cto, emergency.author, emergency.shop.manager, emergency.shop.ci):
        prove_now(who) if who is not emergency.shop.ci else None
        answer, _ = leaves_nothing(case_, lambda who=who: who.post(lift, reason))
        assert answer.status_code in (403, 409), answer.content
    again = emergency.classify(key, reference="CVE-2026-54321")
    assert code(again) == "E_THROTTLE_EXCEEDED"
    assert not Classification.objects.filter(release=key).exists()


def test_emg_05_a_p1_in_the_hotfix_goes_by_no_vote_verdict_waiver_acceptance_or_override(emergency, case):  # noqa: F811
    shop = emergency.shop
    assert green(emergency, case.key, defects=[("PROJ-7", "P1")])["outcome"] == "NO-GO"
    shop.run(case.key, "entry")
    confirm_all(emergency, case.key)
    assert case.open().status_code == 201
    digest = case.dossier(emergency.cto)
    prove_now(shop.qa)
    path = f"/releases/{case.key}/quality-verdict"
    answer, _ = leaves_nothing(case, lambda: shop.qa.post(path, {"choice": "go", "dossier": digest}))
    assert code(answer) in {"E_GATE_SHUT", "E_ACCEPTANCE_MISSING"}
    prove_now(emergency.cto)
    decision = {"outcome": "GO", "dossier": digest}
    answer, _ = leaves_nothing(case, lambda: emergency.cto.post(f"/polls/{case.poll}/decision", decision))
    assert answer.status_code == 409
    assert case.verdict("no-go", reason="Orders still vanish in this build.").status_code == 201
    why = "The P1 is in the hotfix itself."
    assert case.decide("NO-GO", who=emergency.cto, reason=why).status_code == 201
    body = {"accepts": ["p1-open", "PROJ-7"], "reason": "It loses money every minute."}
    refused(
        case, lambda: emergency.cto.post(f"/releases/{case.key}/overrides", body), 403, "E_OVERRIDE_FORBIDDEN"
    )
    waiver = {
        "criterion": "p1-open",
        "role": "qa-lead",
        "reason": "It is the reason for the hotfix",
        "compensating_control": "We watch it closely",
        "expires_at": (now() + timedelta(hours=3)).isoformat(),
    }
    prove_now(shop.qa)
    before = rows()
    answer = shop.qa.post(f"/releases/{case.key}/waivers", waiver)
    assert (answer.status_code, code(answer)) == (422, "E_NOT_WAIVABLE")
    assert changed(before, rows()) == set()
    assert set(Decision.objects.values_list("outcome", flat=True)) == {"NO-GO"}
    assert not is_open(shop.ci)


def test_emg_06_a_word_that_was_never_written_stops_the_next_and_is_written_by_nobody_else(emergency):
    emergency.past(30, 0)
    key = emergency.classified()
    emergency.point(key, "qa-agreed", emergency.shop.qa, text=HEARD)
    Obligation.objects.update(due_at=now() - timedelta(hours=24), next_at=now() - timedelta(hours=36))
    other = emergency.hotfix("4.2.2")
    case_ = Case(emergency.shop, other)
    for _ in range(2):
        refused(case_, lambda: emergency.classify(other), 409, "E_EMERGENCY_DEBTS")
    path = f"/releases/{key}/emergency/written-sign-off"
    for who in (emergency.cto, emergency.engineer, emergency.shop.manager):
        prove_now(who)
        answer, _ = leaves_nothing(
            case_, lambda who=who: who.post(path, {"text": "GO on 4.2.1, as was said."})
        )
        assert answer.status_code == 403, answer.content
    assert Obligation.objects.get().paid_at is None
