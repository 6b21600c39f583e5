"""Evidence comes in by its bytes; what is said about it is checked, and nothing of it ever goes away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flightrules.service.readiness.models import EvidenceItem
from flightrules.service.records.models import Entry
from service.shop import DIGEST, OTHER_DIGEST, RULEBOOK, ago, coverage, junit, now, send, tracker


@pytest.fixture
def key(shop) -> str:
    shop.adopt()
    return shop.release()["key"]


def entries(tag: str) -> int:
    return Entry.objects.filter(tag=tag).count()


def test_bytes_are_kept_by_their_digest_and_come_back_to_be_saved_only(shop, key):
    data = junit(5)
    made = shop.bring(key, "CI pipeline", data, build="4.3.0+1", environment="sit").json()
    assert (made["size"], made["build"], made["environment"]) == (len(data), "4.3.0+1", "sit")
    answer = shop.qa.get(f"/evidence/{made['key']}/content")
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert entries("readiness:evidence:received") == 1


def test_the_same_bytes_twice_are_one_piece_of_evidence(shop, key):
    data = junit(5)
    one, two = shop.bring(key, "CI pipeline", data), shop.bring(key, "CI pipeline", data)
    assert (one.status_code, two.status_code) == (201, 200)
    assert one.json()["key"] == two.json()["key"]
    assert shop.bring(key, "CI pipeline", data, name="copy.xml").json()["key"] == one.json()["key"]
    assert EvidenceItem.objects.count() == entries("readiness:evidence:received") == 1


def test_a_digest_that_is_stated_is_held_to(shop, key):
    answer = shop.bring(key, "CI pipeline", junit(5), sha256="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (422, "E_EVIDENCE_DIGEST")
    assert not EvidenceItem.objects.exists()
    assert entries("office:act:denied") == 1


def test_a_time_to_come_is_refused_on_record(shop, key):
    """CLK-01: the sender's clock decides nothing; five minutes are forgiven."""
    soon = (now() + timedelta(minutes=3)).isoformat()
    late = (now() + timedelta(days=1)).isoformat()
    assert shop.bring(key, "CI pipeline", junit(5), taken_at=soon).status_code == 201
    answer = shop.bring(key, "CI pipeline", junit(6), taken_at=late)
    assert (answer.status_code, answer.json()["code"]) == (422, "E_EVIDENCE_FUTURE")
    assert entries("office:act:denied") == 1
    naive = shop.bring(key, "CI pipeline", junit(7), taken_at="2026-01-01T00:00:00")
    assert naive.json()["code"] == "E_TIME"


def test_freshness_goes_by_the_older_of_what_is_said_and_when_it_came(shop, key):
    """CLK-01: a report of 2020 is as old as it says, whatever the sender states; one of tomorrow is no evidence."""
    shop.all_green(key)
    shop.bring(key, "CI pipeline", junit(100, at="2020-01-01T00:00:00Z"), taken_at=ago(minutes=1))
    assert shop.run(key)["statuses"]["pass-rate"] == "STALE"
    shop.bring(key, "CI pipeline", junit(100, at=""), taken_at="1970-01-01T00:00:00Z")
    assert shop.run(key)["statuses"]["pass-rate"] == "STALE"
    tomorrow = (now() + timedelta(days=1)).isoformat(timespec="seconds")
    shop.bring(key, "CI pipeline", junit(100, at=tomorrow))
    assert shop.run(key)["statuses"]["pass-rate"] == "STALE"


def test_evidence_of_another_artefact_is_refused_and_of_a_replaced_one_is_stale(shop, key):
    """EVI-02: the digest is the key; the version is only a label."""
    path = f"/releases/{key}/artefacts"
    shop.manager.post(path, {"name": "shop.whl", "sha256": DIGEST})
    answer = shop.bring(key, "CI pipeline", junit(100), artefact=OTHER_DIGEST)
    assert (answer.status_code, answer.json()["code"]) == (422, "E_EVIDENCE_ARTEFACT")
    shop.all_green(key)
    assert shop.run(key)["outcome"] == "GO"
    bound = shop.qa.get(f"/releases/{key}/evidence").json()["items"]
    assert {(one["artefact"], one["artefact_by"]) for one in bound} == {(DIGEST, "receipt")}
    shop.manager.post(path, {"name": "shop.whl", "sha256": OTHER_DIGEST})
    rebuilt = shop.run(key)
    assert rebuilt["outcome"] == "HOLD"
    assert set(rebuilt["statuses"].values()) == {"STALE"}


