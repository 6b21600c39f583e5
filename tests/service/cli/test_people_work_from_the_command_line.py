"""Release manager, QA lead, product owner and CTO do their part from a terminal: inbox, poll, blocker, override,
emergency, board, obligations; each act is signed as at every other door.
"""

from __future__ import annotations

import json
from datetime import timedelta

from flightrules.service.blockers.models import Blocker
from flightrules.service.obligations.models import Obligation
from people_stories import now
from service.abuse.conftest import terminal  # noqa: F401 -- somebody at a terminal
from service.board.board_stories import LINK, Board
from service.decisions.deciding import case_of
from service.emergencies.conftest import REASON, emergency  # noqa: F401 -- a shop in trouble
from service.shop import junit

RELEASE = ["--product", "shop", "--release", "4.3.0"]
PRODUCT = ["--product", "shop"]


def done(ran):
    """What a command said that went well."""
    status, said = ran
    assert status == 0, said
    return said


def test_everybody_sees_what_waits_for_them_and_how_to_do_it(shop, terminal):  # noqa: F811
    case_of(shop)
    manager, qa, owner = terminal(shop.manager), terminal(shop.qa), terminal(shop.owner)
    assert "nothing waits for you" in done(qa("inbox", *PRODUCT, sign=False))
    status, said = manager("poll", "open", *RELEASE, sign=False)
    assert (status, "quality verdict: missing" in said, "missing: product owner" in said) == (6, True, True)
    status, said = qa("inbox", sign=False)
    assert (status, "flightrules signoff CHOICE --as qa-lead --release 4.3.0" in said) == (6, True)
    done(qa("signoff", "go", *RELEASE, "--as", "qa-lead"))
    status, said = owner("inbox", "--format", "json", sign=False)
    assert [one["what"] for one in json.loads(said)] == ["vote as product owner"]
    done(owner("signoff", "go", *RELEASE, "--as", "product-owner"))
    assert "decide: " in owner("inbox", sign=False)[1]
    status, said = manager("poll", "show", *RELEASE, sign=False)
    assert (status, "may be decided:" in said) == (0, True)
    done(manager("poll", "refresh", *RELEASE, sign=False))
    status, said = manager("poll", "close", *RELEASE, sign=False)
    assert (status, "error E_ARGUMENT: close needs --reason" in said) == (2, True), said
    assert "closed: postponed" in done(
        manager("poll", "close", *RELEASE, "--reason", "postponed", sign=False)
    )


def test_a_blocker_is_raised_shown_resolved_and_accepted(shop, terminal):  # noqa: F811
    case_of(shop)
    qa, owner = terminal(shop.qa), terminal(shop.owner)
    said = ["--title", "Vouchers twice", "--impact", "3 % of orders, EUR 900 a day", "--evidence", LINK]
    assert qa("blocker", "raise", *RELEASE, "--title", "x", sign=False)[0] == 2
    assert "open: Vouchers twice" in done(qa("blocker", "raise", *RELEASE, *said, sign=False))
    done(qa("blocker", "raise", *RELEASE, *said[:1], "Totals differ", *said[2:], sign=False))
    listed = done(owner("blocker", "list", *RELEASE, sign=False))
    assert "Vouchers twice: 3 % of orders" in listed
    first, second = (str(Blocker.objects.get(title=one).key) for one in ("Vouchers twice", "Totals differ"))
    done(qa("blocker", "resolve", first[:8], *RELEASE, "--said", "Mended in build 18", sign=False))
    terms = ["--mitigation", "Support checks by hand", "--owner", "Olga Petrova"]
    assert "accepted: Totals differ" in done(owner("blocker", "accept", second[:8], *RELEASE, *terms))
    states = json.loads(done(owner("blocker", "list", *RELEASE, "--format", "json", sign=False)))
    assert sorted(one["state"] for one in states) == ["accepted", "resolved"]
    assert owner("blocker", "resolve", "zz", *RELEASE, "--said", "x", sign=False)[0] == 2


def test_an_override_is_looked_at_received_and_given_up(shop, person, terminal):  # noqa: F811
    case = case_of(shop)
    shop.bring(case.key, "CI pipeline", junit(50, 50))
    shop.run(case.key)
    case.open()
    case.verdict("no-go", reason="Half of the nightly run fails.")
    assert case.decide("NO-GO", reason="Quality shows failures.").status_code == 201
    cto = terminal(person("cto", product="shop", name="Carla Ruiz"))
    draft = done(cto("override", "show", *RELEASE, sign=False))
    assert "to be accepted by name: pass-rate" in draft
    asked = ["--accept", "pass-rate", "--reason", "The contract date binds us; a flag keeps it off."]
    done(cto("decide", "override", *RELEASE, *asked, sign=False))
    status, said = cto("override", "show", *RELEASE, sign=False)
    assert (status, "lacking:" in said) == (6, True)
    assert "override receive --as cto-vp-eng" in cto("inbox", *PRODUCT, sign=False)[1]
    waits = terminal(shop.qa)("inbox", *PRODUCT, sign=False)[1]
    assert waits.count("flightrules signoff CHOICE --as qa-lead --release 4.3.0") == 2, (
        "the act, and its debt"
    )
    assert "Risk statement" in done(cto("override", "statement", *RELEASE, sign=False))
    assert "receipt confirmed" in done(cto("override", "receive", *RELEASE, "--as", "cto"))
    assert "signoff agree --as cto-vp-eng" in cto("inbox", *PRODUCT, sign=False)[1]
    assert "closed:" in done(cto("override", "end", *RELEASE, "--reason", "It waits for Monday.", sign=False))
    assert cto("override", "end", *RELEASE, "--reason", "again", sign=False)[0] == 2


