"""Signed clearances: bound to digest, environment and time; nothing else that the key signs passes for one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import LedgerError
from flightrules.ledger.attestation import attest
from flightrules.ledger.clearance_attestation import (
    attest_clearance,
    is_clearance_attestation,
    lets_through,
    verify_clearance,
)
from flightrules.ledger.envelope import parse_bundle, sign
from flightrules.ledger.keys import generate_key
from flightrules.ledger.note import sign_note
from flightrules.ledger.statement import PAYLOAD_TYPE, build_statement
from flightrules.ledger.verification import verify_attestation

KEY = generate_key()
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
DIGEST = "a" * 64
NOTE = sign_note("flightrules/office/product/shop\n1\nAAAA\n", [("flightrules/office/product/shop", KEY)])
RECORD = {
    "product": "shop",
    "version": "4.3.0",
    "release": "r",
    "decision": "d",
    "state": "GO",
    "environment": "prod",
    "dossier": "b" * 64,
    "decision_record": "c" * 64,
    "rulebook_digest": "sha256:" + "d" * 64,
    "checkpoint": NOTE,
    "as_of": "2026-11-21T12:00:00Z",
    "expires_at": "2026-11-21T12:15:00.000000Z",
}
SUBJECTS = [{"name": "shop.whl", "digest": {"sha256": DIGEST}}]


def made(**changes):
    return attest_clearance({**RECORD, **changes}, subjects=SUBJECTS, signer=KEY)


def verified(data, **more):
    asked = {"public_keys": [KEY.public], "artefact": DIGEST, "environment": "prod", "at": AT, **more}
    return verify_clearance(data, **asked)


def code(found):
    return found.failed.code if found.failed else ""


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("GO", "FLIGHTRULES_GO"),
        ("CONDITIONAL GO", "FLIGHTRULES_CONDITIONAL_GO"),
        ("GO BY OVERRIDE", "FLIGHTRULES_GO_BY_OVERRIDE"),
    ],
)
def test_an_open_one_names_its_decision(state, word):
    data = made(state=state)
    assert is_clearance_attestation(data)
    found = verified(data)
    assert found.ok
    assert found.signers == (KEY.public,)
    assert lets_through(found.require())
    predicate = json.loads(parse_bundle(data)[0].payload)["predicate"]
    assert predicate["properties"] == ["FLIGHTRULES_DECIDED", word]
    assert [one["name"] for one in predicate["verifier"]["policies"]] == [
        "rulebook",
        "dossier",
        "decision-record",
    ]


@pytest.mark.parametrize("state", ["CLOSED", "WAITING"])
def test_a_shut_one_is_a_failed_summary(state):
    found = verified(made(state=state))
    assert found.ok
    assert not lets_through(found.require())
    predicate = json.loads(parse_bundle(made(state=state))[0].payload)["predicate"]
    assert predicate["verificationResult"] == "FAILED"
    assert predicate["resourceUri"] == "urn:flightrules:clearance:shop:4.3.0:prod"


@pytest.mark.parametrize(
    ("asked", "step"),
    [
        ({"artefact": "e" * 64}, "E_DIGEST"),
        ({"environment": "uat"}, "E_CONTRADICTION"),
        ({"environment": "PROD"}, "E_CONTRADICTION"),
        ({"at": AT + timedelta(minutes=15)}, "E_EXPIRED"),
        ({"at": AT - timedelta(minutes=5, seconds=1)}, "E_EXPIRED"),
        ({"public_keys": [generate_key().public]}, "E_SIGNATURE"),
    ],
)
def test_it_is_refused_for_anything_else(asked, step):
    assert code(verified(made(), **asked)) == step


def test_what_is_not_given_is_not_compared_and_says_so():
    found = verified(made(), artefact=None, environment=None, at=None)
    assert found.ok
    assert [one.number for one in found.steps if one.ok is None] == [6, 7, 10]


def test_no_key_verifies_nothing():
    with pytest.raises(LedgerError, match="no key"):
        verified(made(), public_keys=[])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"state": "FINE"}, "E_ENUM"),
        ({"state": ""}, "E_MISSING_FIELD"),
        ({"environment": 7}, "E_WRONG_TYPE"),
        ({"dossier": "short"}, "E_MALFORMED"),
        ({"expires_at": "soon"}, "E_MALFORMED"),
        ({"kind": "flightrules-verdict"}, "E_ENUM"),
    ],
)
def test_what_means_nothing_is_not_signed(changes, fault):
    with pytest.raises(LedgerError) as refused:
        made(**changes)
    assert refused.value.code == fault


def test_no_subject_no_statement():
    with pytest.raises(LedgerError):
        attest_clearance(RECORD, subjects=[], signer=KEY)


def signed(kind, predicate, payload_type=PAYLOAD_TYPE):
    payload = build_statement(SUBJECTS, kind, predicate)
    return sign(payload, payload_type, [KEY]).to_json() + b"\n"


def parts(data):
    value = json.loads(parse_bundle(data)[0].payload)
    return value["predicateType"], value["predicate"]


def test_a_statement_that_does_not_follow_from_its_record_is_refused_although_the_key_signed_it():
    """PRE-05: what is shown and what is on record are one."""
    kind, shut = parts(made(state="CLOSED"))
    open_kind, opened = parts(made())
    name = "https://flightrules.dev/record"
    assert code(verified(signed(kind, {**shut, name: {**shut[name], "state": "GO"}}))) == "E_CONTRADICTION"
    assert code(verified(signed(open_kind, {**opened, name: shut[name]}))) == "E_CONTRADICTION"
    assert code(verified(signed(open_kind, {**opened, "properties": []}))) == "E_CONTRADICTION"
    other = {**opened, "verifier": {**opened["verifier"], "id": "https://flightrules.dev/check/v1"}}
    assert code(verified(signed(open_kind, other))) == "E_ENUM"
    assert code(verified(signed(open_kind, {**opened, name: "GO"}))) == "E_WRONG_TYPE"
    tests = "https://in-toto.io/attestation/test-result/v0.1"
    assert code(verified(signed(tests, {"result": "PASSED", "configuration": []}))) == "E_ENUM"
    assert code(verified(signed(open_kind, opened, "application/json"))) == "E_ENUM"


def test_a_checkpoint_of_somebody_else_is_refused():
    stranger = generate_key()
    foreign = sign_note("flightrules/x\n1\nAAAA\n", [("flightrules/x", stranger)])
    assert code(verified(made(checkpoint=foreign))) == "E_SIGNATURE"


def test_a_verdict_is_no_clearance_and_a_clearance_no_verdict():
    """LED-10: a signature over one thing says nothing of another."""
    verdict = attest(
        {
            "verdict": "GO",
            "as_of": "2026-11-21T12:00:00Z",
            "rulebook_digest": "d" * 64,
            "criteria": [],
            "evidence": [],
        },
        subjects=SUBJECTS,
        keys=[KEY],
    )
    assert not is_clearance_attestation(verdict)
    assert code(verified(verdict)) == "E_ENUM"
    assert code(verified(verdict.splitlines(keepends=True)[0])) == "E_ENUM"
    assert not verify_attestation(made(), public_keys=[KEY.public]).ok
    assert code(verified(made() + made())) == "E_ENUM"
    assert not lets_through({"state": "GO"})


@pytest.mark.parametrize("data", [b"", b"{}", b"\x00", b"[]", b'{"payload": 1}', NOTE.encode()])
def test_what_is_no_envelope_is_no_clearance(data):
    assert not is_clearance_attestation(data)
    assert not verified(data).ok


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_bit_of_it_can_be_changed(at, mask):
    data = bytearray(made())
    data[at % len(data)] ^= mask
    found = verified(bytes(data))
    assert not found.ok or found.require() == {"kind": "flightrules-clearance", **RECORD}


def rewritten(**changes):
    """The same signed answer, written in another way."""
    envelope = json.loads(made()) | changes
    return json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def signature(**changes):
    return json.loads(made())["signatures"][0] | changes


JUNK = {"sig": base64.b64encode(b"j" * 64).decode()}


@pytest.mark.parametrize(
    "written",
    [
        rewritten(verdict="GO"),
        rewritten(signatures=[signature(keyid="f" * 64)]),
        rewritten(signatures=[signature(), JUNK]),
        rewritten(signatures=[JUNK, signature()]),
        rewritten(signatures=[signature(), signature()]),
        b" " + made(),
        made() + b"\n",
        json.dumps(json.loads(made()), indent=1).encode(),
    ],
)
def test_one_answer_is_written_in_one_way(written):
    assert written != made()
    found = verified(written)
    assert not found.ok
    assert found.failed.number in (1, 3, 11)


def test_the_other_alphabet_of_base64_is_another_way_of_writing_it():
    data = made(version="4.3.0 ???>>>~~~")
    envelope = json.loads(data)
    assert verified(data).ok
    payload = envelope["payload"].replace("+", "-").replace("/", "_")
    assert payload != envelope["payload"]
    found = verified(
        json.dumps(envelope | {"payload": payload}, sort_keys=True, separators=(",", ":")).encode()
    )
    assert (found.failed.number, code(found)) == (11, "E_ALTERED")


def test_what_others_wrote_around_it_is_named_where_it_is_let_be():
    found = verified(rewritten(signatures=[signature(), JUNK]), exact=False)
    assert found.ok
    assert found.steps[2].detail.endswith("; 1 signature by other keys passed over")
    forged = verified(rewritten(signatures=[signature(), JUNK | {"keyid": KEY.public.keyid}]), exact=False)
    assert (forged.failed.number, code(forged)) == (3, "E_SIGNATURE")


def test_a_line_end_that_a_shell_cut_off_changes_nothing():
    assert verified(made().rstrip(b"\n")).ok
