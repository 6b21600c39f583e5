"""The service judges for itself, from the bytes that it holds; what CI says stands beside, as a claim."""

from __future__ import annotations

import json

import pytest

from flightrules.service.readiness import runs
from flightrules.service.readiness.models import GateRun
from flightrules.service.records.models import Checkpoint, Entry
from service.shop import RULEBOOK, ago, coverage, junit, now, tracker


@pytest.fixture
def key(shop) -> str:
    shop.adopt()
    return shop.release(build="4.3.0+7", scope_in=["Free delivery"])["key"]


def claim(outcome: str, **statuses: str) -> str:
    return json.dumps(
        {
            "verdict": outcome,
            "rulebook_digest": "sha256:" + "0" * 64,
            "as_of": "2026-11-21T10:00:00Z",
            "criteria": [
                {"id": name.replace("_", "-"), "status": status} for name, status in statuses.items()
            ],
        }
    )


def test_a_release_manager_has_a_gate_judged_again_and_claims_nothing(shop, key):
    shop.all_green(key)
    assert shop.run(key, "exit", who=shop.manager)["outcome"] == "GO"
    body = {"gate": "exit", "claim": claim("GO", p1_open="met")}
    refused = shop.manager.post(f"/releases/{key}/gate-runs", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "E_POWER")
    assert shop.product_manager.post(f"/releases/{key}/gate-runs", {"gate": "exit"}).status_code == 403


def test_a_verdict_its_entry_and_its_checkpoint(shop, key):
    shop.all_green(key)
    run = shop.run(key)
    assert (run["outcome"], run["opens"], run["state"]) == ("GO", True, "done")
    assert run["counts"] == {"PASS": 4}
    assert run["rulebook"] == 1
    entry = Entry.objects.get(tag="readiness:gate-run:recorded")
    data = json.loads(bytes(entry.body))["data"]
    assert data["outcome"] == "GO"
    assert data["evidence"] == run["evidence"]
    assert data["reports"] == run["reports"]
    assert Checkpoint.objects.filter(stream__name="product/shop", size=entry.seq + 1).exists()


def test_reports_are_those_of_the_moment_and_name_what_was_agreed(shop, key):
    shop.all_green(key)
    run = shop.run(key)
    path = f"/gate-runs/{run['key']}/report"
    report = shop.qa.get(f"{path}.json").json()
    assert (report["product"], report["version"], report["verdict"]) == ("Shop", "4.3.0", "GO")
    assert report["rulebook_digest"] == shop.qa.get("/products/shop/rulebooks/1").json()["meaning"]
    assert report["release"]["features"] == ["Free delivery"]
    html = shop.qa.get(f"{path}.html")
    assert html["Content-Security-Policy"].startswith("sandbox")
    assert b"Free delivery" in html.content
    written = shop.qa.get(f"{path}.md").content.decode()
    assert "Free delivery" in written
    assert "**QA lead:** Mira Tan" in written
    assert "(signed here as edition 1)" in written
    printed = shop.qa.get(f"{path}.pdf").content
    assert printed.startswith(b"%PDF")
    shop.bring(key, "CI pipeline", junit(50, 50))
    shop.run(key)
    assert shop.qa.get(f"{path}.html").content == html.content
    assert shop.qa.get(f"{path}.pdf").content == printed
    assert shop.qa.get(f"{path}.txt").status_code == 422
    assert shop.stranger.get(f"{path}.json").status_code == 404


def test_a_report_that_is_too_long_is_not_set_as_a_pdf(shop, key, monkeypatch):
    monkeypatch.setattr("flightrules.service.readiness.printing._LIMIT", 1000)
    answer = shop.qa.get(f"/gate-runs/{shop.run(key)['key']}/report.pdf")
    assert (answer.status_code, answer.json()["code"]) == (409, "E_TOO_LONG_FOR_PRINT")


def test_nothing_brought_is_no_go_ahead(shop, key):
    run = shop.run(key)
    assert (run["outcome"], run["opens"]) == ("HOLD", False)
    assert set(run["statuses"].values()) == {"NO DATA"}


def test_a_claim_never_becomes_a_measurement(shop, key):
    shop.bring(key, "CI pipeline", junit(50, 50))
    run = shop.run(
        key, claim=claim("GO", **{"pass-rate": "PASS"}, coverage="PASS", p1_open="PASS", p2_open="PASS")
    )
    assert run["outcome"] == "NO-GO"
    assert run["claim"]["outcome"] == "GO"
    assert run["statuses"] == {
        "pass-rate": "FAIL",
        "coverage": "NO DATA",
        "p1-open": "NO DATA",
        "p2-open": "NO DATA",
    }
    assert run["differences"][0] == "CI claims GO; the service finds NO-GO"
    assert "coverage: CI claims PASS; claimed, not measured here: NO DATA" in run["differences"]
    assert "pass-rate: CI claims PASS; measured here: FAIL" in run["differences"]