def test_an_emergency_is_classified_and_its_list_worked_off(emergency, terminal):  # noqa: F811
    key = emergency.hotfix("4.3.0")
    cto, engineer = terminal(emergency.cto), terminal(emergency.engineer)
    stated = ["--reason", REASON, "--reference", "CVE-2026-12345", "--path", "src/pay/", "--author"]
    assert cto("emergency", "classify", *RELEASE, *stated, "Nobody At All")[0] == 2
    status, said = cto("emergency", "classify", *RELEASE, *stated, "Kim Baker")
    assert (status, "may change: src/pay/" in said, "missing" in said) == (6, True, True)
    waits = engineer("inbox", *PRODUCT, sign=False)[1]
    assert "emergency confirm rollback-tested --seconds N --link URL --release 4.3.0" in waits
    assert ("confirm reviewed" in waits, "confirm qa-agreed" in waits) == (True, False)
    assert "scope-locked: " in waits
    qa = terminal(emergency.shop.qa)
    assert "confirm qa-agreed --text TEXT" in qa("inbox", *PRODUCT, sign=False)[1]
    status, said = engineer("emergency", "confirm", "reviewed", *RELEASE, "--text", "Read line by line.")
    assert status == 6, said
    assert emergency.places(key)["reviewed"]["met"]
    assert "confirm reviewed" not in engineer("inbox", *PRODUCT, sign=False)[1]
    on_call = ["--person", "Ivo Stern", "--until", (now() + timedelta(hours=9)).isoformat()]
    engineer("emergency", "confirm", "on-call", *RELEASE, *on_call)
    assert emergency.places(key)["on-call"]["met"]
    qa("emergency", "confirm", "qa-agreed", *RELEASE, "--text", "Go, it is worse as it is.")
    assert emergency.places(key)["qa-agreed"]["met"]
    assert "emergency sign-off --text TEXT --release 4.3.0" in qa("inbox", *PRODUCT, sign=False)[1]
    assert qa("emergency", "sign-off", *RELEASE, "--text", "I have seen the runs; it may go.")[0] == 6
    figures = done(cto("emergency", "figures", *PRODUCT, sign=False))
    assert "with one more: 2 of 2 releases, counted as 10 as the history is short = 20 %" in figures
    assert "is no emergency any more" in done(cto("emergency", "end", *RELEASE, "--reason", "It can wait."))


def test_the_board_is_called_rates_votes_and_answers(shop, person, terminal, tmp_path):  # noqa: F811
    board = Board(shop, person)
    change = board.waiting()
    manager, qa, ops = terminal(shop.manager), terminal(shop.qa), terminal(board.ops)
    assert change in done(manager("board", "changes", *PRODUCT, sign=False))
    called = done(
        manager(
            "board",
            "call",
            *PRODUCT,
            "--change",
            change,
            "--at",
            now().isoformat(),
            "--format",
            "json",
            sign=False,
        )
    )
    session = json.loads(called)
    item = session["agenda"][0]["key"]
    area = {"rating": "green", "rationale": "Measured last night", "evidence": LINK}
    names = ("risk", "testing", "business_impact", "rollback", "operations")
    (tmp_path / "card.json").write_text(json.dumps(dict.fromkeys(names, area)))
    done(ops("board", "join", session["key"], sign=False))
    assert "no scorecard yet" in done(ops("board", "show", item, sign=False))
    done(qa("board", "score", item, "--scorecard", str(tmp_path / "card.json"), sign=False))
    assert ops("board", "vote", item, "--choice", "approved")[0] == 2
    assert "voted: approve" in done(ops("board", "vote", item, "--choice", "approve"))
    for who in (board.security, board.business):
        done(terminal(who)("board", "vote", item, "--choice", "approve"))
    answered = manager("board", "answer", item, "--choice", "approved", "--reason", "Tested twice.")
    assert "answered: approved" in done(answered)
    done(manager("board", "close", session["key"], sign=False))
    assert "held" in done(manager("board", "list", *PRODUCT, sign=False))
    assert manager("board", "show", "../me", sign=False)[0] == 2


def test_what_is_owed_is_listed_drafted_written_and_confirmed(shop, terminal):  # noqa: F811
    case_of(shop).gone()
    owed = Obligation.objects.get()
    owner, qa = terminal(shop.manager), terminal(shop.qa)  # the ticket belongs to who opened the release
    assert owed.what in done(owner("obligations", "list", *PRODUCT, sign=False))
    assert f"obligations pay {str(owed.key)[:8]}" in owner("inbox", sign=False)[1]
    draft = done(owner("obligations", "draft", str(owed.key)[:8], *PRODUCT, sign=False))
    assert "4.3.0" in draft
    assert owner("obligations", "pay", str(owed.key)[:8], *PRODUCT)[0] == 2
    done(owner("obligations", "pay", str(owed.key)[:8], *PRODUCT, "--text", draft))
    if owed.confirmer:
        said = done(qa("obligations", "confirm", str(owed.key)[:8], *PRODUCT))
        assert "confirmed" in said
    assert "nothing is owed" in done(owner("obligations", "list", *PRODUCT, sign=False))
    assert "4.3.0" in done(owner("obligations", "list", *PRODUCT, "--all", sign=False))
