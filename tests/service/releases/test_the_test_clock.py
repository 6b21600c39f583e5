"""Testing counts from when the entry gate lets it start, and stops counting while entry criteria fail."""

from __future__ import annotations

from datetime import timedelta

from flightrules.service.records.models import Entry
from service.shop import junit


def clock(shop, key):
    return shop.qa.get(f"/releases/{key}").json()["test_clock"]


def smoke(shop, key, passed, failed=0):
    answer = shop.bring(key, "smoke run", junit(passed, failed, suite="smoke"))
    assert answer.status_code == 201, answer.content
    return shop.run(key, "entry")


def test_it_does_not_run_before_the_entry_gate_is_met(shop):
    shop.adopt()
    key = shop.release()["key"]
    assert clock(shop, key) == {
        "running": False,
        "tested_seconds": 0,
        "entry": "unknown",
        "failing": [],
        "overridden": [],
    }
    assert shop.run(key, "entry")["outcome"] == "HOLD"
    assert clock(shop, key)["running"] is False
    assert shop.qa.get(f"/releases/{key}").json()["state"] == "draft"


def test_it_starts_with_the_entry_gate_and_stops_when_that_shuts(shop):
    shop.adopt()
    key = shop.release()["key"]
    assert smoke(shop, key, 20)["outcome"] == "GO"
    assert clock(shop, key)["running"] is True
    assert shop.qa.get(f"/releases/{key}").json()["state"] == "in-test"
    assert smoke(shop, key, 10, 10)["outcome"] == "NO-GO"
    stopped = clock(shop, key)
    assert (stopped["running"], stopped["failing"]) == (False, ["smoke"])
    assert smoke(shop, key, 21)["outcome"] == "GO"
    assert clock(shop, key)["running"] is True
    tags = list(Entry.objects.filter(tag__contains="test-clock").order_by("pk").values_list("tag", flat=True))
    assert [tag.rpartition(":")[2] for tag in tags] == ["started", "stopped", "started"]


def test_time_counts_only_while_it_runs(shop, at):
    from flightrules.service.releases.clock import tested_for
    from flightrules.service.releases.models import ClockSpan
    from flightrules.service.releases.queries import find_release

    shop.release()
    release = find_release(product="shop", version="4.3.0")
    for start, end in ((0, 3), (5, 6)):
        ClockSpan.objects.create(
            release=release,
            started_at=at + timedelta(hours=start),
            stopped_at=at + timedelta(hours=end),
            because="",
        )
    assert tested_for(release, at + timedelta(hours=9)) == timedelta(hours=4)
    ClockSpan.objects.create(release=release, started_at=at + timedelta(hours=8), because="")
    assert tested_for(release, at + timedelta(hours=9)) == timedelta(hours=5)


def test_an_override_says_why_and_covers_only_what_failed_then(shop):
    shop.adopt()
    key = shop.release()["key"]
    path = f"/releases/{key}/entry-override"
    early = shop.qa.post(path, {"reason": "no time"})
    assert (early.status_code, early.json()["code"]) == (409, "E_ENTRY_NOT_FAILING")
    smoke(shop, key, 10, 10)
    assert shop.manager.post(path, {"reason": "no time"}).status_code == 403
    assert shop.qa.post(path, {}).status_code == 422
    done = shop.qa.post(path, {"reason": "The failing smoke tests are of the old search page."})
    assert done.status_code == 201, done.content
    assert done.json()["test_clock"]["running"] is True
    assert done.json()["test_clock"]["overridden"] == ["smoke"]
    entry = Entry.objects.get(tag="release:entry-criteria:overridden")
    assert b'"criteria":["smoke"]' in bytes(entry.body)
    assert b"old search page" not in bytes(entry.body)
    smoke(shop, key, 11, 10)
    assert clock(shop, key)["running"] is True
    again = shop.run(key, "exit")
    assert any("although entry criteria failed: smoke" in one for one in again["cautions"])


def test_the_exit_gate_makes_it_ready_and_takes_that_back(shop):
    shop.adopt()
    key = shop.release()["key"]
    shop.all_green(key)
    shop.run(key, "exit")
    assert shop.qa.get(f"/releases/{key}").json()["state"] == "draft"
    shop.run(key, "entry")
    shop.run(key, "exit")
    assert shop.qa.get(f"/releases/{key}").json()["state"] == "ready"
    shop.bring(key, "CI pipeline", junit(50, 50))
    shop.run(key, "exit")
    assert shop.qa.get(f"/releases/{key}").json()["state"] == "in-test"


def test_withdrawing_stops_it(shop):
    shop.adopt()
    key = shop.release()["key"]
    smoke(shop, key, 20)
    shop.manager.post(f"/releases/{key}/withdrawal", {"reason": "cancelled"})
    assert clock(shop, key)["running"] is False