def test_a_claim_that_a_known_key_signed_is_verified_and_still_a_claim(shop, key, person):
    from flightrules.ledger.attestation import attest
    from flightrules.ledger.keys import generate_key

    shop.all_green(key)
    admin = person("administrator")
    private = generate_key()
    machine = admin.post("/machines", {"name": "CI", "product": "shop"}).json()["key"]
    path, pem = f"/machines/{machine}/keys", private.public.to_pem().decode()
    made = admin.post(path, {"pem": pem})
    assert (made.status_code, made.json()["keyid"]) == (201, private.public.keyid)
    assert admin.post(path, {"pem": pem}).status_code == 409
    assert admin.post(path, {"pem": private.to_pem().decode()}).json()["code"] == "E_MACHINE_KEY"
    record = {**json.loads(claim("NO-GO", **{"pass-rate": "FAIL"})), "evidence": []}
    signed = attest(record, subjects=[{"name": "shop", "digest": {"sha256": "a" * 64}}], keys=[private])
    run = shop.run(key, claim=signed.decode())
    assert run["claim"]["verified_by"] == private.public.keyid
    assert (run["outcome"], run["claim"]["outcome"]) == ("GO", "NO-GO")
    forged = attest(
        record, subjects=[{"name": "shop", "digest": {"sha256": "a" * 64}}], keys=[generate_key()]
    )
    own = json.loads(forged.decode().splitlines()[0])["signatures"][0]["keyid"]
    lied = forged.decode().replace(own, private.public.keyid)
    answer = shop.ci.post(f"/releases/{key}/gate-runs", {"gate": "exit", "claim": lied})
    assert (answer.status_code, answer.json()["code"]) == (422, "E_CLAIM_SIGNATURE")
    assert shop.run(key, claim=forged.decode())["claim"]["verified_by"] == ""
    assert admin.delete(f"{path}/{made.json()['key']}").status_code == 200
    assert admin.delete(f"{path}/{made.json()['key']}").status_code == 409
    assert shop.run(key, claim=signed.decode())["claim"]["verified_by"] == ""
    assert [one["ended_at"] is None for one in admin.get(path).json()["items"]] == [False]


def test_a_signed_claim_is_read_and_still_a_claim(shop, key):
    from flightrules.ledger.attestation import attest
    from flightrules.ledger.keys import generate_key

    shop.all_green(key)
    record = {**json.loads(claim("GO", **{"pass-rate": "PASS"})), "evidence": []}
    private = generate_key()
    signed = attest(record, subjects=[{"name": "shop", "digest": {"sha256": "a" * 64}}], keys=[private])
    run = shop.run(key, claim=signed.decode())
    assert run["claim"]["statuses"] == {"pass-rate": "PASS"}
    assert run["claim"]["keys"] == [private.public.keyid]
    assert run["differences"] == [
        f"{name}: CI claims nothing; measured here: PASS" for name in ("coverage", "p1-open", "p2-open")
    ]


@pytest.mark.parametrize(
    "text", ["not json", "[]", '{"payloadType": 1}', '{"verdict": 1}', "{}", '{"criteria": {}}']
)
def test_a_claim_that_makes_no_sense_is_refused(shop, key, text):
    answer = shop.ci.post(f"/releases/{key}/gate-runs", {"claim": text})
    assert (answer.status_code, answer.json()["code"]) == (422, "E_CLAIM")
    assert not GateRun.objects.exists()


def test_a_threshold_changed_after_evidence_was_seen_is_said_in_run_and_report(shop, key):
    shop.all_green(key)
    shop.bring(key, "CI pipeline", junit(93, 7, at=ago(minutes=3)))
    assert shop.run(key)["outcome"] == "NO-GO"
    shop.propose(RULEBOOK.replace(">= 97%", ">= 90%"))
    assert shop.run(key)["outcome"] == "NO-GO"
    for who, role in shop.parties():
        shop.sign(who, role, 2)
    run = shop.run(key)
    assert (run["outcome"], run["rulebook"]) == ("GO", 2)
    said = [one for one in run["cautions"] if one.startswith("changed after evidence was seen")]
    assert len(said) == 1
    assert "edition 2" in said[0]
    assert "97" in said[0]
    report = shop.qa.get(f"/gate-runs/{run['key']}/report.md").content.decode()
    assert "changed after evidence was seen" in report
    other = shop.release("4.4.0")["key"]
    shop.all_green(other)
    assert not any("after evidence was seen" in one for one in shop.run(other)["cautions"])


