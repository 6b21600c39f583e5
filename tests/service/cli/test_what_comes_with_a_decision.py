"""Around a decision: votes that change, conditions that are shown to hold, papers, evidence, a release opened again."""

from __future__ import annotations

import json

import pytest

from service.decisions.deciding import case_of

RELEASE = ["--product", "shop", "--release", "4.3.0"]
FLAG, WATCH = "flag checkout <= 20 %", "confirmed by qa-lead: the helpdesk knows"


def done(ran, code=0):
    """What a command said that went as it should."""
    status, said = ran
    assert status == code, said
    return said


@pytest.mark.slow
def test_a_vote_is_changed_conditions_are_shown_and_papers_are_saved(shop, terminal, tmp_path):
    case_of(shop)
    manager, qa, owner = terminal(shop.manager), terminal(shop.qa), terminal(shop.owner)
    done(manager("poll", "open", *RELEASE, sign=False), 6)
    done(qa("signoff", "go", *RELEASE, "--as", "qa-lead"))
    again = ["signoff", "go-with-conditions", *RELEASE, "--as", "product-owner", "--change"]
    assert "no vote of yours" in done(owner(*again, "--condition", FLAG), 2)
    assert "nothing is decided yet" in done(
        owner("papers", "record", *RELEASE, "--out", str(tmp_path / "r.md"), sign=False), 2
    )
    done(owner("signoff", "go", *RELEASE, "--as", "product-owner"))
    assert "GO WITH CONDITIONS" in done(owner(*again, "--condition", FLAG, "--condition", WATCH))
    assert "flightrules decide OUTCOME --release 4.3.0" in done(owner("inbox", sign=False), 6)
    done(owner("decide", "conditional-go", *RELEASE))
    to_say = f"flightrules condition confirm '{WATCH}' --release 4.3.0"
    assert to_say in done(qa("inbox", sign=False), 6)
    assert f"condition: {FLAG}" in done(qa("condition", "list", *RELEASE, sign=False))
    read = ["condition", "read", "flag checkout", *RELEASE, "--value", "20", "--unit", "%"]
    assert "flag checkout: 20%" in done(qa(*read, sign=False))
    assert "by QA lead" in done(qa("condition", "confirm", WATCH, *RELEASE, "--refuse"))
    assert "by QA lead" in done(qa("condition", "confirm", WATCH, *RELEASE))
    assert to_say not in qa("inbox", sign=False)[1]
    assert "E_CONDITION_NOT_ASKED" in done(
        qa("condition", "confirm", "confirmed by qa-lead: all", *RELEASE), 2
    )

    listed = json.loads(done(owner("papers", "list", *RELEASE, "--format", "json", sign=False)))
    paper = str(tmp_path / "record.md")
    done(owner("papers", "record", *RELEASE, "--out", paper, sign=False))
    with open(paper, encoding="utf-8") as file:
        assert file.read().startswith("# Decision record")
    vote = next(one["key"] for one in listed["sign_offs"] if one["act"] == "vote" and not one["voided_at"])
    form = str(tmp_path / "approval.html")
    done(owner("papers", "approval", vote[:8], *RELEASE, "--out", form, sign=False))
    assert "E_OUTPUT" in done(owner("papers", "record", *RELEASE, "--out", "record.txt", sign=False), 2)
    report = tmp_path / "report.pdf"
    done(owner("papers", "report", "exit", *RELEASE, "--out", str(report), sign=False))
    assert report.read_bytes().startswith(b"%PDF")
    for act in (("report", "nightly"), ("statement",)):
        assert "E_ARGUMENT" in done(owner("papers", *act, *RELEASE, "--out", str(report), sign=False), 2)

    why = ["--reason", "A late finding"]
    assert "in-test" in done(manager("release", "reopen", *RELEASE, *why, sign=False))
    out = ["--out", str(tmp_path / "saved.xml")]
    name = json.loads(done(qa("evidence", "list", *RELEASE, "--format", "json", sign=False)))[0]["name"]
    assert "saved: " in done(qa("evidence", "save", name, *RELEASE, *out, sign=False))
    assert "taken out" in done(qa("evidence", "take-out", name, *RELEASE, *why, sign=False))
    assert "taken out" in done(qa("evidence", "list", *RELEASE, sign=False))
