"""From an empty office to a signed decision with nothing but commands, and the other parts that people have there."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from flightrules.service.people.models import RoleGrant
from people_stories import now
from service.board.board_stories import Board
from service.shop import RULEBOOK, coverage, junit, tracker

PRODUCT = ["--product", "shop"]
RELEASE = [*PRODUCT, "--release", "4.3.0"]
SOON = (now() + timedelta(days=3)).isoformat()


def done(ran, code=0):
    """What a command said that went as it should."""
    status, said = ran
    assert status == code, said
    return said


def answer(said):
    """The JSON on stdout; what was signed stands on stderr, behind it."""
    return json.JSONDecoder().raw_decode(said)[0]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the rulebook lies, the evidence beside it, and what is shipped."""
    monkeypatch.chdir(tmp_path)
    for name, data in (
        (".flightrules.yml", RULEBOOK.encode()),
        ("smoke.xml", junit(20, suite="smoke")),
        ("junit.xml", junit(100)),
        ("coverage.xml", coverage(70)),
        ("tracker.json", tracker()),
        ("shop.whl", b"a wheel"),
    ):
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_from_nothing_to_a_signed_decision(shop, terminal, folder):
    manager, qa, owner = terminal(shop.manager), terminal(shop.qa), terminal(shop.owner)
    engineering = terminal(shop.engineering)
    assert "no rulebook" in done(qa("rulebook", "show", *PRODUCT, sign=False), 2)
    asked = ["--file", ".flightrules.yml", "--reason", "The first one"]
    said = done(qa("rulebook", "propose", *PRODUCT, *asked, sign=False), 6)
    assert "asked: product-owner, with flightrules rulebook sign 1 --as product-owner" in said
    assert "rulebook sign 1 --as qa-lead --product shop" in done(qa("inbox", sign=False), 6)
    other = qa("rulebook", "sign", *PRODUCT, "--as", "qa-lead", "--file", "shop.whl")
    assert "E_RULEBOOK_OTHER" in done(other, 2)
    done(qa("rulebook", "sign", *PRODUCT, "--as", "QA lead", "--file", ".flightrules.yml"), 6)
    assert "nothing waits for you" in done(qa("inbox", sign=False))
    done(engineering("rulebook", "sign", *PRODUCT, "--as", "engineering-lead"), 6)
    said = done(owner("rulebook", "sign", *PRODUCT, "--as", "product-owner", "--format", "json"))
    assert answer(said)["state"] == "adopted"
    assert "signed: QA lead, Mira Tan" in done(owner("rulebook", "show", *PRODUCT, sign=False))
    assert done(owner("rulebook", "source", *PRODUCT, sign=False)) == RULEBOOK

    facts = ["--target", "prod", "--security-impact", "None", "--rollback-method", "The one before"]
    window = ["--opens", (now() - timedelta(hours=1)).isoformat(), "--closes", SOON, "--zone", "UTC"]
    said = done(manager("release", "open", *RELEASE, *facts, *window, sign=False))
    assert "lacks: a way back: its method and who owns it" in said
    more = [
        "--justification",
        "Shops ask for it",
        "--scope",
        "Vouchers",
        "--ticket",
        "SHOP-7=https://t.example.org/7",
    ]
    done(manager("release", "edit", *RELEASE, "--rollback-owner", "release-manager", *more, sign=False))
    named = ["--name", "shop.whl", "--artefact", "shop.whl"]
    assert "lacks" not in done(manager("release", "artefact", *RELEASE, *named, sign=False))
    assert "NO-GO" in done(engineering("push", *RELEASE, sign=False), 1)

    terms = ["--reason", "A new module", "--control", "Tests by hand", "--until", SOON]
    done(qa("waive", "coverage", *RELEASE, "--as", "qa-lead", *terms))
    assert "CONDITIONAL GO" in done(qa("judge", *RELEASE, sign=False))
    why = ["--reason", "The tests are there"]
    assert "it counts again" in done(qa("exceptions", "end", "coverage", *RELEASE, *why))
    assert "waiver  coverage  ended" in done(qa("exceptions", "list", *RELEASE, sign=False))
    assert "E_ARGUMENT" in done(qa("exceptions", "end", "coverage", *RELEASE, *why), 2)
    (folder / "coverage.xml").write_bytes(coverage(90))
    assert ": GO" in done(engineering("push", *RELEASE, sign=False))

    assert ": GO" in done(qa("judge", *RELEASE, "--gate", "entry", sign=False))
    assert "test clock: runs" in done(manager("release", "show", *RELEASE, sign=False))
    done(manager("poll", "open", *RELEASE, sign=False), 6)
    done(qa("signoff", "go", *RELEASE, "--as", "qa-lead"))
    done(owner("signoff", "go", *RELEASE, "--as", "product-owner"))
    assert "decided: GO" in done(owner("decide", "go", *RELEASE))
    listed = done(owner("release", "list", *PRODUCT, sign=False)).splitlines()
    assert listed[1].split()[1:4] == ["decided", "go", "GO"]
    done(manager("gate", "--artefact", "shop.whl", "--environment", "prod", sign=False))


