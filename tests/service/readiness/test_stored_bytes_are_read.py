"""Bytes from the store, wherever they lie: shown to be those received before any format sees them."""

from __future__ import annotations

import io
import json

import pytest

from flightrules.engine.facts import Refusal
from flightrules.service.readiness import jobs, reading
from flightrules.service.readiness.models import EvidenceItem
from flightrules.service.records import blobs
from service.shop import ago, junit, now


def stored(data: bytes) -> str:
    return blobs.store(io.BytesIO(data), 1 << 30)[0]


class Remote(io.BytesIO):
    """A stream without a file, as an S3-compatible store gives."""


def test_a_store_without_files_is_read_by_way_of_a_copy(monkeypatch):
    data = junit(5)
    digest = stored(data)
    monkeypatch.setattr(reading.blobs, "open", lambda _: Remote(data))
    found = reading.read_stored(digest, "junit.xml", None)
    assert found.records.total == 5
    monkeypatch.setattr(reading.blobs, "open", lambda _: Remote(data + b" "))
    altered = reading.read_stored(digest, "junit.xml", None)
    assert isinstance(altered, Refusal)
    assert altered.code == "E_EVIDENCE_TAMPERED"


def test_what_says_of_which_run_it_is():
    dated, undated = junit(5, at=ago(hours=1)), junit(5, at="")
    assert reading.states_its_run(stored(dated), len(dated)) is True
    assert reading.states_its_run(stored(undated), len(undated)) is False
    assert reading.states_its_run(stored(b"rubbish"), 7) is False
    assert reading.states_its_run("0" * 64, 1 << 30) is True


def test_suites_are_told_apart_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(reading, "_SUITES", 2)
    many = b"<testsuites>" + b"".join(
        f'<testsuite name="s{n}"><testcase name="a" classname="c"/></testsuite>'.encode() for n in range(5)
    )
    found = reading.tests_in(reading.read_stored(stored(many + b"</testsuites>"), "junit.xml", None))
    assert (found.ran, len(found.suites)) == (5, 2)
    assert reading.tests_in(Refusal("x", "E_EMPTY", "empty")).ran == 0


def test_the_jobs_are_those_of_the_runs(shop, monkeypatch):
    from flightrules.service.readiness import runs

    monkeypatch.setattr(runs, "_LITTLE_BYTES", -1)
    shop.adopt()
    key = shop.release()["key"]
    number = shop.ci.post(f"/releases/{key}/gate-runs", {}).json()["key"]
    moment = now()
    assert list(jobs.due(moment, 5)) == [number]
    jobs.judge(number, moment)
    assert shop.qa.get(f"/gate-runs/{number}").json()["outcome"] == "HOLD"


def test_what_the_sender_says_differently_is_noticed(shop):
    shop.adopt()
    key = shop.release()["key"]
    data = {
        "flightrules": "evidence/1",
        "tool": "t",
        "taken_at": ago(hours=1),
        "build": "1",
        "environment": "uat",
        "tests": [{"name": "a", "result": "passed"}],
    }
    shop.bring(key, "CI pipeline", json.dumps(data).encode(), build="2", environment="sit")
    run = shop.run(key)
    report = shop.qa.get(f"/gate-runs/{run['key']}/report.json").json()
    mine = next(one for one in report["evidence"] if one["method"] == "CI pipeline")
    assert (mine["build"], mine["environment"], mine["bound_by"]) == ("1", "uat", "content")
    assert sum("W_BINDING_DIFFERS" in one for one in mine["notices"]) == 2


def test_a_baseline_that_cannot_be_read_is_said_to_be_one(shop):
    shop.adopt()
    key = shop.release()["key"]
    shop.all_green(key)
    shop.bring(key, "CI pipeline", b"rubbish", part="baseline")
    assert shop.run(key)["outcome"] == "GO"
    assert EvidenceItem.objects.filter(part="baseline").count() == 1


@pytest.mark.parametrize("form", ["json", "md", "html"])
def test_a_report_that_was_altered_in_the_store_is_not_handed_out(shop, settings, form):
    from pathlib import Path

    shop.adopt()
    key = shop.release()["key"]
    run = shop.run(key)
    path = next(Path(settings.FLIGHTRULES_HOME, "blobs").rglob(run["reports"][form]))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"HOLD", b"GO  "))
    answer = shop.qa.get(f"/gate-runs/{run['key']}/report.{form}")
    assert (answer.status_code, answer.json()["code"]) == (409, "E_BLOB_TAMPERED")


def test_loose_evidence_is_said_where_something_is_shipped(shop):
    from service.shop import DIGEST

    shop.adopt()
    key = shop.release()["key"]
    shop.all_green(key)
    shop.manager.post(f"/releases/{key}/artefacts", {"name": "shop.whl", "sha256": DIGEST})
    assert any(one.startswith("not bound to any artefact or build") for one in shop.run(key)["cautions"])
