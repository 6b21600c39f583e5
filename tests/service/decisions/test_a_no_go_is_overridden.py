"""A no-go is turned round by two people, each item by name, with the risk read; and says so for ever."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest

from flightrules.service.decisions import jobs
from flightrules.service.decisions.models import Decision, Override, SignOff
from flightrules.service.notices.kinds import Kind, written
from flightrules.service.notices.models import Outbox
from flightrules.service.records import case_files
from people_stories import actor_of, now, prove_now
from service import put_back
from service.confirming import REFUSED, confirmed, outcome
from service.decisions.deciding import case_of, code, entries
from service.shop import coverage, junit


@pytest.fixture
def cto(person):
    return put_back.once("cto", lambda: person("cto", product="shop", name="Carla Ruiz"))


@pytest.fixture
def no_go(shop, cto):
    """A release whose pass rate fails and whose owner has decided NO-GO."""
    case = put_back.once("no-go", lambda: stopped(shop))
    case.cto = cto
    return case


def stopped(shop):
    case = case_of(shop)
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    case.judge()
    assert case.open().status_code == 201
    assert case.verdict("no-go", reason="Ten of a hundred tests fail, three of them pay.").status_code == 201
    decided = case.decide("NO-GO", reason="Quality shows failing payments.")
    assert decided.status_code == 201, decided.content
    case.no_go = decided.json()["key"]
    return case


def ask(case, who=None, accepts=("pass-rate",)):
    body = {"accepts": list(accepts), "reason": "The season begins on Monday; the rest is watched by hand."}
    return (who or case.cto).post(f"/releases/{case.key}/overrides", body)


def asked(case) -> dict:
    answer = ask(case)
    assert answer.status_code == 201, answer.content
    return answer.json()


def receive(case, override, who=None, role="cto", statement=None):
    body = {"role": role, "statement": statement or override["statement"]}
    prove_now(who or case.cto)
    return (who or case.cto).post(f"/overrides/{override['key']}/receipt", body)


def sign(case, override, who, role, choice="agree", **said):
    prove_now(who)
    body = {"role": role, "choice": choice, "dossier": said.pop("dossier", None) or case.dossier(who), **said}
    return who.post(f"/overrides/{override['key']}/signatures", body)


def dissent(case, override, **said):
    why = {"reason": "I recommended no-go; payments were not tried on a real phone.", **said}
    return sign(case, override, case.shop.qa, "qa-lead", "dissent-acknowledged", **why)


def overridden(case) -> dict:
    """All the way; the last answer."""
    override = asked(case)
    assert dissent(case, override).status_code == 201
    assert receive(case, override).status_code == 200
    answer = sign(case, override, case.cto, "cto")
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_two_signatures_turn_a_no_go_round_and_it_says_so_for_ever(no_go):
    done = overridden(no_go)
    assert done["closed_because"] == "both sides have signed"
    decision = Decision.objects.get(override_id=done["key"])
    assert (decision.outcome, decision.environment) == ("GO BY OVERRIDE", "prod")
    assert no_go.release()["state"] == "decided"
    assert no_go.decision(str(decision.key))["stands"]
    assert Decision.objects.get(pk=no_go.no_go).outcome == "NO-GO"
    recorded = entries("decision:decision:recorded")
    assert [one["outcome"] for one in recorded] == ["NO-GO", "GO BY OVERRIDE"]
    assert recorded[-1]["override"] == done["key"]


def test_the_channels_hear_that_it_goes_by_override_and_what_is_to_come(no_go):
    """Nobody reads of a plain GO; business, helpdesk and operations read scope, window and risks beforehand."""
    chat = {"title": "Releases", "channel": "webhook", "address": "https://chat.example.org/hook"}
    assert no_go.shop.manager.post("/products/shop/channels", chat).status_code == 201
    overridden(no_go)
    sent = {
        one.kind: written(Kind(one.kind), one.context, base_url="https://example.org")
        for one in Outbox.objects.filter(about__startswith="decision/", subscription__isnull=False)
    }
    assert sent["go"].subject == "Shop 4.3.0: GO BY OVERRIDE"
    before = dict(sent["before"].facts)
    assert (before["Scope"], before["Known risks"]) == ("checkout", "none in the register")
    assert before["Readiness so far"] == "GO BY OVERRIDE, final decision"
    assert "UTC" in before["Schedule"]


def test_the_draft_says_what_has_to_be_named_and_who_signs(no_go):
    draft = no_go.shop.owner.get(f"/releases/{no_go.key}/override-draft").json()
    assert draft["criteria"] == ["pass-rate"]
    assert draft["defects"] == draft["blockers"] == []
    assert draft["quality"] == ["qa-lead"]
    assert draft["authorities"] == ["cto-vp-eng", "product-manager"]
    assert draft["forbidden"] == ""


def test_everything_is_named_and_nothing_else(no_go):
    for accepts in (["coverage"], ["pass-rate", "coverage"], ["PASS-RATE"]):
        assert code(ask(no_go, accepts=accepts)) == "E_OVERRIDE_NAMES"
    assert ask(no_go).status_code == 201


def test_an_open_p1_of_the_register_is_named_too(no_go):
    made = no_go.shop.qa.post(
        "/products/shop/defects", {"number": "PROJ-7", "title": "Orders vanish", "severity": "P1"}
    )
    assert made.status_code == 201
    no_go.judge()
    assert no_go.open().status_code == 201
    assert no_go.decide("NO-GO", reason="An order can vanish.").status_code == 201
    assert code(ask(no_go)) == "E_OVERRIDE_NAMES"
    override = ask(no_go, accepts=["pass-rate", "p1-open", "PROJ-7"])
    assert override.status_code == 201, override.content
    assert override.json()["defects"] == ["PROJ-7"]


def test_an_open_p1_takes_the_cto_and_not_the_product_manager(no_go, person):
    manager = person("product-manager", product="shop", name="Pat Moss")
    no_go.shop.qa.post(
        "/products/shop/defects", {"number": "PROJ-7", "title": "Orders vanish", "severity": "P1"}
    )
    assert code(ask(no_go, accepts=("pass-rate", "PROJ-7"))) == "E_RUN_STALE"
    no_go.judge()
    draft = no_go.shop.owner.get(f"/releases/{no_go.key}/override-draft").json()
    assert draft["authorities"] == ["cto-vp-eng"]
    override = ask(no_go, accepts=(*draft["criteria"], "PROJ-7")).json()
    assert receive(no_go, override, manager, "product-manager").status_code == 403
    assert receive(no_go, override).status_code in (200, 201)


def test_the_risk_statement_names_each_item(no_go):
    override = asked(no_go)
    statement = json.loads(no_go.cto.get(f"/overrides/{override['key']}/statement").content)
    assert [one["id"] for one in statement["criteria"]] == ["pass-rate"]
    assert statement["recommended"] == "NO-GO"
    page = no_go.cto.get(f"/overrides/{override['key']}/statement.html").content.decode()
    assert "pass-rate" in page


def test_the_authority_reads_before_it_signs(no_go):
    override = asked(no_go)
    assert code(sign(no_go, override, no_go.cto, "cto")) == "E_RECEIPT_REQUIRED"
    assert code(receive(no_go, override, statement="0" * 64)) == "E_STATEMENT_OTHER"
    assert code(receive(no_go, override, who=no_go.shop.qa, role="qa-lead")) == "E_CONSULTED_ONLY"
    assert receive(no_go, override).status_code == 200
    assert sign(no_go, override, no_go.cto, "cto").status_code == 201
    assert Decision.objects.filter(outcome="GO BY OVERRIDE").count() == 0, "quality has not signed"


def test_the_receipt_is_confirmed_with_a_proof_of_exactly_this_statement(no_go):
    override = asked(no_go)
    path, body = f"/overrides/{override['key']}/receipt", {"role": "cto", "statement": override["statement"]}
    about = f"override/{override['key']}"
    assert outcome(no_go.cto.post(path, body)) == REFUSED
    confirmed(no_go.cto, "override:receipt", about, {**body, "statement": "0" * 64})
    assert outcome(no_go.cto.post(path, body)) == REFUSED
    confirmed(no_go.cto, "override:receipt", about, body)
    assert no_go.cto.post(path, body).status_code == 200
    agreed = {"role": "cto", "choice": "agree", "dossier": no_go.dossier(no_go.cto), "reason": ""}
    assert outcome(no_go.cto.post(path.replace("receipt", "signatures"), agreed)) == REFUSED


def test_the_receipt_of_one_authority_does_not_serve_another(no_go, person):
    other = person("cto", product="shop", name="Dario Costa")
    override = asked(no_go)
    assert receive(no_go, override, who=other).status_code == 200
    assert code(sign(no_go, override, no_go.cto, "cto")) == "E_RECEIPT_REQUIRED"


def test_sod_05_one_person_never_signs_both_sides(no_go, person):
    both = person("qa-lead", "cto", product="shop", name="Nora Both")
    override = asked(no_go)
    assert sign(no_go, override, both, "qa-lead").status_code == 201
    assert receive(no_go, override, who=both).status_code == 200
    assert code(sign(no_go, override, both, "cto")) == "E_DISTINCT_PERSONS"
    assert Decision.objects.filter(outcome="GO BY OVERRIDE").count() == 0
    denied = entries("office:act:denied")[-1]
    assert denied["code"] == "E_DISTINCT_PERSONS"


def test_a_second_account_of_the_same_person_is_the_same_person(no_go, person):
    from flightrules.service.people.models import Account, Person

    qa_again = person("cto", product="shop")
    override = asked(no_go)
    assert dissent(no_go, override).status_code == 201
    Account.objects.filter(key=qa_again.account_key).update(person=Person.objects.get(pk=no_go.shop.qa.key))
    from flightrules.service.people.models import RoleGrant

    RoleGrant.objects.filter(person_id=qa_again.key).update(person=Person.objects.get(pk=no_go.shop.qa.key))
    assert receive(no_go, override, who=qa_again).status_code == 200
    assert code(sign(no_go, override, qa_again, "cto")) == "E_DISTINCT_PERSONS"


def test_who_only_is_consulted_cannot_ask_receive_or_sign(no_go):
    override = asked(no_go)
    for who, role in ((no_go.shop.owner, "product-owner"), (no_go.shop.engineering, "engineering-lead")):
        assert ask(no_go, who=who).status_code == 403
        assert receive(no_go, override, who=who, role=role).status_code == 403
        assert sign(no_go, override, who, role).status_code == 403
    assert ask(no_go, who=no_go.shop.ci).status_code == 403
    assert ask(no_go, who=no_go.shop.stranger).status_code == 404


def test_nobody_signs_with_a_bare_token(no_go):
    override = asked(no_go)
    body = {"role": "qa-lead", "choice": "agree", "dossier": no_go.dossier()}
    answer = no_go.shop.qa.post(f"/overrides/{override['key']}/signatures", body)
    assert (answer.status_code, code(answer)) == (401, "E_REAUTH_REQUIRED")
    assert SignOff.objects.filter(override_id=override["key"]).count() == 0


@pytest.mark.parametrize(
    ("who", "role", "choice"),
    [("qa", "qa-lead", "go"), ("qa", "qa-lead", "fine"), ("cto", "cto", "dissent-acknowledged")],
)
def test_a_side_signs_with_its_own_words(no_go, who, role, choice):
    override = asked(no_go)
    receive(no_go, override)
    signer = no_go.cto if who == "cto" else no_go.shop.qa
    assert code(sign(no_go, override, signer, role, choice, reason="A long enough reason.")) == "E_MEANING"


def test_a_dissent_says_why(no_go):
    override = asked(no_go)
    assert code(dissent(no_go, override, reason="")) == "E_REASON"
    assert code(dissent(no_go, override, reason="fine")) == "E_REASON"


def test_what_changed_since_voids_the_asking(no_go):
    override = asked(no_go)
    no_go.shop.bring(no_go.key, "coverage report", coverage(95))
    no_go.judge()
    refused = dissent(no_go, override)
    assert code(refused) == "E_DOSSIER_STALE"
    assert any(one["part"] == "evidence" for one in refused.json()["differences"])


def test_a_side_that_lost_its_role_does_not_count_at_the_end(no_go):
    from flightrules.service.people.models import RoleGrant

    override = asked(no_go)
    assert dissent(no_go, override).status_code == 201
    RoleGrant.objects.filter(person_id=no_go.shop.qa.key).update(revoked_at=now())
    assert receive(no_go, override).status_code == 200
    answer = sign(no_go, override, no_go.cto, "cto")
    assert answer.status_code == 201
    assert answer.json()["lacks"], "quality's signature was of a role that is gone"
    assert Decision.objects.filter(outcome="GO BY OVERRIDE").count() == 0


def test_a_product_without_an_entry_gate_can_override_too(shop, cto):
    from service.shop import RULEBOOK

    lines = RULEBOOK.splitlines(keepends=True)
    case = case_of(shop, "".join(line for line in lines if "kind: entry" not in line), gates=())
    case.cto = cto
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    shop.run(case.key, "exit")
    assert case.release()["state"] == "draft"
    assert case.open().status_code == 201
    assert case.decide("NO-GO", reason="Ten of a hundred tests fail.").status_code == 201
    assert ask(case).status_code == 201


def test_there_is_nothing_to_override_without_a_no_go(shop, cto):
    case = case_of(shop)
    case.cto = cto
    assert code(ask(case, accepts=["x"])) == "E_NOTHING_TO_OVERRIDE"
    case.gone()
    assert ask(case, accepts=["x"]).status_code == 409


def test_one_asking_at_a_time_and_it_can_be_given_up(no_go):
    override = asked(no_go)
    assert code(ask(no_go)) == "E_OVERRIDE_OPEN"
    ended = no_go.cto.post(f"/overrides/{override['key']}/end", {"reason": "We mend it instead, by Friday."})
    assert ended.status_code == 200, ended.content
    assert code(dissent(no_go, override)) == "E_OVERRIDE_ENDED"
    assert ask(no_go).status_code == 201


def test_a_side_that_stalls_is_escalated_once_and_never_signed_for(no_go):
    override = asked(no_go)
    late = now() + timedelta(hours=2, minutes=1)
    assert override["key"] not in jobs.to_escalate(now(), 10)
    assert list(jobs.to_escalate(late, 10)) == [override["key"]]
    for _ in range(2):
        jobs.escalate(override["key"], late)
    assert list(jobs.to_escalate(late, 10)) == []
    escalated = entries("decision:override:escalated")
    assert len(escalated) == 1
    assert "qa-lead" in escalated[0]["waits_for"]
    assert Override.objects.get(pk=override["key"]).closed_at is None
    assert receive(no_go, override).status_code == 200
    assert sign(no_go, override, no_go.cto, "cto").status_code == 201
    assert Decision.objects.filter(outcome="GO BY OVERRIDE").count() == 0


def test_an_override_that_is_about_the_past_ends_instead_of_escalating(no_go):
    override = asked(no_go)
    no_go.edit(build="4.3.0+18")
    jobs.escalate(override["key"], now() + timedelta(hours=3))
    row = Override.objects.get(pk=override["key"])
    assert row.closed_because == "what it was asked about has changed"
    assert row.escalated_at is None


def test_the_override_record_shows_both_signatures_in_every_form(no_go):
    done = overridden(no_go)
    decision = Decision.objects.get(override_id=done["key"])
    for form in ("html", "md", "pdf", "json"):
        answer = no_go.shop.owner.get(f"/decisions/{decision.key}/record.{form}")
        assert answer.status_code == 200, form
        assert answer.content == no_go.shop.owner.get(f"/decisions/{decision.key}/record.{form}").content
    shown = no_go.shop.owner.get(f"/decisions/{decision.key}/record.md").content.decode().replace("\\", "")
    for said in ("Override record", "Mira Tan", "Carla Ruiz", "I recommended no-go", "pass-rate", "NO-GO"):
        assert said in shown
    form = no_go.shop.owner.get(f"/decisions/{decision.key}/approvals/{done['signatures'][0]['key']}.html")
    assert form.status_code == 200
    assert no_go.shop.owner.get(f"/decisions/{decision.key}/approvals/{done['key']}.html").status_code == 404
    assert no_go.shop.stranger.get(f"/decisions/{decision.key}/record.html").status_code == 404


def test_the_no_go_message_says_what_it_takes(no_go):
    shown = no_go.shop.owner.get(f"/decisions/{no_go.no_go}/no-go.md").content.decode()
    assert "Quality shows failing payments." in shown
    assert "takes two signatures" in shown


def test_the_case_file_holds_the_override_and_its_statement(no_go):
    overridden(no_go)
    file = io.BytesIO()
    contents = case_files.export_release(file, release_key=no_go.key, at=now())
    statement = Override.objects.get().statement
    assert contents.blobs[statement] == "intact"
    assert contents.blobs[Decision.objects.get(outcome="GO BY OVERRIDE").record] == "intact"


def test_an_actor_of_the_office_itself_overrides_nothing(no_go):
    from flightrules.service.decisions.overrides import ask_override
    from flightrules.service.door.refusals import DeniedError

    with pytest.raises(DeniedError):
        ask_override(
            release=no_go.key,
            accepts=["pass-rate"],
            reason="A long enough reason for it.",
            by=actor_of(no_go.shop.manager),
            at=now(),
        )