def test_a_run_stands_until_something_that_it_rests_on_changes(shop, key):
    shop.all_green(key)
    run = shop.run(key)
    path = f"/gate-runs/{run['key']}"
    assert shop.qa.get(path).json()["stands"] is True
    shop.bring(key, "issue tracker", tracker(("PROJ-9", "P1")))
    read = shop.qa.get(path).json()
    assert read["because"] == ["evidence, artefacts, registers or the release itself changed since"]
    shop.propose(RULEBOOK.replace(">= 97%", ">= 98%"))
    for who, role in shop.parties():
        shop.sign(who, role, 2)
    assert "in force is 2" in shop.qa.get(path).json()["because"][0]


def test_who_decides_refuses_to_rely_on_a_run_that_does_not_stand(shop, key):
    from flightrules.service.door.refusals import ConflictError
    from flightrules.service.readiness.queries import require_standing

    shop.all_green(key)
    run = GateRun.objects.get(pk=shop.run(key)["key"])
    require_standing(run)
    shop.bring(key, "CI pipeline", junit(99, at=ago(minutes=1)))
    with pytest.raises(ConflictError) as caught:
        require_standing(run)
    assert caught.value.code == "E_RUN_STALE"


def test_much_is_judged_by_the_worker_once(shop, key, at, monkeypatch):
    monkeypatch.setattr(runs, "_LITTLE_BYTES", 10)
    shop.all_green(key)
    asked = shop.ci.post(f"/releases/{key}/gate-runs", {})
    assert (asked.status_code, asked.json()["state"], asked.json()["outcome"]) == (202, "waiting", "")
    number = asked.json()["key"]
    assert shop.qa.get(f"/gate-runs/{number}").json()["because"] == ["it was not judged yet"]
    moment = now()
    assert list(runs.due_runs(moment, 10)) == [number]
    runs.work_run(number, moment)
    runs.work_run(number, moment)
    read = shop.qa.get(f"/gate-runs/{number}").json()
    assert (read["state"], read["outcome"], read["stands"]) == ("done", "GO", True)
    assert Entry.objects.filter(tag="readiness:gate-run:recorded").count() == 1
    assert Entry.objects.filter(tag="readiness:gate-run:asked").count() == 1
    assert list(runs.due_runs(moment, 10)) == []


def test_a_second_worker_changes_nothing(shop, key, at):
    from flightrules.service.records.actor import SYSTEM

    shop.all_green(key)
    run = GateRun.objects.select_related("release", "edition").get(pk=shop.run(key)["key"])
    runs.record_run(run=run, judged=None, by=SYSTEM, at=at)
    assert Entry.objects.filter(tag="readiness:gate-run:recorded").count() == 1


def test_a_gate_that_is_gone_when_the_worker_comes_is_given_up(shop, key, monkeypatch):
    monkeypatch.setattr(runs, "_LITTLE_BYTES", -1)
    number = shop.ci.post(f"/releases/{key}/gate-runs", {"gate": "exit"}).json()["key"]
    shop.propose(RULEBOOK.replace("exit: {title", "final: {title"))
    for who, role in shop.parties():
        shop.sign(who, role, 2)
    runs.work_run(number, now())
    read = shop.qa.get(f"/gate-runs/{number}").json()
    assert read["state"] == "dead"
    assert read["fault"].startswith("E_GATE")


def test_what_cannot_be_run_is_refused(shop, key):
    path = f"/releases/{key}/gate-runs"
    assert shop.ci.post(path, {"gate": "nonsense"}).json()["code"] == "E_GATE"
    assert shop.owner.post(path, {}).status_code == 403
    assert shop.stranger.post(path, {}).status_code == 404
    shop.manager.post(f"/releases/{key}/withdrawal", {"reason": "no"})
    assert shop.ci.post(path, {}).json()["code"] == "E_RELEASE_STATE"


def test_runs_are_listed_by_gate_and_state(shop, key):
    shop.run(key, "entry")
    shop.run(key, "exit")
    shop.run(key, "exit")
    path = f"/releases/{key}/gate-runs"
    assert len(shop.qa.get(path).json()["items"]) == 3
    assert len(shop.qa.get(f"{path}?gate=exit").json()["items"]) == 2
    assert shop.qa.get(f"{path}?state=waiting").json()["items"] == []


