"""May exactly this artefact go to exactly this environment now? Only where people, or agreed gates, said so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flightrules.service.decisions.models import Decision
from flightrules.service.releases.models import Release
from service.clearance.conftest import ask, codes, decided, ready
from service.shop import DIGEST, OTHER_DIGEST, RULEBOOK, junit, now, tracker


def test_a_decision_to_go_opens_the_way_for_exactly_this_digest_and_environment(shop, green):
    before = ask(shop.ci)
    assert (before["open"], before["state"], codes(before)) == (False, "WAITING", ["no_decision"])
    decision = decided(green)
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"], answer["reasons"]) == (True, "GO", [])
    assert answer["data"] == {"ok": True, "state": "GO", "score": 1}
    assert answer["decision"]["key"] == str(decision.key)
    assert answer["release"]["version"] == "4.3.0"
    assert answer["basis"] == "decision"
    assert ask(shop.ci, artefact=f"sha256:{DIGEST}")["open"]
    assert ask(shop.ci, product="shop")["open"]
    for asked, code in (
        ({"artefact": OTHER_DIGEST}, "unknown_artefact"),
        ({"environment": "moon"}, "unknown_environment"),
        ({"environment": "PROD "}, ""),
        ({"environment": "Production"}, "unknown_environment"),
    ):
        found = ask(shop.ci, **asked)
        assert (found["open"], "".join(codes(found))) == (not code, code), found


def test_what_is_foreign_is_as_unknown_as_what_does_not_exist(shop, green):
    decided(green)
    unknown = ask(shop.ci, artefact=OTHER_DIGEST)
    foreign = ask(shop.stranger)
    named = ask(shop.stranger, product="shop")
    for one in (foreign, named):
        assert one["open"] is False
        assert one["reasons"] == unknown["reasons"]
        assert (one["release"], one["decision"]) == (None, None)


def test_looking_writes_nothing(shop, green):
    decided(green)
    ask(shop.ci)
    with CaptureQueriesContext(connection) as seen:
        ask(shop.ci)
    assert not [one for one in seen if one["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.parametrize(
    ("outcome", "state", "code"),
    [
        ("NO-GO", "CLOSED", "not_decided_to_go"),
        ("CANCELLED", "CLOSED", "not_decided_to_go"),
        ("DEFERRED", "WAITING", "not_decided_to_go"),
    ],
)
def test_any_other_outcome_keeps_it_shut(shop, green, outcome, state, code):
    decided(green, outcome)
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"], codes(answer)) == (False, state, [code])


def test_an_authorisation_ahead_is_not_the_final_word(shop, green):
    decided(green, moment="authorisation")
    answer = ask(shop.ci)
    assert codes(answer) == ["no_decision"]
    assert "the final poll is open" in answer["reasons"][0]["text"]


def test_a_later_no_go_counts_although_a_go_stands_beside_it(shop, green):
    decided(green, at=now() - timedelta(hours=1))
    decided(green, "NO-GO")
    assert codes(ask(shop.ci)) == ["not_decided_to_go"]


def test_what_ends_ends_the_clearance(shop, green):
    decision = decided(green)
    shut = {
        "expired": {"valid_until": now()},
        "other_artefact": {"artefacts": {"shop.whl": OTHER_DIGEST}},
        "other_environment": {"environment": "uat"},
        "voided": {"voided_at": now(), "voided_because": "the evidence was tampered with"},
        "stale": {"dossier": "e" * 64},
    }
    for code, change in shut.items():
        kept = {name: getattr(decision, name) for name in change}
        Decision.objects.filter(pk=decision.pk).update(**change)
        answer = ask(shop.ci)
        assert (answer["open"], codes(answer)) == (False, [code])
        assert all(one["fix"] for one in answer["reasons"])
        Decision.objects.filter(pk=decision.pk).update(**kept)
    assert ask(shop.ci)["open"]


def test_what_was_decided_later_than_now_waits_for_the_clock(shop, green):
    """Whoever sets the clock back brings no validity, window or evidence to life again."""
    decided(green, at=now() + timedelta(minutes=10))
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"], codes(answer)) == (False, "WAITING", ["clock"])


def test_the_window_is_the_releases(shop, green):
    decided(green)
    for opens, closes, code, state in (
        (1, 2, "window_not_open", "WAITING"),
        (-2, -1, "window_over", "CLOSED"),
    ):
        Release.objects.filter(pk=green.pk).update(
            opens_at=now() + timedelta(hours=opens), closes_at=now() + timedelta(hours=closes)
        )
        answer = ask(shop.ci)
        assert code in codes(answer)
        assert not answer["open"]
        assert answer["state"] == state or "stale" in codes(answer)


def reopened(release):
    """The release is tested again, but the decision was not voided yet."""
    Release.objects.filter(pk=release.pk).update(state="in-test")


def test_everything_that_changes_afterwards_shuts_it(shop, green):
    """STL: the target, the artefact, the evidence and the registers are what was decided on."""
    decided(green)
    key = str(green.key)
    assert ask(shop.ci)["open"]
    assert shop.bring(key, "CI pipeline", junit(90, 10)).status_code == 409
    reopened(green)
    assert codes(ask(shop.ci)) == ["stale"]
    assert shop.bring(key, "CI pipeline", junit(90, 10)).status_code == 201
    answer = ask(shop.ci)
    assert codes(answer) == ["stale"]
    assert "evidence" in answer["reasons"][0]["text"]
    tag = shop.manager.get(f"/releases/{key}")["ETag"]
    changed = shop.manager.patch(f"/releases/{key}", {"target": "uat"}, If_Match=tag)
    assert changed.status_code == 200
    assert "stale" in codes(ask(shop.ci))
    assert not ask(shop.ci, environment="uat")["open"]
    shop.manager.post(f"/releases/{key}/artefacts", {"name": "shop.whl", "sha256": OTHER_DIGEST})
    assert "artefact_replaced" in codes(ask(shop.ci))
    assert "other_artefact" in codes(ask(shop.ci, artefact=OTHER_DIGEST))


def test_an_open_blocker_shuts_it_and_an_override_that_names_it_does_not(shop, green):
    from flightrules.service.decisions.models import Override

    key = str(green.key)
    raised = shop.engineering.post(
        f"/releases/{key}/blockers",
        {"title": "checkout fails", "business_impact": "3 % of orders", "evidence": "https://example.org/1"},
    )
    assert raised.status_code == 201, raised.content
    decided(green)
    assert codes(ask(shop.ci)) == ["blocker_open"]
    no_go = decided(green, "NO-GO")
    override = Override.objects.create(
        release=green,
        of=no_go,
        dossier="a" * 64,
        criteria=[],
        defects=[],
        blockers=[raised.json()["key"]],
        statement="b" * 64,
        asked_by="x",
        asked_at=now(),
        answer_due_at=now(),
    )
    Decision.objects.filter(outcome="GO").update(voided_at=now())
    decided(green, "GO BY OVERRIDE", override=override)
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"]) == (True, "GO BY OVERRIDE")


def test_a_withdrawn_release_goes_nowhere(shop, green):
    decided(green)
    Release.objects.filter(pk=green.pk).update(state="withdrawn")
    assert "withdrawn" in codes(ask(shop.ci))


def test_who_alone_signed_does_not_deploy(shop, green):
    """SOD-10: the four-eyes rule on the deployment itself."""
    decided(green, by=shop.manager.key)
    answer = ask(shop.manager)
    assert (answer["open"], answer["state"], codes(answer)) == (False, "CLOSED", ["four_eyes"])
    assert ask(shop.ci)["open"]
    assert ask(shop.qa)["open"]


def test_two_products_with_one_digest_are_told_apart(shop, green, person):
    decided(green)
    boss = person("release-manager", name="Both")
    assert ask(boss)["open"]
    assert boss.post("/products", {"key": "mine", "name": "Mine"}).status_code == 201
    other = boss.post("/releases", {"product": "mine", "version": "1"}).json()
    boss.post(f"/releases/{other['key']}/artefacts", {"name": "a", "sha256": DIGEST})
    assert codes(ask(boss)) == ["ambiguous_artefact"]
    assert codes(ask(boss, product="mine")) == ["no_rulebook"]
    assert ask(boss, product="shop")["open"]
    assert ask(shop.ci)["open"]


def test_of_two_releases_with_one_digest_the_last_word_counts(shop, green):
    decided(green)
    again = ready(shop, "4.3.1")
    assert ask(shop.ci)["open"]
    decided(again, "NO-GO")
    answer = ask(shop.ci)
    assert (codes(answer), answer["release"]["version"]) == (["not_decided_to_go"], "4.3.1")


def test_strict_tells_it_by_the_status(shop, green):
    asked = f"/clearance?artefact={DIGEST}&environment=prod&strict=1"
    waits = shop.ci.get(asked)
    assert (waits.status_code, waits.json()["code"]) == (412, "E_CLEARANCE_WAITS")
    assert waits.json()["clearance"]["data"]["ok"] is False
    decided(green, "NO-GO")
    shut = shop.ci.get(asked)
    assert (shut.status_code, shut.json()["code"]) == (409, "E_CLEARANCE_CLOSED")
    Decision.objects.update(voided_at=now())
    decided(green)
    assert shop.ci.get(asked).status_code == 200


def test_the_question_has_a_form(shop, green):
    for asked in ("artefact=abc&environment=prod", "environment=prod", f"artefact={DIGEST}", ""):
        assert shop.ci.get(f"/clearance?{asked}").status_code == 422
    for place in ("..%2f..%2fadmin", "%00", "a%0ab", "x" * 61):
        answer = shop.ci.get(f"/clearance?artefact={DIGEST}&environment={place}")
        assert answer.status_code == 422 or answer.json()["open"] is False


def test_the_verdict_of_a_release(shop, green):
    path = f"/releases/{green.key}/verdict"
    assert shop.ci.get(path).json()["data"] == {"ok": False, "state": "WAITING", "score": 0}
    decided(green)
    found = shop.ci.get(path).json()
    assert (found["data"], found["environment"]) == ({"ok": True, "state": "GO", "score": 1}, "prod")
    assert shop.stranger.get(path).status_code == 404
    bare = shop.release("9.0.0")
    assert shop.ci.get(f"/releases/{bare['key']}/verdict").json()["data"]["ok"] is False


STAGED = RULEBOOK.replace(
    "evidence:\n",
    "  to-uat: {title: To UAT, kind: stage, stage: before uat, criteria: [smoke], blocks: promotion to UAT,\n"
    "    environment: sit}\n"
    "  to-prod: {title: To production, kind: stage, criteria: [pass-rate], blocks: deploy to prod,\n"
    "    environment: uat}\nevidence:\n",
)


def test_on_the_way_up_the_gates_of_each_environment_decide(shop):
    """M3 and E2: SIT, then UAT, then production; what was not passed is not skipped."""
    shop.adopt(STAGED)
    release = ready(shop)
    key = str(release.key)
    assert codes(ask(shop.ci, environment="uat")) == ["gate_shut"]
    decision = decided(release)
    assert codes(ask(shop.ci)) == ["gate_shut", "gate_shut"]
    reopened(release)
    Decision.objects.filter(pk=decision.pk).update(voided_at=now())
    shop.run(key, "to-uat")
    uat = ask(shop.ci, environment="uat")
    assert (uat["open"], uat["state"], uat["basis"]) == (True, "GO", "gates")
    decided(release)
    assert codes(ask(shop.ci)) == ["gate_shut"]
    reopened(release)
    Decision.objects.update(voided_at=now())
    shop.run(key, "to-prod")
    decided(release)
    assert ask(shop.ci)["open"]
    assert codes(ask(shop.ci, environment="sit")) == ["no_gate"]
    reopened(release)
    assert shop.bring(key, "smoke run", junit(1, 19, suite="smoke")).status_code == 201
    assert codes(ask(shop.ci, environment="uat")) == ["gate_stale"]
    shop.run(key, "to-uat")
    shut = ask(shop.ci, environment="uat")
    assert (codes(shut), shut["state"]) == (["gate_shut"], "CLOSED")


def test_gates_on_the_way_up_are_told_before_the_decision_and_with_the_way_back_after_it(shop):
    shop.adopt(STAGED)
    release = ready(shop)
    assert codes(ask(shop.ci)) == ["no_decision", "gate_shut", "gate_shut"]
    assert "bring the evidence" in ask(shop.ci)["reasons"][1]["fix"]
    decided(release)
    assert ask(shop.ci)["reasons"][0]["fix"].startswith("have it reopened, bring the evidence")


JUDGED_IN_UAT = RULEBOOK.replace("uat: {requires_pass_in: [sit]}", "uat: {title: Acceptance}").replace(
    "blocks: sign-off}", "blocks: sign-off, environment: uat}"
)
DELIVERY = JUDGED_IN_UAT + (
    "classes:\n"
    "  minor: {title: Minor release, gates: [exit], human_signoff: above_threshold, risk_threshold: 50}\n"
    "  patch: {title: Patch, gates: [exit], human_signoff: never, risk_threshold: 50}\n"
)


def test_without_people_a_pass_that_no_gate_can_show_keeps_it_shut(shop):
    """X20: production asks for a pass in UAT, and UAT for one in SIT; no gate is judged in either."""
    shop.adopt(RULEBOOK + DELIVERY.removeprefix(JUDGED_IN_UAT))
    release = ready(shop, release_class="patch")
    rate(shop, str(release.key))
    found = ask(shop.ci)
    assert codes(found) == ["no_pass", "no_pass"]
    assert "a pass in uat is required before prod" in str(found["reasons"])


def test_where_people_decided_they_answer_for_the_pass_and_the_answer_says_so(shop, green):
    decided(green)
    found = ask(shop.ci)
    assert found["open"] is True
    assert found["remarks"] == ["no gate says what it takes to pass in uat, sit; who decided answers for it"]


def rate(shop, key, impact="low", probability="low"):
    made = shop.manager.post(
        f"/releases/{key}/risks",
        {
            "title": "slow",
            "impact": impact,
            "probability": probability,
            "mitigation": "watch it",
            "owner": "Ops",
            "review_on": (now() + timedelta(days=9)).date().isoformat(),
        },
    )
    assert made.status_code == 201, made.content


def test_where_the_class_says_so_the_gates_decide_and_the_answer_says_so(shop):
    """A10 and X11: no signature for each deployment, but the reserved cases are always for people."""
    shop.adopt(DELIVERY)
    release = ready(shop, "4.3.1", release_class="patch")
    key = str(release.key)
    assert "nobody rated its risk" in ask(shop.ci)["reasons"][0]["text"]
    rate(shop, key)
    shop.run(key)
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"], answer["basis"]) == (True, "GO", "gates")
    assert answer["remarks"] == ["its class patch lets the gates decide; nobody signed it"]
    assert ask(shop.ci, flag_percent="99")["open"]
    shut = ask(shop.ci, flag_percent="100")
    assert (codes(shut), shut["state"]) == (["no_decision"], "WAITING")
    assert "all users" in shut["reasons"][0]["text"]
    assert shop.bring(key, "issue tracker", tracker(("PROJ-9", "P1"))).status_code == 201
    assert codes(ask(shop.ci)) == ["gate_stale"]
    shop.run(key)
    assert (codes(ask(shop.ci)), ask(shop.ci)["state"]) == (["gate_shut"], "CLOSED")
    assert not ask(shop.ci)["open"]
    decided(release, "NO-GO")
    assert "not_decided_to_go" in codes(ask(shop.ci))


def test_above_the_threshold_people_sign(shop):
    shop.adopt(DELIVERY)
    release = ready(shop, "4.4.0", release_class="Minor release")
    rate(shop, release.key, "high", "high")
    answer = ask(shop.ci)
    assert codes(answer) == ["no_decision"]
    assert "above 50" in answer["reasons"][0]["text"]
    decided(release)
    assert ask(shop.ci)["open"]


def test_a_major_version_is_for_people_whatever_its_class_says(shop):
    shop.adopt(DELIVERY)
    release = ready(shop, "5.0.0", release_class="patch")
    rate(shop, release.key)
    shop.run(str(release.key))
    assert "major version" in ask(shop.ci)["reasons"][0]["text"]


def test_a_track_that_people_approve_never_goes_by_gates_alone(shop):
    tracks = (
        "tracks:\n  standard: {title: Standard}\n"
        "  guarded: {title: Guarded, gates: [exit], approver: [qa_lead]}\n"
    )
    shop.adopt(DELIVERY + tracks)
    release = ready(shop, "4.3.1", release_class="patch", track="Guarded")
    rate(shop, release.key)
    shop.run(str(release.key))
    answer = ask(shop.ci)
    assert not answer["open"]
    assert "people approve what takes the track guarded" in str(answer["reasons"])
    quick = ready(shop, "4.3.2", OTHER_DIGEST, release_class="patch", track="standard")
    rate(shop, quick.key)
    shop.run(str(quick.key))
    assert ask(shop.ci, artefact=OTHER_DIGEST)["open"]


def test_a_class_whose_gates_only_ask_for_signatures_lets_nothing_decide(shop):
    signatures = "  sign: {title: Signatures, kind: exit, sign_off: [qa_lead], blocks: go-live}\n"
    book = DELIVERY.replace("evidence:\n", f"{signatures}evidence:\n", 1).replace(
        "title: Patch, gates: [exit]", "title: Patch, gates: [sign]"
    )
    shop.adopt(book)
    release = ready(shop, "4.3.1", release_class="patch")
    rate(shop, release.key)
    shop.run(str(release.key))
    assert codes(ask(shop.ci)) == ["no_gate"]


def test_a_gate_that_only_advises_lets_nothing_through(shop):
    shop.adopt(DELIVERY.replace("product: Shop\n", "product: Shop\nmode: advise\n"))
    release = ready(shop, "4.3.1", release_class="patch")
    rate(shop, release.key)
    shop.run(str(release.key))
    answer = ask(shop.ci)
    assert codes(answer) == ["gate_shut"]
    assert "advice only" in answer["reasons"][0]["text"]