def test_an_old_report_does_not_become_one_of_the_new_build(shop, key):
    """EVI-02: sent again under the new digest, bytes that say of which run they are stay with the old one."""
    path = f"/releases/{key}/artefacts"
    data = junit(100)
    shop.manager.post(path, {"name": "shop.whl", "sha256": DIGEST})
    shop.bring(key, "CI pipeline", data, artefact=DIGEST)
    shop.manager.post(path, {"name": "shop.whl", "sha256": OTHER_DIGEST})
    answer = shop.bring(key, "CI pipeline", data, artefact=OTHER_DIGEST)
    assert (answer.status_code, answer.json()["code"]) == (422, "E_EVIDENCE_REPLAYED")
    nameless = coverage(90)
    shop.bring(key, "coverage report", nameless, artefact=OTHER_DIGEST)
    assert shop.bring(key, "coverage report", nameless, build="2").status_code in (200, 201)


def test_bytes_of_a_former_release_are_as_old_as_that(shop, key):
    data = coverage(90)
    shop.bring(key, "coverage report", data)
    EvidenceItem.objects.update(
        received_at=datetime(2026, 1, 1, tzinfo=UTC), seen_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    later = shop.release("4.4.0")["key"]
    shop.adopt(
        RULEBOOK.replace("{paths: [coverage.xml]}", "{paths: [coverage.xml], max_age: 24h}")
    )  # number 2
    again = shop.bring(later, "coverage report", data)
    assert again.json()["seen_at"].startswith("2026-01-01")
    assert shop.run(later)["statuses"]["coverage"] == "STALE"


def test_a_green_report_does_not_outlive_the_red_one_that_replaced_it(shop, key):
    green, red = junit(100), junit(60, 40)
    assert shop.bring(key, "CI pipeline", green).status_code == 201
    assert shop.bring(key, "CI pipeline", red).status_code == 201
    again = shop.bring(key, "CI pipeline", green)
    assert (again.status_code, again.json()["code"]) == (422, "E_EVIDENCE_REPLAYED")
    assert shop.run(key)["statuses"]["pass-rate"] == "FAIL"


def test_a_smaller_report_does_not_shadow_a_fuller_one(shop, key):
    """EVI-04: run 1 fails, run 2 is a green part of it; both stay, and the drop blocks until a person answers."""
    shop.all_green(key)
    shop.bring(key, "CI pipeline", junit(90, 30))
    assert shop.run(key)["statuses"]["pass-rate"] == "FAIL"
    part = shop.bring(key, "CI pipeline", junit(40)).json()
    run = shop.run(key)
    assert (run["outcome"], run["statuses"]["pass-rate"]) == ("NO-GO", "FAIL")
    assert any("coverage_of_tests_dropped: 120 tests ran before, 40 now" in one for one in run["blockers"])
    kept = shop.qa.get(f"/releases/{key}/evidence?method=CI pipeline").json()["items"]
    assert len(kept) == 3
    assert shop.ci.post(f"/evidence/{part['key']}/fewer-tests", {"reason": "x"}).status_code == 403
    said = shop.qa.post(f"/evidence/{part['key']}/fewer-tests", {"reason": "The old search was removed."})
    assert said.status_code == 201, said.content
    accepted = shop.run(key)
    assert accepted["statuses"]["pass-rate"] == "PASS"
    assert any("accepted on record" in one for one in accepted["cautions"])


def test_a_suite_that_vanished_is_grave_and_a_test_or_two_only_said(shop, key):
    both = (
        junit(50, suite="cart").replace(b"</testsuites>", b"")
        + junit(50, suite="till").split(b"<testsuites>")[1]
    )
    shop.bring(key, "CI pipeline", both)
    shop.bring(key, "CI pipeline", junit(100, suite="cart"))
    assert any("missing: till" in one for one in shop.run(key)["blockers"])
    other = shop.release("4.4.0")["key"]
    shop.bring(other, "CI pipeline", junit(100, at=ago(minutes=50)))
    shop.bring(other, "CI pipeline", junit(98, at=ago(minutes=40)))
    run = shop.run(other)
    assert run["statuses"]["pass-rate"] == "PASS"
    assert any("100 tests ran before, 98 now" in one for one in run["cautions"])


def test_shrinking_by_little_steps_is_seen_against_the_fullest(shop, key):
    for number, size in enumerate((100, 97, 94)):
        shop.bring(key, "CI pipeline", junit(size, at=ago(minutes=50 - number)))
    assert any("100 tests ran before, 94 now" in one for one in shop.run(key)["blockers"])


@pytest.mark.parametrize(
    "data",
    [
        junit(0),
        b'<testsuites><testsuite name="a" tests="2"><testcase name="x"><skipped/></testcase></testsuite></testsuites>',
    ],
)
def test_zero_tests_are_no_evidence(shop, key, data):
    """EVI-05: nothing ran is not a hundred per cent."""
    shop.all_green(key)
    shop.bring(key, "CI pipeline", data)
    run = shop.run(key)
    assert run["outcome"] == "HOLD"
    assert run["statuses"]["pass-rate"] == "NO DATA"


def test_a_header_that_lies_is_counted_again(shop, key):
    """EVI-06: the header says nothing failed, the cases say otherwise."""
    shop.all_green(key)
    shop.bring(key, "CI pipeline", junit(50, 50).replace(b'failures="50"', b'failures="0"'))
    run = shop.run(key)
    assert run["statuses"]["pass-rate"] == "FAIL"
    report = shop.qa.get(f"/gate-runs/{run['key']}/report.json").json()
    notices = [said for one in report["evidence"] for said in one["notices"]]
    assert any("W_COUNT_MISMATCH" in said and "50" in said and "0" in said for said in notices)


@pytest.mark.parametrize(("damage", "word"), [("flip", "TAMPERED"), ("remove", "MISSING")])
def test_bytes_that_were_altered_or_lost_block(shop, key, settings, damage, word):
    """EVI-08: the gate judged again, the run and its report all say so."""
    shop.all_green(key)
    run = shop.run(key)
    path = f"/gate-runs/{run['key']}"
    assert shop.qa.get(path).json()["stands"] is True
    digest = EvidenceItem.objects.get(method="CI pipeline").digest
    blob = next(Path(settings.FLIGHTRULES_HOME, "blobs").rglob(digest))
    whole = blob.read_bytes()
    if damage == "flip":
        blob.chmod(0o600)
        blob.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    else:
        blob.unlink()
    read = shop.qa.get(path).json()
    assert read["stands"] is False
    assert read["because"][0].startswith(f"{word}: sha256:{digest}")
    refused = shop.qa.get(f"{path}/report.html")
    assert (refused.status_code, refused.json()["code"]) == (409, "E_EVIDENCE_TAMPERED")
    item = EvidenceItem.objects.get(method="CI pipeline")
    assert shop.qa.get(f"/evidence/{item.key}/content").json()["code"] == "E_EVIDENCE_TAMPERED"
    again = shop.run(key)
    assert again["outcome"] == "HOLD"
    assert again["statuses"]["pass-rate"] == "ERROR"
    assert any(word in one for one in again["blockers"])
    healed = shop.bring(key, "CI pipeline", whole)
    assert healed.status_code == 200
    assert shop.run(key)["outcome"] == "GO"


def test_nothing_is_deleted_and_a_tombstone_leaves_no_data(shop, key):
    """EVI-09: a failed report is not made to vanish; who took it out, and why, is on record."""
    shop.all_green(key)
    red = shop.bring(key, "CI pipeline", junit(80, 20)).json()
    path = f"/evidence/{red['key']}"
    assert shop.qa.delete(path).status_code == 405
    assert shop.ci.post(f"{path}/tombstone", {"reason": "flaky"}).status_code == 403
    gone = shop.qa.post(f"{path}/tombstone", {"reason": "It ran against the wrong database."})
    assert gone.status_code == 201, gone.content
    run = shop.run(key)
    assert run["statuses"]["pass-rate"] == "NO DATA"
    assert run["outcome"] == "HOLD"
    assert any("wrong database" in one for one in run["blockers"])
    again = shop.qa.post(f"{path}/tombstone", {"reason": "again"})
    assert again.json()["code"] == "E_EVIDENCE_TOMBSTONED"
    entry = Entry.objects.get(tag="readiness:evidence:tombstoned")
    assert entry.actor == shop.qa.key
    assert shop.bring(key, "CI pipeline", junit(100, at=ago(minutes=2))).status_code == 201
    assert shop.run(key)["outcome"] == "GO"


def test_a_pipeline_brings_evidence_for_its_own_product_only(shop, key, machine):
    """SOD-08: and nothing else."""
    assert shop.bring(key, "CI pipeline", junit(5), who=machine("bank")).status_code == 404
    assert shop.bring(key, "CI pipeline", junit(5), who=shop.stranger).status_code == 404
    assert shop.bring(key, "CI pipeline", junit(5), who=shop.manager).status_code == 403
    assert shop.bring("00000000-0000-0000-0000-000000000000", "CI pipeline", junit(5)).status_code == 404
    assert not EvidenceItem.objects.exists()


def test_what_cannot_be_is_refused(shop, key):
    assert shop.bring(key, "crystal ball", junit(5)).json()["code"] == "E_METHOD"
    assert shop.bring(key, "CI pipeline", b"").json()["code"] == "E_EMPTY"
    odd = shop.bring(key, "CI pipeline", junit(5), name="a\x00b")
    assert odd.status_code == 422
    early = shop.release("9.0.0")["key"]
    shop.manager.post(f"/releases/{early}/withdrawal", {"reason": "no"})
    assert shop.bring(early, "CI pipeline", junit(5)).json()["code"] == "E_RELEASE_STATE"


def test_without_an_agreement_nothing_is_taken(shop):
    key = shop.release()["key"]
    answer = shop.bring(key, "CI pipeline", junit(5))
    assert (answer.status_code, answer.json()["code"]) == (409, "E_NO_RULEBOOK")


def test_too_much_is_refused_and_leaves_nothing(shop, key, settings):
    settings.FLIGHTRULES_EVIDENCE_LIMIT = 1000
    answer = shop.bring(key, "CI pipeline", junit(500))
    assert answer.status_code == 413
    assert not EvidenceItem.objects.exists()


def test_garbage_is_taken_and_judged_as_what_it_is(shop, key):
    """A crashed run's rubbish must not leave the green report before it in force."""
    shop.all_green(key)
    assert shop.bring(key, "CI pipeline", b"\x00\x01rubbish").status_code == 201
    run = shop.run(key)
    assert run["statuses"]["pass-rate"] == "ERROR"
    assert run["outcome"] == "HOLD"


def test_lists_show_all_or_only_what_counts(shop, key):
    shop.bring(key, "CI pipeline", junit(100, at=ago(minutes=9)))
    shop.bring(key, "CI pipeline", junit(100))
    shop.bring(key, "issue tracker", tracker())
    base = f"/releases/{key}/evidence"
    assert len(shop.qa.get(base).json()["items"]) == 3
    assert len(shop.qa.get(f"{base}?current=true").json()["items"]) == 2
    assert len(shop.qa.get(f"{base}?method=issue tracker").json()["items"]) == 1
    first = shop.qa.get(f"{base}?limit=2").json()
    assert len(shop.qa.get(f"{base}?limit=2&after={first['next']}").json()["items"]) == 1
    assert shop.stranger.get(base).status_code == 404


def test_a_baseline_is_its_own_part(shop, key):
    made = shop.bring(key, "CI pipeline", junit(5), part="baseline").json()
    assert made["part"] == "baseline"
    assert shop.run(key)["statuses"]["pass-rate"] == "NO DATA"
    assert (
        send(
            shop.ci,
            "POST",
            f"/releases/{key}/evidence",
            b"x",
            query={"method": "x", "name": "y", "part": "z"},
        ).status_code
        == 422
    )
