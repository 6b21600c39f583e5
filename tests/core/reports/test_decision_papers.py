"""Papers of a decision: every signature with name, time and meaning, in every form; the same bytes each time."""

from __future__ import annotations

import copy
import io
import json
from datetime import UTC, datetime

import pytest

from flightrules.errors import LedgerError
from flightrules.reports import (
    approval_form,
    decision_record,
    html_page,
    markdown,
    no_go_decision,
    pdf,
    risk_statement,
)

NAMES = {"a" * 64: "Mira Tan", "b" * 64: "Ada Novak", "c" * 64: "Carla Ruiz"}
WROTE = {"e" * 64: "Payments were tried by hand on two phones."}
OPENINGS = NAMES | WROTE


def signed(role: str, choice: str, name: str, **changes) -> dict:
    return {
        "sign_off": f"so-{role}",
        "act": "vote",
        "role": role,
        "holder": f"p-{role}",
        "through": "grant",
        "person": f"p-{role}",
        "name": {"commitment": name * 64},
        "choice": choice,
        "meaning": f"Vote: {choice.upper()}; no known blockers.",
        "reason": None,
        "conditions": [],
        "dossier": {"sha256": "d" * 64},
        "at": "2026-11-21T12:00:00+00:00",
        "proved_at": "2026-11-21T11:59:30+00:00",
        "components": 2,
        "opened_at": "2026-11-21T11:50:00+00:00",
        "carried": "",
        "counts": True,
        "why_not": "",
        **changes,
    }


RECORD = {
    "v": 1,
    "kind": "flightrules-decision",
    "decision": "dec-1",
    "moment": "final",
    "outcome": "GO",
    "poll": "poll-1",
    "override": None,
    "release": {"key": "r", "product": "shop", "product_name": "Shop", "version": "4.3.0", "track": ""},
    "target": {
        "environment": "prod",
        "opens_at": "2026-12-01T08:00:00+00:00",
        "closes_at": "2026-12-01T10:00:00+00:00",
        "zone": "Europe/Berlin",
    },
    "rulebook": {"edition": 2, "sha256": "1" * 64, "meaning": "2" * 64},
    "artefacts": [{"name": "shop.tar.gz", "sha256": "3" * 64}],
    "dossier": {"sha256": "d" * 64},
    "gates": [
        {
            "gate": "exit",
            "outcome": "GO",
            "stale": "",
            "run": "run-1",
            "reports": {"json": {"sha256": "4" * 64}},
            "blockers": [],
            "cautions": [],
        }
    ],
    "asked": {},
    "verdict": signed("qa-lead", "go", "a", act="verdict"),
    "votes": [signed("product-owner", "go", "b")],
    "missing": [],
    "dissent": [],
    "conditions": [],
    "blockers": [],
    "waivers": [],
    "acceptances": [],
    "defects": [],
    "cautions": [],
    "reasons": [],
    "remediation": [],
    "decided": signed("product-owner", "go", "b", act="authorisation", sign_off="so-decided"),
    "decided_at": "2026-11-21T12:05:00+00:00",
    "valid_until": "2026-12-01T10:00:00+00:00",
}


def record(**changes) -> dict:
    return {**copy.deepcopy(RECORD), **changes}


