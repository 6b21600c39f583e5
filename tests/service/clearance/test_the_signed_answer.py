"""The attestation of a decision: verified offline, for one digest, one environment and a short while."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from flightrules.ledger import base64
from flightrules.ledger.clearance_attestation import is_clearance_attestation, lets_through, verify_clearance
from flightrules.ledger.envelope import parse_bundle
from flightrules.ledger.keys import generate_key
from flightrules.service.decisions.models import Decision
from flightrules.service.records.signer import ledger_key
from service.clearance.conftest import decided
from service.clearance.test_what_conditions_rest_on import FLAG, bring
from service.shop import DIGEST, OTHER_DIGEST, now


def attest(who, decision):
    answer = who.get(f"/decisions/{decision.key}/attestation")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/vnd.in-toto+dsse"
    return answer.content


def verified(data, **more):
    asked = {"artefact": DIGEST, "environment": "prod", "at": now(), **more}
    return verify_clearance(data, public_keys=[ledger_key().public], **asked)


def statement(data):
    return json.loads(parse_bundle(data)[0].payload)


def test_a_decision_to_go_is_attested_for_its_digest_its_environment_and_a_while(shop, green):
    decision = decided(green)
    data = attest(shop.ci, decision)
    assert is_clearance_attestation(data)
    found = verified(data)
    assert found.ok, found.failed
    assert lets_through(found.record)
    assert found.record["decision"] == str(decision.key)
    assert found.record["checkpoint"].startswith("flightrules/")
    told = statement(data)
    assert told["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"
    assert told["predicate"]["properties"] == ["FLIGHTRULES_DECIDED", "FLIGHTRULES_GO"]
    assert [one["digest"] for one in told["subject"]] == [{"sha256": DIGEST}]
    for wrong, code in (
        ({"artefact": OTHER_DIGEST}, "E_DIGEST"),
        ({"environment": "uat"}, "E_CONTRADICTION"),
        ({"at": now() + timedelta(minutes=16)}, "E_EXPIRED"),
        ({"at": now() - timedelta(minutes=6)}, "E_EXPIRED"),
    ):
        refused = verified(data, **wrong)
        assert (refused.ok, refused.failed.code) == (False, code)
    assert verified(data, artefact=None, environment=None, at=None).ok
    stranger = verify_clearance(data, public_keys=[generate_key().public], artefact=DIGEST)
    assert (stranger.ok, stranger.failed.code) == (False, "E_SIGNATURE")


@pytest.mark.parametrize("outcome", ["NO-GO", "CANCELLED", "DEFERRED"])
def test_a_decision_not_to_go_attests_a_failure(shop, green, outcome):
    data = attest(shop.ci, decided(green, outcome))
    found = verified(data)
    assert found.ok, found.failed
    assert not lets_through(found.record)
    told = statement(data)
    assert told["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert told["predicate"]["verificationResult"] == "FAILED"
    assert told["predicate"]["verifiedLevels"] == ["FAILED"]


def test_it_lives_no_longer_than_what_it_rests_on(shop, green):
    decision = decided(green, "CONDITIONAL GO", conditions=[FLAG])
    assert not lets_through(verified(attest(shop.ci, decision)).record)
    bring(shop.ci, green, taken_at=(now() - timedelta(minutes=9)).isoformat())
    record = verified(attest(shop.ci, decision)).record
    assert lets_through(record)
    life = datetime.fromisoformat(record["expires_at"]) - datetime.fromisoformat(record["as_of"])
    assert life == timedelta(minutes=5)
    Decision.objects.update(valid_until=now() + timedelta(seconds=30))
    assert not lets_through(verified(attest(shop.ci, decision)).record)


def test_a_voided_decision_and_one_that_was_followed_by_another_let_nothing_through(shop, green):
    first = decided(green, at=now() - timedelta(hours=1))
    Decision.objects.update(voided_at=now(), voided_because="changed")
    assert not lets_through(verified(attest(shop.ci, first)).record)
    decided(green)
    assert not lets_through(verified(attest(shop.ci, first)).record)


def test_who_alone_signed_gets_no_open_attestation(shop, green):
    decision = decided(green, by=shop.manager.key)
    assert not lets_through(verified(attest(shop.manager, decision)).record)
    assert lets_through(verified(attest(shop.ci, decision)).record)


def test_an_edited_attestation_is_refused(shop, green):
    """PRE-05 and LED-10: what says GO elsewhere than it was signed says nothing."""
    data = attest(shop.ci, decided(green, "NO-GO"))
    envelope = json.loads(data)
    told = statement(data)
    for predicate in ({"verificationResult": "PASSED", "verifiedLevels": ["FLIGHTRULES_GO"]}, {}):
        told["predicate"] |= predicate
        told["predicate"]["https://flightrules.dev/record"]["state"] = "GO"
        envelope["payload"] = base64.encode(json.dumps(told).encode())
        found = verified(json.dumps(envelope).encode())
        assert (found.ok, found.failed.code) == (False, "E_SIGNATURE")
    envelope = json.loads(attest(shop.ci, decided(green)))
    envelope["payloadType"] = "application/vnd.other+json"
    assert not verified(json.dumps(envelope).encode()).ok


def test_strangers_see_no_attestation(shop, green):
    decision = decided(green)
    assert shop.stranger.get(f"/decisions/{decision.key}/attestation").status_code == 404
    assert shop.ci.get("/decisions/..%2f..%2fadmin/attestation").status_code == 404