@pytest.mark.slow
def test_registers_and_checklists_are_kept(shop, terminal):
    shop.adopt()
    shop.release()
    qa, manager, product = terminal(shop.qa), terminal(shop.manager), terminal(shop.product_manager)
    known = ["--title", "Totals differ", "--severity", "P2"]
    done(qa("defect", "record", "PROJ-441", *PRODUCT, *known, sign=False))
    assert "owner: Jonas" in done(
        qa("defect", "change", "PROJ-441", *PRODUCT, "--owner", "Jonas", sign=False)
    )
    assert "PROJ-441  P2        open   Totals differ" in done(qa("defect", "list", *PRODUCT, sign=False))
    assert "owner: Jonas" in done(qa("defect", "show", *PRODUCT, "PROJ-441", sign=False))
    assert "1 listed" in done(manager("defect", "confirm", *RELEASE, sign=False))
    terms = ["--affected-users", "3 %", "--business-impact", "EUR 900", "--mitigation", "Support"]
    terms += ["--monitoring", "A dashboard", "--target", SOON[:10], "--until", SOON]
    done(qa("accept", "PROJ-441", *RELEASE, "--as", "qa-lead", *terms))
    said = done(product("inbox", *PRODUCT, sign=False), 6)
    assert "flightrules accept PROJ-441 --as product-manager" in said
    assert "product-manager missing" in done(qa("exceptions", "list", *RELEASE, sign=False))
    why = ["--reason", "It is worse than thought"]
    assert "acceptance of PROJ-441" in done(qa("exceptions", "end", "PROJ-441", *RELEASE, *why))

    facts = ["--title", "Shops close early", "--impact", "high", "--probability", "low", "--owner", "Mira"]
    facts += ["--review-on", SOON[:10]]
    assert "asks for: watch it" in done(manager("risk", "record", *RELEASE, *facts, sign=False))
    assert "E_ARGUMENT" in done(manager("risk", "record", *RELEASE, sign=False), 2)
    done(manager("risk", "change", "Shops close early", *RELEASE, "--impact", "low", sign=False))
    done(manager("risk", "close", "Shops close early", *RELEASE, sign=False))
    assert "closed" in done(manager("risk", "list", *RELEASE, sign=False))

    assert "entry: 6 items" in done(qa("checklist", "shipped", *PRODUCT, sign=False))
    done(qa("checklist", "start", "own", *RELEASE, "--item", "Shops are told", sign=False), 6)
    rows = json.loads(done(qa("checklist", "list", *RELEASE, "--format", "json", sign=False), 6))
    item = rows[0]["key"][:8]
    done(qa("checklist", "assign", item, *RELEASE, "--owner", "Mira", sign=False), 6)
    done(qa("checklist", "tick", item, *RELEASE, "--evidence", "https://ci.example.org/1", sign=False))
    done(qa("checklist", "untick", item, *RELEASE, sign=False), 6)
    done(manager("release", "withdraw", *RELEASE, "--reason", "Not now", sign=False))
    assert "withdrawn" in done(qa("release", "list", *PRODUCT, sign=False))
    assert "prod" in done(qa("product", "environments", "shop", sign=False))


def test_people_get_roles_and_lose_them(shop, person, terminal):
    admin, qa = terminal(person("administrator", "viewer", name="Nora Vik")), terminal(shop.qa)
    asked = ["--email", "kim@example.org", "--role", "engineer", *PRODUCT]
    said = answer(done(admin("people", "invite", "Kim Baker", *asked, "--format", "json")))
    assert said["link"].endswith(said["path"])
    assert "Kim Baker" in done(admin("people", "list", sign=False))
    done(admin("people", "grant", "kim@example.org", "--role", "viewer", *PRODUCT, "--until", SOON))
    assert "viewer in shop" in done(admin("people", "show", "Kim Baker", sign=False))
    done(admin("people", "end", "Kim Baker", "--role", "viewer", *PRODUCT, sign=False))
    assert RoleGrant.objects.get(role="viewer", product="shop").revoked_at is not None
    done(admin("people", "disable", "Kim Baker", "--reason", "Left", sign=False))
    assert "may sign in again" in done(admin("people", "enable", "Kim Baker"))
    assert "engineering-lead" in done(qa("people", "holders", *PRODUCT, sign=False))
    assert "there is no person Nobody" in done(admin("people", "show", "Nobody", sign=False), 2)


