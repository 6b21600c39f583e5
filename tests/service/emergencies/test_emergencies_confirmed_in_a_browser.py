"""Whoever has nothing but a passkey calls, confirms and ends an emergency from the command line as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.confirming import REFUSED, confirmed, outcome
from service.emergencies.conftest import REASON
from service.shop import now


def called(emergency) -> dict:
    return {
        "reason": REASON,
        "reference": "CVE-2026-12345",
        "paths": "src/pay/",
        "authors": emergency.author.key,
        "hotfix_of": "",
        "track": "",
    }


def said(point: str, **facts) -> dict:
    names = ("text", "link", "digest", "person", "said_at", "until", "seconds")
    return {"point": point, **dict.fromkeys(names, ""), **facts}


def test_an_emergency_from_its_call_to_its_end(emergency):
    cto, key = emergency.cto, emergency.hotfix()
    path, terms = f"/releases/{key}/emergency", called(emergency)
    confirmed(cto, "classify-emergency", f"release/{key}", terms | {"paths": "src/"})
    assert outcome(cto.post(path, emergency.stated())) == REFUSED
    confirmed(cto, "classify-emergency", f"release/{key}", terms)
    one = cto.post(path, emergency.stated())
    assert one.status_code == 201, one.content
    about = f"classification/{one.json()['key']}"

    held = datetime.combine((now() + timedelta(days=1)).date(), datetime.min.time(), UTC)
    held = min(held, now() + timedelta(hours=40)).replace(microsecond=0)
    point, sent = f"{path}/points/review-scheduled", {"said_at": held.isoformat()}
    terms = said("review-scheduled", said_at=held)
    confirmed(cto, "confirm-emergency-point", about, terms | {"point": "on-call"})
    assert outcome(cto.post(point, sent)) == REFUSED
    confirmed(cto, "confirm-emergency-point", about, terms)
    assert outcome(cto.post(point, sent)) == 201

    confirmed(cto, "end-emergency", about, {"reason": "It can wait."})
    assert outcome(cto.post(f"{path}/end", {"reason": "Another reason."})) == REFUSED
    assert outcome(cto.post(f"{path}/end", {"reason": "It can wait."})) == 201


def test_a_spoken_word_is_written_later(emergency):
    key, qa = emergency.classified(), emergency.shop.qa
    about = f"classification/{emergency.cto.get(f'/releases/{key}/emergency').json()['key']}"
    point = f"/releases/{key}/emergency/points/qa-agreed"
    confirmed(qa, "confirm-emergency-point", about, said("qa-agreed", text="GO"))
    assert outcome(qa.post(point, {"text": "GO"})) == 201
    path = f"/releases/{key}/emergency/written-sign-off"
    confirmed(qa, "written-sign-off", about, said("written-sign-off", text="GO on 4.2.1."))
    assert outcome(qa.post(path, {"text": "GO on 4.2.2."})) == REFUSED
    assert outcome(qa.post(path, {"text": "GO on 4.2.1."})) == 201


def test_the_throttle_is_lifted(emergency):
    emergency.past(18, 2)
    key, second = emergency.hotfix(), emergency.second
    stopped = emergency.classify(key).json()["throttling"]
    path, reason = f"/emergency-throttlings/{stopped}/lift", "Orders fail and the other two were drills."
    confirmed(second, "lift-throttle", f"throttling/{stopped}", {"reason": reason})
    assert outcome(second.post(path, {"reason": "Another."})) == REFUSED
    assert outcome(second.post(path, {"reason": reason})) == 201