NO_GO = record(
    outcome="NO-GO",
    votes=[
        signed("product-owner", "go", "b"),
        signed("operations", "no-go", "c", meaning="Vote: NO-GO, for the reason given."),
    ],
    dissent=[{"role": "operations", "choice": "no-go", "sign_off": "so-operations"}],
    reasons=[{"kind": "vote_no_go", "text": "operations voted NO-GO"}],
    remediation=["operations voted NO-GO"],
    decided=signed(
        "product-owner", "no-go", "b", reason={"commitment": "e" * 64}, meaning="Final decision: NO-GO."
    ),
    defects=[
        {
            "number": "PROJ-7",
            "severity": "P1",
            "title": "Orders vanish",
            "state": "open",
            "decision": "blocks",
        }
    ],
)
OVERRIDE = NO_GO | {
    "outcome": "GO BY OVERRIDE",
    "override": "ov-1",
    "override_record": {
        "of_at": "2026-11-21T12:05:00+00:00",
        "asked_at": "2026-11-21T12:10:00+00:00",
        "receipt_by": "p-cto",
        "receipt_at": "2026-11-21T12:20:00+00:00",
        "statement": {"sha256": "5" * 64},
        "criteria": ["pass-rate"],
        "defects": ["PROJ-7"],
        "blockers": [],
        "signatures": [
            signed(
                "qa-lead",
                "dissent-acknowledged",
                "a",
                act="override",
                meaning="Override: I recommended no-go.",
                sign_off="so-q",
            ),
            signed(
                "cto",
                "agree",
                "c",
                act="override",
                meaning="Override: I accept each of the 2 items.",
                sign_off="so-a",
            ),
        ],
    },
}


def forms(document) -> dict[str, str]:
    return {"html": html_page.page(document), "md": markdown.written(document).replace("\\", "")}


@pytest.mark.parametrize("form", ["html", "md"])
def test_every_signature_shows_its_printed_name_time_with_zone_and_meaning(form):
    shown = forms(decision_record.document(OVERRIDE, OPENINGS))[form]
    for name in ("Mira Tan", "Ada Novak", "Carla Ruiz"):
        assert name in shown
    assert "2026-11-21 12:00 UTC" in shown
    for one in approval_form.signatures_in(OVERRIDE).values():
        assert one["meaning"] in shown


def test_a_go_says_who_decided_and_on_what():
    shown = forms(decision_record.document(record(), OPENINGS))["md"]
    assert "Final decision by product owner (Ada Novak) on 2026-11-21 12:00 UTC." in shown
    for said in ("Decision record", "Shop 4.3.0", "d" * 64, "3" * 64, "edition 2", "Europe/Berlin", "prod"):
        assert said in shown
    assert "Nobody dissented." in shown


def test_an_override_says_so_neutrally_and_names_everything():
    shown = forms(decision_record.document(OVERRIDE, OPENINGS))["md"]
    for said in ("Override record", "GO BY OVERRIDE", "pass-rate", "PROJ-7", "5" * 64, "two signatures"):
        assert said in shown
    for judging in ("bypass", "violation", "failure", "despite", "ignored"):
        assert judging not in shown.casefold()


def test_dissent_is_told_whatever_was_decided():
    shown = forms(decision_record.document(OVERRIDE, OPENINGS))["md"]
    assert "operations (Carla Ruiz): Vote: NO-GO, for the reason given." in shown


def test_an_erased_name_leaves_the_signature():
    shown = forms(decision_record.document(record(), {}))["md"]
    assert shown.count("name erased") >= 3
    assert "no known blockers" in shown


def test_what_a_signature_rests_on_is_remarked():
    lent = signed("operations", "go-with-conditions", "c", person="other", through="delegation")
    lent |= {"conditions": ["backup of orders done within 2h"], "carried": "relies on target"}
    lost = signed("security", "go", "c", counts=False, why_not="role_lost", reason={"commitment": "f" * 64})
    shown = forms(decision_record.document(record(votes=[lent, lost], missing=["security"]), OPENINGS))["md"]
    for said in (
        "for the holder of the role, by delegation",
        "on 1 condition: backup of orders done within 2h",
        "carried over by the rule relies on target",
        "does not count: role lost",
        "reason erased",
        "Asked and not heard: security.",
    ):
        assert said in shown


