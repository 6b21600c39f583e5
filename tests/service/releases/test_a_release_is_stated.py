"""A release says what goes out, when and why; nobody overwrites unseen, and nothing is approved half stated."""

from __future__ import annotations

import pytest

from flightrules.service.records.models import Entry
from service.shop import DIGEST, EFFECTS, OTHER_DIGEST, RULEBOOK

FACTS = {
    "release_class": "minor",
    "track": "standard",
    "justification": "One order in four is abandoned when the delivery costs appear.",
    "scope_in": ["Free delivery from EUR 50"],
    "scope_out": ["Gift cards"],
    "tickets": [{"title": "PROJ-1", "url": "https://tracker.example/PROJ-1"}],
    "opens_at": "2027-03-01T09:00:00",
    "closes_at": "2027-03-01T11:00:00",
    "zone": "Europe/Berlin",
}


def test_what_was_stated_comes_back_and_is_on_record_without_free_text(shop):
    made = shop.release(**FACTS)
    read = shop.qa.get(f"/releases/{made['key']}").json()
    assert read["state"] == "draft"
    assert read["opens_at"].startswith("2027-03-01T08:00:00")
    assert read["zone"] == "Europe/Berlin"
    assert read["lacks_for_approval"] == ["the digest of an artefact"]
    body = bytes(Entry.objects.get(tag="release:release:opened").body).decode()
    assert "abandoned" not in body
    assert "commitment" in body
    assert '"version":"4.3.0"' in body


def test_security_and_the_way_back_are_asked_of_every_release_even_where_there_is_no_board(shop):
    shop.adopt()
    named = {"security_impact": "its impact on security", "rollback": "a way back"}
    made = shop.release(**FACTS, **dict.fromkeys(EFFECTS.keys() - {"rollback_minutes"}, " "))
    lacks = made["lacks_for_approval"]
    assert [any(one.startswith(name) for one in lacks) for name in named.values()] == [True, True]
    path = f"/releases/{made['key']}"
    said = {"security_impact": "None.", "rollback_method": "Deploy 4.2", "rollback_owner": "release-manager"}
    for sent in ({"rollback_method": "Deploy 4.2"}, said):
        tag = shop.manager.get(path)["ETag"]
        made = shop.manager.patch(path, sent, If_Match=tag).json()
        assert ("a way back: its method and who owns it" in made["lacks_for_approval"]) == (sent is not said)
    assert {name: made[name] for name in said} == said
    assert made["rollback_minutes"] == EFFECTS["rollback_minutes"]
    entries = b"".join(bytes(one.body) for one in Entry.objects.filter(tag="release:release:changed"))
    assert b"Deploy 4.2" not in entries
    tag = shop.manager.get(path)["ETag"]
    assert (
        shop.manager.patch(path, {"rollback_minutes": None}, If_Match=tag).json()["rollback_minutes"] is None
    )


@pytest.mark.parametrize(
    ("agreed", "is_answered"),
    [
        ("", False),
        ("rollback: {method: Turn the flag off}\n", False),
        ("rollback: {method: Turn the flag off, owner: Operations}\n", True),
    ],
)
def test_the_rulebook_answers_how_to_go_back_for_all_releases(shop, agreed, is_answered):
    shop.adopt(RULEBOOK + agreed)
    made = shop.release(**FACTS, rollback_method="", rollback_owner="")
    assert ("a way back: its method and who owns it" in made["lacks_for_approval"]) != is_answered


def test_minutes_are_a_number_of_them(shop):
    body = {"product": "shop", "version": "9.9.9", "rollback_minutes": -1}
    assert shop.manager.post("/releases", body).status_code == 422


def test_a_version_is_opened_once(shop):
    shop.release()
    again = shop.manager.post("/releases", {"product": "shop", "version": "4.3.0"})
    assert (again.status_code, again.json()["code"]) == (409, "E_RELEASE_EXISTS")


