"""Teams carry no powers; in each activity exactly one role answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.rules.authority import PRESETS
from flightrules.service.door.refusals import InvalidError
from flightrules.service.people.rasci import LETTERS, checked, preset_activities, to_json

ROLE = st.sampled_from(["qa_lead", "QA Lead", "qa-lead", "cto", "operations", "pmo"])
LETTERS_OF = st.fixed_dictionaries({letter: st.lists(ROLE, max_size=4) for letter in LETTERS})


def test_a_team_is_opened_shown_and_changed(person):
    admin, one, two = person("administrator"), person("viewer", product="shop"), person()
    made = admin.post("/teams", {"name": "Checkout", "product": "shop", "members": [one.key]})
    assert made.status_code == 201
    key = json.loads(made.content)["key"]
    read = one.get(f"/teams/{key}")
    assert read.status_code == 200
    assert admin.put(f"/teams/{key}", {"name": "Till", "members": []}).status_code == 428
    body = {"name": "Till", "members": [one.key, two.key]}
    changed = admin.put(f"/teams/{key}", body, If_Match=read["ETag"])
    assert json.loads(changed.content)["members"] == sorted([one.key, two.key])
    assert admin.put(f"/teams/{key}", body, If_Match=read["ETag"]).status_code == 412
    assert [team["name"] for team in json.loads(one.get("/teams?product=shop").content)["items"]] == ["Till"]


def test_a_team_that_is_not_there_is_not_there(person):
    nothing = "/teams/00000000-0000-4000-8000-000000000000"
    assert person("viewer").get(nothing).status_code == 404


def test_membership_gives_no_power(person):
    admin, lead, member = person("administrator"), person("qa-lead", product="shop"), person()
    admin.post("/teams", {"name": "QA", "product": "shop", "members": [lead.key, member.key]})
    assert member.get("/teams?product=shop").status_code == 404


@pytest.mark.parametrize("preset", PRESETS)
def test_every_shipped_preset_has_one_who_answers_for_each_activity(preset):
    for activity in preset_activities(preset):
        assert len(activity.accountable) == 1
        assert activity.responsible


def test_an_unknown_preset_is_refused():
    with pytest.raises(InvalidError) as caught:
        preset_activities("boss-led")
    assert caught.value.code == "E_RASCI_PRESET"


@given(LETTERS_OF)
def test_exactly_one_role_answers_or_the_activity_is_refused(letters):
    one_each = {name.lower().replace("_", "-").replace(" ", "-") for name in letters["accountable"]}
    try:
        [activity] = checked({"go-no-go": letters})
    except InvalidError as error:
        assert error.code in ("E_RASCI_ACCOUNTABLE", "E_RASCI_RESPONSIBLE")
        assert len(one_each) != 1 or not letters["responsible"]
    else:
        assert set(activity.accountable) == one_each
        assert to_json((activity,))["go-no-go"]["accountable"] == list(activity.accountable)


@pytest.mark.parametrize(
    ("activities", "code"),
    [
        ({}, "E_RASCI_SIZE"),
        ({f"a{n}": {"responsible": ["x"], "accountable": ["x"]} for n in range(51)}, "E_RASCI_SIZE"),
        ({"a": {"responsible": [f"r{n}" for n in range(31)], "accountable": ["x"]}}, "E_RASCI_SIZE"),
        ({"a": {"responsible": ["x"]}}, "E_RASCI_ACCOUNTABLE"),
        ({"a": {"responsible": ["x"], "accountable": ["x", "y"]}}, "E_RASCI_ACCOUNTABLE"),
        ({"a": {"accountable": ["x"]}}, "E_RASCI_RESPONSIBLE"),
    ],
)
def test_what_nobody_answers_for_is_refused(activities, code):
    with pytest.raises(InvalidError) as caught:
        checked(activities)
    assert caught.value.code == code


def test_a_product_agrees_its_rasci_version_by_version(person, shop_exists):
    lead, viewer = person("qa-lead", product="shop"), person("viewer", product="shop")
    shipped = viewer.get("/rasci/shop")
    assert (json.loads(shipped.content)["version"], json.loads(shipped.content)["preset"]) == (0, "qa-led")
    assert lead.put("/rasci/shop", {"preset": "cab-led"}).status_code == 428
    first = lead.put("/rasci/shop", {"preset": "cab-led"}, If_Match=shipped["ETag"])
    assert json.loads(first.content)["version"] == 1
    own = {
        "preset": "custom",
        "activities": {"go-no-go": {"responsible": ["qa_lead"], "accountable": ["cto"]}},
    }
    assert lead.put("/rasci/shop", own, If_Match=shipped["ETag"]).status_code == 412
    second = lead.put("/rasci/shop", own, If_Match=viewer.get("/rasci/shop")["ETag"])
    assert json.loads(second.content)["activities"]["go-no-go"]["accountable"] == ["cto"]
    two = {"preset": "custom", "activities": {"go": {"responsible": ["a"], "accountable": ["a", "b"]}}}
    refused = lead.put("/rasci/shop", two, If_Match=viewer.get("/rasci/shop")["ETag"])
    assert json.loads(refused.content)["code"] == "E_RASCI_ACCOUNTABLE"


def test_the_offices_own_rasci_stands_where_a_product_has_none(person, at):
    from flightrules.service.people import services
    from people_stories import actor_of

    lead = person("qa-lead")
    services.agree_rasci(product="", preset="sponsor-led", by=actor_of(lead), at=at)
    assert json.loads(lead.get("/rasci/shop").content)["preset"] == "sponsor-led"


def test_a_product_that_is_not_there_agrees_to_nothing_whoever_asks(person):
    everywhere = person("qa-lead")
    etag = everywhere.get("/rasci/nowhere")["ETag"]
    refused = everywhere.put("/rasci/nowhere", {"preset": "cab-led"}, If_Match=etag)
    assert (refused.status_code, json.loads(refused.content)["code"]) == (404, "E_NO_SUCH")