def test_conditions_waivers_acceptances_blockers_and_cautions_are_listed():
    full = record(
        outcome="CONDITIONAL GO",
        conditions=["flag new-checkout <= 20 %"],
        waivers=[{"criterion": "coverage", "expires_at": "2026-12-24T00:00:00+00:00", "roles": ["qa-lead"]}],
        acceptances=[
            {
                "defect": "PROJ-9",
                "severity": "P2",
                "expires_at": "2026-12-24T00:00:00+00:00",
                "roles": ["qa-lead"],
            }
        ],
        blockers=[
            {"key": "b", "title": "Printer", "state": "accepted", "raised_at": "2026-11-20T09:00:00+00:00"}
        ],
        cautions=["decided without an authorisation before"],
        gates=[],
        verdict=None,
    )
    shown = forms(decision_record.document(full, OPENINGS))["md"]
    for said in (
        "on 1 condition checked at deployment",
        "flag new-checkout <= 20 %",
        "coverage is waived until 2026-12-24 00:00 UTC, by QA lead",
        "PROJ-9 (P2) is accepted",
        "Blocker Printer: accepted",
        "decided without an authorisation before",
        "No gate was judged.",
    ):
        assert said in shown.replace("&lt;", "<"), said


def test_the_no_go_message_is_short_and_complete():
    shown = forms(no_go_decision.document(NO_GO, OPENINGS))["md"]
    for said in (
        "does not go to prod now: 1 item stands against it.",
        "Payments were tried by hand",
        "operations voted NO-GO",
        "PROJ-7 (P1) Orders vanish would reach users",
        "flag off, or descoped",
        "takes two signatures",
    ):
        assert said in shown
    assert len(shown.split()) < 350


def test_many_reasons_are_cut_and_none_is_made_up():
    many = NO_GO | {
        "remediation": [f"reason {number}" for number in range(9)],
        "reasons": [],
        "defects": [],
        "decided": signed("product-owner", "no-go", "b"),
    }
    shown = forms(no_go_decision.document(many, OPENINGS))["md"]
    for said in (
        "and 3 more, in the decision record",
        "No reason was written.",
        "Effect on users and revenue is not stated.",
        "Release without what does not meet the criteria: flag off",
        "Recommendation: delay",
    ):
        assert said in shown


def test_the_risk_is_told_in_the_words_of_the_records_and_never_made_up():
    stakes = [
        {"what": "PROJ-7 (P1) Orders vanish", "affected_users": "3 % of orders", "business_impact": ""},
        {"what": "Printer", "affected_users": "", "business_impact": "EUR 900 a day"},
        {"what": "PROJ-8 (P1) Slow", "affected_users": "", "business_impact": ""},
    ]
    shown = forms(no_go_decision.document(NO_GO | {"at_stake": stakes}, OPENINGS))["md"]
    for said in (
        "PROJ-7 (P1) Orders vanish: 3 % of orders",
        "Printer: EUR 900 a day",
        "PROJ-8 (P1) Slow: effect on users and revenue not stated",
    ):
        assert said in shown
    silent = forms(no_go_decision.document(NO_GO | {"at_stake": []}, OPENINGS))["md"]
    assert "Effect on users and revenue is not stated." in silent


def test_there_is_no_no_go_to_send_for_a_go():
    document = no_go_decision.document(record(), OPENINGS)
    assert document.sections == ()
    assert document.banner.sentence == "There is no no-go to send."


def test_the_form_of_one_signatory_says_what_that_one_signed():
    shown = forms(approval_form.document(OVERRIDE, OPENINGS, "so-q"))["md"]
    for said in ("Approval form", "DISSENT ACKNOWLEDGED", "I recommended no-go.", "Mira Tan", "PROJ-7 (P1)"):
        assert said in shown
    clear = forms(approval_form.document(record(), OPENINGS, "so-product-owner"))["md"]
    assert "no known blockers" in clear
    assert "None is known." in clear


