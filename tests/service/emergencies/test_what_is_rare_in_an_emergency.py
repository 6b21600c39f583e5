"""What few emergencies meet: a diff of something else, a window that moves, an authority that the track does not name."""

from __future__ import annotations

from datetime import timedelta

from people_stories import denied_codes, now
from service.emergencies.conftest import BOOK, diff, proved
from service.shop import OTHER_DIGEST


def agree_on(shop, text):
    number = shop.propose(text).json()["number"]
    for who, role in shop.parties():
        assert shop.sign(who, role, number).status_code == 201


def test_who_could_classify_elsewhere_does_not_where_the_track_names_another(emergency):
    key = emergency.hotfix()
    agree_on(emergency.shop, BOOK.replace("classifier: [cto_vp_eng]", "classifier: [product_owner]"))
    answer = emergency.classify(key)
    assert (answer.status_code, answer.json()["code"]) == (403, "E_ROLE_NOT_HELD")
    assert "only product owner may classify" in answer.json()["detail"]
    assert denied_codes()[-1] == "E_ROLE_NOT_HELD"


def test_a_diff_of_another_artefact_proves_nothing(emergency):
    key = emergency.classified()
    emergency.shop.manager.post(f"/releases/{key}/artefacts", {"name": "image", "sha256": "a" * 64})
    brought = emergency.shop.bring(
        key, "CI pipeline", diff("src/pay/tax.py"), part="changes", name="x.diff", artefact="a" * 64
    )
    assert brought.status_code == 201, brought.content
    assert emergency.places(key)["scope-locked"]["met"]
    emergency.shop.manager.post(f"/releases/{key}/artefacts", {"name": "image", "sha256": OTHER_DIGEST})
    place = emergency.places(key)["scope-locked"]
    assert not place["met"]
    assert "which is not shipped" in place["why"]


def test_who_is_on_call_has_to_be_so_after_the_window_that_moved(emergency):
    key = emergency.classified()
    until = (now() + timedelta(hours=3)).isoformat()
    proved(emergency.engineer)
    assert emergency.point(key, "on-call", emergency.engineer, until=until).status_code == 201
    assert emergency.places(key)["on-call"]["met"]
    tag = emergency.shop.manager.get(f"/releases/{key}")["ETag"]
    window = {
        "opens_at": (now() + timedelta(hours=2)).isoformat(),
        "closes_at": (now() + timedelta(hours=6)).isoformat(),
        "zone": "Europe/Berlin",
    }
    assert emergency.shop.manager.patch(f"/releases/{key}", window, If_Match=tag).status_code == 200
    place = emergency.places(key)["on-call"]
    assert (place["met"], "which is too short" in place["why"]) == (False, True)