def test_only_release_managers_open_and_strangers_find_nothing(shop):
    made = shop.release()
    assert shop.qa.post("/releases", {"product": "shop", "version": "5.0.0"}).status_code == 403
    assert shop.stranger.post("/releases", {"product": "shop", "version": "5.0.0"}).status_code == 404
    assert shop.stranger.get(f"/releases/{made['key']}").status_code == 404
    assert shop.stranger.get("/releases").json()["items"] == []
    assert shop.manager.post("/releases", {"product": "none", "version": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"zone": "Mars/Olympus"}, "E_ZONE"),
        ({"zone": "localtime"}, "E_ZONE"),
        ({"opens_at": "2027-03-01T09:00:00Z"}, "E_ZONE"),
        ({**FACTS, "closes_at": "2027-03-01T08:00:00"}, "E_WINDOW"),
        ({"closes_at": "2027-03-01T08:00:00Z", "zone": "UTC"}, "E_WINDOW"),
        ({"opens_at": "2027-10-31T02:30:00", "zone": "Europe/Berlin"}, "E_WINDOW"),
        ({"tickets": [{"title": "x", "url": "javascript:alert(1)"}]}, "E_INVALID_BODY"),
        ({"tickets": [{"title": "x", "url": "file:///etc/passwd"}]}, "E_INVALID_BODY"),
        ({"justification": "a\x00b"}, "E_CONTROL_CHAR"),
        ({"version": "../../admin"}, "E_INVALID_BODY"),
        ({"state": "ready"}, "E_INVALID_BODY"),
    ],
)
def test_what_makes_no_sense_is_refused(shop, facts, code):
    answer = shop.manager.post("/releases", {"product": "shop", "version": "9.9.9", **facts})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_edit_names_the_state_that_was_read(shop):
    key = shop.release()["key"]
    path = f"/releases/{key}"
    tag = shop.manager.get(path)["ETag"]
    assert shop.manager.patch(path, {"build": "4.3.0+1"}).status_code == 428
    assert shop.manager.patch(path, {"build": "4.3.0+1"}, If_Match=tag).json()["build"] == "4.3.0+1"
    late = shop.manager.patch(path, {"build": "4.3.0+2"}, If_Match=tag)
    assert (late.status_code, late.json()["code"]) == (412, "E_IF_MATCH")
    tag = shop.manager.get(path)["ETag"]
    assert shop.qa.patch(path, {"build": "x"}, If_Match=tag).status_code == 403
    assert shop.manager.patch(path, {"version": "1"}, If_Match=tag).status_code == 422


def test_another_digest_under_a_name_replaces_the_artefact_and_both_stay_on_record(shop):
    key = shop.release()["key"]
    path = f"/releases/{key}/artefacts"
    assert shop.manager.post(path, {"name": "shop.whl", "sha256": DIGEST}).status_code == 201
    same = shop.manager.post(path, {"name": "shop.whl", "sha256": DIGEST})
    assert same.json()["code"] == "E_ARTEFACT_SAME"
    shop.manager.post(path, {"name": "shop.whl", "sha256": OTHER_DIGEST})
    shop.manager.post(path, {"name": "till.whl", "sha256": DIGEST})
    assert [(one["name"], one["sha256"]) for one in shop.qa.get(path).json()] == [
        ("shop.whl", OTHER_DIGEST),
        ("till.whl", DIGEST),
    ]
    assert Entry.objects.filter(tag="release:artefact:added").count() == 3
    assert shop.manager.post(path, {"name": "x", "sha256": "sha256:short"}).status_code == 422
    assert shop.qa.post(path, {"name": "x", "sha256": DIGEST}).status_code == 403


def test_a_withdrawn_release_takes_nothing_any_more(shop):
    key = shop.release()["key"]
    assert shop.qa.post(f"/releases/{key}/withdrawal", {"reason": "no"}).status_code == 403
    gone = shop.manager.post(f"/releases/{key}/withdrawal", {"reason": "the campaign was cancelled"})
    assert gone.json()["state"] == "withdrawn"
    again = shop.manager.post(f"/releases/{key}/withdrawal", {"reason": "again"})
    assert (again.status_code, again.json()["code"]) == (409, "E_RELEASE_STATE")
    late = shop.manager.post(f"/releases/{key}/artefacts", {"name": "x", "sha256": DIGEST})
    assert late.json()["code"] == "E_RELEASE_STATE"


def test_lists_are_paged_and_filtered(shop):
    for version in ("4.3.0", "4.3.1", "4.4.0"):
        shop.release(version)
    first = shop.qa.get("/releases?limit=2").json()
    rest = shop.qa.get(f"/releases?limit=2&after={first['next']}").json()
    assert len(first["items"]) == 2
    assert len(rest["items"]) == 1
    assert rest["next"] is None
    found = shop.qa.get("/releases?version=4.3.1&product=shop&state=draft").json()["items"]
    assert [one["version"] for one in found] == ["4.3.1"]
    assert shop.qa.get("/releases?after=xyz").json()["code"] == "E_PAGE"
    assert shop.qa.get("/releases?state=nonsense").status_code == 422


@pytest.mark.parametrize("crafted", ["../../admin/users/1/delete?", "1", "a/b", "%2e%2e%2f", "0" * 40])
def test_a_crafted_key_is_no_release(shop, crafted):
    """PRE-04: keys are made by the service; an address that holds anything else leads nowhere."""
    assert shop.manager.get(f"/releases/{crafted}").status_code == 404


def test_nothing_is_approved_half_stated(shop):
    from flightrules.service.door.refusals import InvalidError
    from flightrules.service.releases.queries import find_release
    from flightrules.service.releases.services import require_approvable

    key = shop.release()["key"]
    with pytest.raises(InvalidError, match="a business justification, its scope"):
        require_approvable(find_release(product="shop", version="4.3.0"))
    tag = shop.manager.get(f"/releases/{key}")["ETag"]
    shop.manager.patch(f"/releases/{key}", FACTS, If_Match=tag)
    shop.manager.post(f"/releases/{key}/artefacts", {"name": "shop.whl", "sha256": DIGEST})
    require_approvable(find_release(product="shop", version="4.3.0"))