def test_a_form_never_says_that_no_risk_is_known_where_one_is():
    blocked = [{**RECORD["gates"][0], "outcome": "NO-GO", "blockers": ["coverage FAIL: 74 %"]}]
    against = NO_GO | {"gates": blocked, "defects": []}
    accepted = record(
        acceptances=[{"defect": "PROJ-9", "severity": "P2", "expires_at": "", "roles": ["qa-lead", "cto"]}]
    )
    for held, sign_off, risk in (
        (against, "so-qa-lead", "coverage FAIL: 74 %"),
        (OVERRIDE | {"defects": []}, "so-a", "The override accepts criteria by name: pass-rate"),
        (OVERRIDE | {"defects": []}, "so-a", "The override accepts defects by name: PROJ-7"),
        (accepted, "so-product-owner", "PROJ-9 (P2) is accepted by QA lead and CTO"),
    ):
        shown = forms(approval_form.document(held, OPENINGS, sign_off))["md"]
        assert risk in shown
        assert "None is known." not in shown


def test_a_form_lists_the_defects_that_ship_and_no_risk_that_was_accepted_after_it_was_signed():
    rounding = {"id": "PROJ-17", "severity": "P3", "title": "One cent is lost", "decision": "ships, tracked"}
    ships = forms(approval_form.document(record(shipping=[rounding]), OPENINGS, "so-product-owner"))["md"]
    assert "PROJ-17 (P3) One cent is lost: ships, tracked" in ships
    before = forms(approval_form.document(OVERRIDE, OPENINGS, "so-qa-lead"))["md"]
    assert "The override accepts" not in before


def test_what_ships_is_named_once_in_the_record():
    known = {"number": "PROJ-9", "severity": "P2", "title": "Slow", "state": "open", "decision": "accepted"}
    found = [
        {"id": number, "severity": "P3", "title": "Old", "decision": "ships, tracked"}
        for number in ("PROJ-9", "PROJ-17")
    ]
    shown = forms(decision_record.document(record(defects=[known], shipping=found), OPENINGS))["md"]
    assert shown.count("PROJ-9") == shown.count("PROJ-17") == 1


def test_a_blocker_that_is_overridden_is_named_by_its_title():
    blocker = {"key": "b-1", "title": "Printer", "state": "open", "raised_at": "2026-11-21T12:01:00+00:00"}
    held = OVERRIDE | {
        "blockers": [blocker],
        "override_record": OVERRIDE["override_record"] | {"blockers": ["b-1"]},
    }
    shown = forms(decision_record.document(held, OPENINGS))["md"]
    assert "Blockers that were accepted by name: Printer." in shown
    assert "The override accepts blockers by name: Printer" in shown


def test_an_override_names_who_received_the_risk_statement():
    shown = forms(decision_record.document(OVERRIDE, OPENINGS))["md"]
    assert "2026-11-21 12:20 UTC by CTO, Carla Ruiz" in shown


def test_the_record_of_an_emergency_tells_why_it_was_one_and_how_its_list_stood():
    emergency = {
        "track": "emergency",
        "role": "cto",
        "at": "2026-11-21T10:00:00+00:00",
        "reason": {"commitment": "e" * 64},
        "reference": "PROJ-441",
        "paths": ["src/pay/", "tests/pay/"],
        "share": "1 of 20 releases, 5 %",
        "points": [
            {"point": "on-call", "title": "Somebody is on call", "met": True, "why": "until 14:00 UTC"},
            {"point": "reviewed", "title": "Reviewed", "met": False, "why": "nobody has signed"},
        ],
    }
    release = RECORD["release"] | {"track": "emergency", "release_class": "minor"}
    quick = record(emergency=emergency, release=release)
    shown = forms(decision_record.document(quick, OPENINGS))["md"]
    for said in (
        "minor, emergency",
        "2026-11-21 10:00 UTC by CTO",
        "Payments were tried by hand",
        "PROJ-441",
        "src/pay/ and tests/pay/",
        "1 of 20 releases",
        "until 14:00 UTC",
    ):
        assert said in shown, said
    erased = forms(decision_record.document(quick, NAMES))["md"]
    assert "reason erased" in erased


