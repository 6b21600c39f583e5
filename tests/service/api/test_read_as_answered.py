"""What a change answered is read in the same form later: keys, moments to the microsecond, letters of all kinds."""

from __future__ import annotations


def test_a_release_is_read_as_it_was_answered_when_it_was_opened(shop):
    made = shop.release(justification="Käufer fragen nach Gutscheinen 🎁", tickets=[])
    read = shop.manager.get(f"/releases/{made['key']}")
    assert read.json() == made
    assert "Käufer" in read.content.decode("utf-8")
    assert read["Content-Type"] == "application/json; charset=utf-8"
    assert shop.manager.get("/releases").json() == {"items": [made], "next": None}


def test_evidence_and_the_run_that_read_it_too(shop):
    from service.shop import RULEBOOK, junit

    shop.adopt(RULEBOOK)
    key = shop.release()["key"]
    brought = shop.bring(key, "CI pipeline", junit(90)).json()
    assert shop.manager.get(f"/releases/{key}/evidence").json()["items"] == [brought]
    run = shop.run(key)
    assert shop.manager.get(f"/releases/{key}/gate-runs").json()["items"] == [run]
    assert shop.manager.get(f"/gate-runs/{run['key']}").json().items() >= run.items()