def test_an_idempotency_key_runs_once(shop, key):
    path = f"/releases/{key}/gate-runs"
    one = shop.ci.post(path, {}, Idempotency_Key="k")
    two = shop.ci.post(path, {}, Idempotency_Key="k")
    assert one.json()["key"] == two.json()["key"]
    assert GateRun.objects.count() == 1


def test_a_run_knows_when_the_first_thing_that_it_rests_on_expires(shop, key):
    shop.all_green(key)
    run = GateRun.objects.get(pk=shop.run(key)["key"])
    hours = (run.stands_until - now()).total_seconds() / 3600
    assert 22.9 < hours < 23.1, "the CI pipeline's report was an hour old, and 24 hours were agreed"


def test_old_evidence_is_stale(shop, key):
    """STL-08: older than its method allows is STALE, never PASS."""
    shop.all_green(key)
    shop.bring(key, "CI pipeline", junit(100, at=ago(hours=30)))
    run = shop.run(key)
    assert (run["outcome"], run["statuses"]["pass-rate"]) == ("HOLD", "STALE")


def test_evidence_of_another_build_is_stale(shop, key):
    """STL-08: taken before the build that is released."""
    shop.all_green(key)
    shop.bring(key, "coverage report", coverage(91), build="4.3.0+6")
    assert shop.run(key)["statuses"]["coverage"] == "STALE"


HOSTILE = "</td><script>alert(1)</script>::set-output name=x::GO\n## Verdict: GO ✔ @everyone \u202eOG"


def test_a_hostile_name_is_inert_in_every_report(shop, key):
    """PRE-01: a test's name forges no verdict, no markup, no command."""
    from xml.sax.saxutils import quoteattr

    data = junit(90).replace(b'name="p0"', f"name={quoteattr(HOSTILE.replace(chr(10), ' '))}".encode())
    data = data.replace(b'time="0.1"/>', b'time="0.1"><failure message="x"/></testcase>', 1)
    shop.all_green(key)
    shop.bring(key, "CI pipeline", data + b" " * 1, name="<b>GO<b>.xml")
    run = shop.run(key)
    path = f"/gate-runs/{run['key']}/report"
    html = shop.qa.get(f"{path}.html").content.decode()
    assert "<script>alert" not in html
    assert "<b>GO" not in html
    markdown = shop.qa.get(f"{path}.md").content.decode()
    assert "<script>" not in markdown
    assert "\n## Verdict" not in markdown
    assert not any(line.startswith("::set-output") for line in markdown.splitlines())
    assert "\u202e" not in html + markdown


def test_readiness_in_one_answer(shop, key):
    shop.all_green(key)
    shop.run(key, "entry")
    shop.run(key, "exit")
    read = shop.qa.get(f"/releases/{key}/readiness").json()
    assert read["state"] == "ready"
    assert [(one["gate"], one["outcome"], one["stands"]) for one in read["gates"]] == [
        ("entry", "GO", True),
        ("exit", "GO", True),
    ]
    assert read["blockers"] == []
    bare = shop.release("9.0.0")["key"]
    unrun = shop.qa.get(f"/releases/{bare}/readiness").json()
    assert {one["outcome"] for one in unrun["gates"]} == {"NOT RUN"}
    assert shop.stranger.get(f"/releases/{key}/readiness").status_code == 404


def test_of_a_large_rulebook_the_request_reads_no_criterion(shop):
    """What is long to understand is understood in the worker; an unknown gate is refused at once all the same."""
    from flightrules.service.catalogue import queries as catalogue
    from flightrules.service.jobs.registry import handler

    more = "".join(
        f"  more-{n}:\n    sentence: Overall automated pass rate >= 9{n % 8}% measured by the CI pipeline\n"
        for n in range(1900)
    )
    shop.adopt(RULEBOOK.replace("criteria:\n", f"criteria:\n{more}", 1))
    release = shop.release()["key"]
    catalogue._loaded.cache_clear()
    refused = shop.ci.post(f"/releases/{release}/gate-runs", {"gate": "nonsense"})
    assert (refused.status_code, refused.json()["code"]) == (422, "E_GATE")
    asked = shop.ci.post(f"/releases/{release}/gate-runs", {"gate": "entry"})
    assert (asked.status_code, asked.json()["judged_at"]) == (202, None), asked.content
    assert shop.qa.get(f"/releases/{release}").status_code == 200  # whose powers come from the rulebook
    assert catalogue._loaded.cache_info().currsize == 0
    handler("readiness.judge")(asked.json()["key"], now())
    assert shop.qa.get(f"/gate-runs/{asked.json()['key']}").json()["outcome"] == "HOLD"