def test_an_override_record_counts_what_it_accepts_among_the_accepted_risks():
    shown = forms(decision_record.document(OVERRIDE, OPENINGS))["md"]
    assert "Nothing is waived or accepted." not in shown
    assert "The override accepts defects by name: PROJ-7" in shown


def test_a_no_go_is_not_valid_until_the_moment_of_its_own_decision():
    ended = NO_GO | {"valid_until": NO_GO["decided_at"]}
    assert "Valid until" not in forms(decision_record.document(ended, OPENINGS))["md"]
    assert "Valid until" in forms(decision_record.document(record(), OPENINGS))["md"]


def test_roles_are_named_in_words():
    shown = forms(decision_record.document(record(missing=["product-owner", "cto_vp_eng"]), OPENINGS))["md"]
    assert "Asked and not heard: product owner and CTO or VP of engineering." in shown


def test_a_signature_that_the_record_does_not_hold_has_no_form():
    with pytest.raises(LedgerError, match="no such signature"):
        approval_form.document(record(), OPENINGS, "so-stranger")


STATEMENT = risk_statement.drafted(
    {
        "release": {"key": "r", "product_name": "Shop", "version": "4.3.0", "track": ""},
        "target": RECORD["target"],
        "gates": [
            {"gate": "exit", "statuses": {"pass-rate": "FAIL"}, "blockers": ["pass rate 96 %, target 97 %"]}
        ],
    },
    digest="d" * 64,
    criteria=["pass-rate", "unknown"],
    defects=[
        {"number": "PROJ-7", "title": "Orders vanish", "severity": "P1", "affected_users": "3 % of orders"},
    ],
    blockers=[{"key": "b", "title": "Printer", "business_impact": "EUR 900 a day"}],
    recommended="NO-GO",
    at=datetime(2026, 11, 21, 12, 10, tzinfo=UTC),
)


def test_a_risk_statement_names_each_item_and_what_nobody_has_stated():
    shown = forms(risk_statement.document(STATEMENT))["md"]
    for said in (
        "2 criteria not met, 1 open defect that blocks and 1 open blocker",
        "FAIL",
        "NOT JUDGED",
        "pass rate 96 %, target 97 %",
        "3 % of orders",
        "not stated",
        "Printer: EUR 900 a day",
        "received and read",
    ):
        assert said in shown
    assert json.loads(json.dumps(STATEMENT)) == STATEMENT


def test_a_risk_statement_of_nothing_says_so():
    empty = STATEMENT | {"criteria": [], "defects": [], "blockers": []}
    assert "nothing that is recorded against it" in forms(risk_statement.document(empty))["md"]


@pytest.mark.parametrize(("form", "markup"), [("html", "<script>alert"), ("md", "[x](javascript")])
def test_a_hostile_name_stays_a_name(form, markup):
    hostile = "<script>alert(1)</script> [x](javascript:alert(1))"
    bad = record(release=RECORD["release"] | {"product_name": hostile})
    document = decision_record.document(bad, {"a" * 64: hostile, "b" * 64: hostile})
    write = html_page.page if form == "html" else markdown.written
    assert markup not in write(document)


def test_the_same_record_gives_the_same_bytes():
    first, second = (
        forms(decision_record.document(copy.deepcopy(OVERRIDE), dict(OPENINGS))) for _ in range(2)
    )
    assert first == second


def test_in_print_it_holds_the_signatures_and_the_record_itself():
    pytest.importorskip("typst", reason="the extra flightrules[pdf] is not installed")
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    document = decision_record.document(OVERRIDE, OPENINGS)
    at = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
    data = pdf.paper(document, json.dumps(OVERRIDE), at)
    assert data == pdf.paper(document, json.dumps(OVERRIDE), at)
    read = pypdf.PdfReader(io.BytesIO(data))
    words = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    for said in ("Mira Tan", "2026-11-21 12:00 UTC", "I recommended no-go.", "GO BY OVERRIDE"):
        assert said in words
    assert json.loads(read.attachments["report.json"][0]) == OVERRIDE