@pytest.mark.slow
def test_people_stand_in_for_each_other(shop, person, terminal):
    admin, qa = terminal(person("administrator", "viewer", name="Nora Vik")), terminal(shop.qa)
    stood = ["--for", "Mira Tan", "--role", "qa-lead", *PRODUCT]
    assert "stands in for Mira Tan" in done(admin("deputy", "name", "Jonas Weber", *stood))
    assert "Jonas Weber for Mira Tan" in done(qa("deputy", "list", *PRODUCT, sign=False))
    (row,) = json.loads(done(qa("deputy", "list", *PRODUCT, "--format", "json", sign=False)))
    done(admin("deputy", "end", row["key"][:8], *PRODUCT, sign=False))
    lent = ["--to", "Jonas Weber", "--role", "qa-lead", *PRODUCT, "--until", SOON, "--reason", "Holidays"]
    assert "lent from" in done(qa("delegate", "lend", *lent))
    (row,) = json.loads(done(qa("delegate", "list", "--format", "json", sign=False)))
    assert "ended" in done(qa("delegate", "end", row["key"][:8], sign=False))
    said = done(admin("team", "open", "qa", "--member", "Mira Tan", *PRODUCT, sign=False))
    assert "qa: 1 in it" in said
    both = ["--member", "Mira Tan", "--member", "Jonas Weber"]
    assert "quality: 2 in it" in done(
        admin("team", "change", "qa", "--name", "quality", *both, *PRODUCT, sign=False)
    )
    assert "quality" in done(qa("team", "list", *PRODUCT, sign=False))
    assert "qa-led, version 0, as it ships" in done(qa("rasci", "show", *PRODUCT, sign=False))
    assert "cab-led, version 1, agreed" in done(
        qa("rasci", "agree", *PRODUCT, "--preset", "cab-led", sign=False)
    )
    assert "no JSON" in done(
        qa("rasci", "agree", *PRODUCT, "--preset", "custom", "--activities", __file__, sign=False), 2
    )


@pytest.mark.slow
def test_a_change_goes_through_its_states_and_a_meeting_keeps_its_minutes(shop, person, terminal):
    Board(shop, person)
    qa, manager = terminal(shop.qa), terminal(shop.manager)
    facts = ["--title", "Vouchers in the till", "--category", "application", "--risk", "A wrong total"]
    facts += ["--rollback-owner", "Olga", "--rollback-minutes", "12"]
    said = done(qa("change", "raise", *RELEASE, *facts, sign=False))
    assert "normal, new" in said
    (row,) = json.loads(done(qa("change", "list", *PRODUCT, "--format", "json", sign=False)))
    change = row["key"][:8]
    assert "to assess: nothing is lacking" in done(qa("change", "show", change, *PRODUCT, sign=False))
    assert "reason: They ask" in done(
        qa("change", "edit", change, *PRODUCT, "--reason", "They ask", sign=False)
    )
    assert "normal, assess" in done(qa("change", "submit", change, *PRODUCT, sign=False))
    assert "E_CHANGE" in done(qa("change", "move", change, *PRODUCT, "--to", "scheduled", sign=False), 2)
    assert "E_CHANGE" in done(manager("change", "implement", change, *PRODUCT, sign=False), 2)
    assert "canceled" in done(qa("change", "move", change, *PRODUCT, "--to", "canceled", sign=False))
    assert "no go" not in done(qa("change", "template", *PRODUCT, "--title", "A new price", sign=False))

    called = done(manager("meeting", "call", *RELEASE, "--at", now().isoformat(), sign=False))
    assert "item 1: tests" in called
    assert "came: Mira Tan (QA lead)" in done(qa("meeting", "join", *RELEASE, sign=False))
    assert "left" in done(qa("meeting", "leave", *RELEASE, sign=False))
    assert "E_ARGUMENT" in done(manager("meeting", "minutes", *RELEASE, sign=False), 2)
    done(manager("meeting", "close", *RELEASE, "--first", "A decision", sign=False))
    assert "# Go/no-go meeting: shop 4.3.0" in done(qa("meeting", "minutes", *RELEASE, sign=False))
    assert "DEFERRED" in done(qa("meeting", "list", *RELEASE, sign=False))
