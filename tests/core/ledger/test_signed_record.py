# ruff: noqa: ARG005  every change is handed both statements
import base64
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import LedgerError
from flightrules.ledger.attestation import (
    EVIDENCE,
    INPUTS,
    RECORD,
    attest,
    evidence_predicate,
    verdict_predicate,
)
from flightrules.ledger.envelope import parse_bundle, sign
from flightrules.ledger.keys import generate_key
from flightrules.ledger.predicates import SVR, TEST_RESULT, VSA
from flightrules.ledger.statement import PAYLOAD_TYPE, build_statement, parse_statement
from flightrules.ledger.verification import verify_attestation

ARTEFACT, RULEBOOK, JUNIT, COVERAGE = "e5" * 32, "ab" * 32, "c1" * 32, "c2" * 32
AT_HAND = {
    "rulebook_digest": RULEBOOK,
    "subject_digest": f"sha256:{ARTEFACT}",
    "evidence_digests": {"out/junit.xml": JUNIT, "out/coverage.xml": COVERAGE},
}


def code_of(call, *arguments, **named):
    with pytest.raises(LedgerError) as caught:
        call(*arguments, **named)
    return caught.value.code


def failed(bundle, *keys, **named):
    """Number and code of the first failed step."""
    found = verify_attestation(bundle, public_keys=[key.public for key in keys], **named)
    assert found.failed is not None
    assert not found.ok
    assert found.record is None
    assert found.signers == ()
    return found.failed.number, found.failed.code


def flip(digest):
    return f"{int(digest[0], 16) ^ 1:x}{digest[1:]}"


def statements(bundle):
    return [json.loads(envelope.payload) for envelope in parse_bundle(bundle)]


def resigned(bundle, *keys, change):
    """What a signer could have written instead: statements changed, then properly signed."""
    verdict, tests = statements(bundle)
    change(verdict, tests)
    payloads = [
        json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        for one in (verdict, tests)
    ]
    return b"".join(sign(one, PAYLOAD_TYPE, keys).to_json() + b"\n" for one in payloads)


def relinked(verdict, tests):
    payload = json.dumps(tests, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    verdict["predicate"][INPUTS][0]["digest"]["sha256"] = hashlib.sha256(payload).hexdigest()


def test_a_signed_record_holds_step_by_step(signed, ada, record):
    found = verify_attestation(signed, public_keys=[ada.public], **AT_HAND)
    assert [(step.number, step.ok) for step in found.steps] == [(number, True) for number in range(1, 12)]
    assert [step.title for step in found.steps] == [
        "Envelopes", "Payload type", "Signatures", "Statement type", "Predicate types", "Subject digest",
        "Rulebook digest", "Evidence digests", "Verdict", "Evidence statement", "Exact bytes",
    ]  # fmt: skip
    assert found.ok
    assert found.require() == record
    assert found.signers == (ada.public,)


def test_what_was_not_given_is_said_to_be_uncompared(signed, ada):
    found = verify_attestation(signed, public_keys=[ada.public])
    assert found.ok
    assert [step.number for step in found.steps if step.ok is None] == [6, 7, 8]
    assert f"sha256:{ARTEFACT}; no artefact given" in found.steps[5].detail
    assert f"sha256:{RULEBOOK}; no rulebook given" in found.steps[6].detail
    assert "2 digests recorded; no files given" in found.steps[7].detail


def test_the_same_inputs_give_the_same_bytes(signed, ada, ben, record, subjects):
    assert attest(dict(reversed(record.items())), subjects=subjects, keys=[ada]) == signed
    both = attest(record, subjects=subjects, keys=[ada, ben])
    assert both == attest(record, subjects=subjects, keys=[ben, ada]) != signed


def test_signing_does_not_change_what_it_was_given(ada, record, subjects):
    before = json.dumps([record, subjects])
    attest(record, subjects=subjects, keys=[ada])
    assert json.dumps([record, subjects]) == before


def test_a_flipped_bit_in_the_rulebook_digest_is_found_at_step_7(signed, ada):
    assert failed(signed, ada, **(AT_HAND | {"rulebook_digest": flip(RULEBOOK)})) == (7, "E_DIGEST")


def test_another_artefact_is_found_at_step_6(signed, ada):
    for digest in (flip(ARTEFACT), f"sha256:{flip(ARTEFACT)}", "gitCommit:" + "ab" * 20):
        assert failed(signed, ada, subject_digest=digest) == (6, "E_DIGEST")


def test_changed_evidence_is_found_at_step_8_with_both_digests(signed, ada):
    found = verify_attestation(
        signed,
        public_keys=[ada.public],
        evidence_digests={"/ci/junit.xml": flip(JUNIT), "coverage.xml": COVERAGE},
    )
    assert (found.failed.number, found.failed.code) == (8, "E_DIGEST")
    assert f"/ci/junit.xml is sha256:{flip(JUNIT)}, recorded is sha256:{JUNIT}" in found.failed.detail


def test_missing_evidence_is_found_unless_a_part_is_asked_for(signed, ada):
    part = {"evidence_digests": [JUNIT]}
    assert failed(signed, ada, **part) == (8, "E_DIGEST")
    found = verify_attestation(signed, public_keys=[ada.public], all_evidence=False, **part)
    assert found.ok
    assert "1 of 2 digests compared; not given: out/coverage.xml" in found.steps[7].detail


def test_evidence_that_was_never_recorded_is_found(signed, ada):
    more = {**AT_HAND["evidence_digests"], "extra.xml": "dd" * 32}
    assert failed(signed, ada, evidence_digests=more, all_evidence=False) == (8, "E_DIGEST")


def test_a_renamed_file_is_still_the_same_evidence(signed, ada):
    assert verify_attestation(
        signed, public_keys=[ada.public], evidence_digests={"a": COVERAGE, "b": JUNIT}
    ).ok


def test_all_later_differences_are_shown_at_once(signed, ada):
    found = verify_attestation(
        signed,
        public_keys=[ada.public],
        rulebook_digest=flip(RULEBOOK),
        subject_digest=flip(ARTEFACT),
        evidence_digests=[],
    )
    assert [step.number for step in found.steps if step.ok is False] == [6, 7, 8]


def test_nothing_is_read_from_bytes_that_nobody_vouches_for(signed, ada, mallory):
    found = verify_attestation(signed, public_keys=[mallory.public])
    assert (found.failed.number, found.failed.code) == (3, "E_SIGNATURE")
    assert {(step.ok, step.detail) for step in found.steps[3:]} == {(None, "not reached")}
    with pytest.raises(LedgerError, match="step 3, Signatures") as caught:
        found.require()
    assert caught.value.code == "E_SIGNATURE"


def test_two_people_sign_one_verdict(ada, ben, mallory, record, subjects):
    both = attest(record, subjects=subjects, keys=[ada, ben])
    keys = [ada.public, ben.public]
    assert verify_attestation(both, public_keys=keys, threshold=2).signers == tuple(
        sorted(keys, key=lambda key: key.keyid)
    )
    assert verify_attestation(both, public_keys=[ada.public]).signers == (ada.public,)
    assert "1 signature" not in verify_attestation(both, public_keys=keys).steps[2].detail
    assert "2 signatures by other keys" in verify_attestation(both, public_keys=[ada.public]).steps[2].detail
    one = attest(record, subjects=subjects, keys=[ada])
    assert failed(one, ada, ben, threshold=2) == (3, "E_SIGNATURE")
    assert failed(attest(record, subjects=subjects, keys=[ada, mallory]), ada, ben, threshold=2) == (
        3,
        "E_SIGNATURE",
    )


def test_two_signatures_on_different_lines_are_not_two_signatures_on_one_record(ada, ben, record, subjects):
    by_ada, by_ben = (
        attest(record, subjects=subjects, keys=[key]).splitlines(keepends=True) for key in (ada, ben)
    )
    assert failed(by_ada[0] + by_ben[1], ada, ben) == (3, "E_SIGNATURE")


def test_a_revoked_key_is_named(signed, ada, ben):
    assert failed(signed, ada, ben, revoked_keys=[ada.public]) == (3, "E_KEY")
    assert failed(signed, ada, revoked_keys=[ada.public]) == (3, "E_KEY")


def test_a_damaged_signature_of_a_given_key_is_not_passed_over(ada, ben, record, subjects):
    lines = [json.loads(line) for line in attest(record, subjects=subjects, keys=[ada, ben]).splitlines()]
    of_ben = next(one for one in lines[0]["signatures"] if one["keyid"] == ben.keyid)
    sig = bytearray(base64.b64decode(of_ben["sig"]))
    sig[5] ^= 1
    of_ben["sig"] = base64.b64encode(sig).decode()
    damaged = b"".join(
        json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n" for line in lines
    )
    assert failed(damaged, ada, ben) == (3, "E_SIGNATURE")


@pytest.mark.parametrize(
    ("verdict", "properties", "result"),
    [
        ("GO", ["FLIGHTRULES_EVALUATED", "FLIGHTRULES_GO"], "WARNED"),
        ("CONDITIONAL GO", ["FLIGHTRULES_EVALUATED", "FLIGHTRULES_CONDITIONAL_GO"], "WARNED"),
        ("CONDITIONAL_GO", ["FLIGHTRULES_EVALUATED", "FLIGHTRULES_CONDITIONAL_GO"], "WARNED"),
        ("GO BY OVERRIDE", ["FLIGHTRULES_EVALUATED", "FLIGHTRULES_GO_BY_OVERRIDE"], "WARNED"),
        ("NO-GO", ["FLIGHTRULES_EVALUATED"], "FAILED"),
        ("HOLD", ["FLIGHTRULES_EVALUATED"], "FAILED"),
    ],
)
@pytest.mark.parametrize("form", ["svr", "vsa"])
def test_a_verdict_says_only_what_passed(ada, record, subjects, verdict, properties, result, form):
    record["verdict"] = verdict
    bundle = attest(record, subjects=subjects, keys=[ada], form=form)
    found, tests = statements(bundle)
    assert verify_attestation(bundle, public_keys=[ada.public], **AT_HAND).require() == record
    assert tests["predicateType"] == TEST_RESULT
    assert tests["predicate"]["result"] == result
    if form == "svr":
        assert (found["predicateType"], found["predicate"]["properties"]) == (SVR, properties)
        return
    levels = properties[1:] or ["FAILED"]
    assert (found["predicateType"], found["predicate"]["verifiedLevels"]) == (VSA, levels)
    assert found["predicate"]["verificationResult"] == ("PASSED" if properties[1:] else "FAILED")


def test_criteria_become_tests(record):
    record["criteria"] = [
        {"id": name, "status": status}
        for name, status in [
            ("a", "PASS"),
            ("b", "FAIL"),
            ("c", "NO DATA"),
            ("d", "WAIVED"),
            ("e", "NOT_APPLICABLE"),
        ]
    ]
    go = evidence_predicate(record)
    assert (go["result"], go["passedTests"], go["warnedTests"], go["failedTests"]) == (
        "WARNED",
        ["a"],
        ["b", "c", "d"],
        [],
    )
    no_go = evidence_predicate(record | {"verdict": "NO-GO"})
    assert (no_go["result"], no_go["warnedTests"], no_go["failedTests"]) == ("FAILED", ["d"], ["b", "c"])
    record["criteria"] = record["criteria"][:1]
    assert evidence_predicate(record)["result"] == "PASSED"


def test_the_statements_bind_subject_rulebook_and_evidence(signed):
    verdict, tests = statements(signed)
    assert (
        verdict["subject"]
        == tests["subject"]
        == [{"name": "checkout-4.2.1.whl", "digest": {"sha256": ARTEFACT}}]
    )
    assert verdict["predicate"]["verifier"]["policies"] == tests["predicate"]["configuration"]
    assert tests["predicate"]["configuration"] == [{"name": "rulebook", "digest": {"sha256": RULEBOOK}}]
    assert [one["digest"]["sha256"] for one in tests["predicate"][EVIDENCE]] == [JUNIT, COVERAGE]
    assert (
        verdict["predicate"][INPUTS][0]["digest"]["sha256"]
        == hashlib.sha256(parse_bundle(signed)[1].payload).hexdigest()
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"verdict": None}, "E_MISSING_FIELD"),
        ({"verdict": "MAYBE"}, "E_ENUM"),
        ({"verdict": True}, "E_WRONG_TYPE"),
        ({"as_of": "today"}, "E_MALFORMED"),
        ({"as_of": None}, "E_MISSING_FIELD"),
        ({"rulebook_digest": "abc"}, "E_MALFORMED"),
        ({"rulebook_digest": "gitCommit:" + "ab" * 20}, "E_MALFORMED"),
        ({"criteria": {}}, "E_WRONG_TYPE"),
        ({"criteria": ["x"]}, "E_WRONG_TYPE"),
        ({"criteria": [{"id": "a"}]}, "E_MISSING_FIELD"),
        ({"criteria": [{"id": "", "status": "PASS"}]}, "E_MISSING_FIELD"),
        ({"evidence": [{"path": "a", "sha256": "zz"}]}, "E_MALFORMED"),
        ({"evidence": [{"path": "a", "sha256": JUNIT, "method": 1}]}, "E_WRONG_TYPE"),
        ({"evidence": [{"sha256": JUNIT}]}, "E_MISSING_FIELD"),
        ({"score": 0.97}, "E_NOT_CANONICAL"),
        ({"score": float("nan")}, "E_NONFINITE"),
        ({"note": "a\0"}, "E_CONTROL_CHAR"),
        ({"note": "x" * (7 << 20)}, "E_TOO_LARGE"),
    ],
)
def test_what_cannot_be_signed(ada, record, subjects, change, code):
    assert code_of(attest, record | change, subjects=subjects, keys=[ada]) == code


def test_a_record_needs_subject_and_key(ada, record, subjects):
    assert code_of(attest, record, subjects=[], keys=[ada]) == "E_MISSING_FIELD"
    assert code_of(attest, record, subjects=[{"name": "x"}], keys=[ada]) == "E_MISSING_FIELD"
    assert code_of(attest, record, subjects=subjects, keys=[]) == "E_KEY"


def test_a_record_may_have_no_evidence_and_say_so(ada, record, subjects):
    bundle = attest(
        record | {"verdict": "HOLD", "evidence": [], "criteria": []}, subjects=subjects, keys=[ada]
    )
    found = verify_attestation(bundle, public_keys=[ada.public], evidence_digests=[])
    assert found.ok
    assert "0 of 0 digests" in found.steps[7].detail


def test_a_verifier_must_bring_keys_and_real_digests(signed, ada):
    assert code_of(verify_attestation, signed, public_keys=[]) == "E_KEY"
    assert code_of(verify_attestation, signed, public_keys=[ada.public, ada.public], threshold=2) == "E_KEY"
    assert code_of(verify_attestation, signed, public_keys=[ada.public], threshold=0) == "E_KEY"
    for wrong in ({"rulebook_digest": "x"}, {"subject_digest": "x"}, {"evidence_digests": ["x"]}):
        assert code_of(verify_attestation, signed, public_keys=[ada.public], **wrong) == "E_MALFORMED"


STORIES = {
    "the verdict is replayed with another evidence statement": (
        lambda v, t: t["predicate"].update(url="https://elsewhere"), (10, "E_DIGEST")),
    "two artefacts": (lambda v, t: t["subject"][0]["digest"].update(sha256="00" * 32), (6, "E_CONTRADICTION")),
    "another rulebook in the policies": (
        lambda v, t: v["predicate"]["verifier"]["policies"][0]["digest"].update(sha256="00" * 32), (7, "E_CONTRADICTION")),
    "another rulebook in the configuration": (
        lambda v, t: t["predicate"]["configuration"][0]["digest"].update(sha256="00" * 32), (7, "E_CONTRADICTION")),
    "less evidence": (lambda v, t: t["predicate"][EVIDENCE].pop(), (8, "E_CONTRADICTION")),
    "no evidence list": (lambda v, t: t["predicate"].pop(EVIDENCE), (8, "E_CONTRADICTION")),
    "a better verdict outside than inside": (lambda v, t: v["predicate"][RECORD].update(verdict="NO-GO"), (9, "E_CONTRADICTION")),
    "a property that was not reached": (lambda v, t: v["predicate"]["properties"].append("SLSA_BUILD_LEVEL_3"), (9, "E_CONTRADICTION")),
    "a later time": (lambda v, t: v["predicate"].update(timeCreated="2027-01-01T00:00:00Z"), (9, "E_CONTRADICTION")),
    "a passed test more": (lambda v, t: t["predicate"]["passedTests"].append("pact"), (9, "E_CONTRADICTION")),
    "no record": (lambda v, t: v["predicate"].pop(RECORD), (5, "E_MISSING_FIELD")),
    "a record with a float": (lambda v, t: v["predicate"][RECORD].update(score=0.5), (5, "E_NOT_CANONICAL")),
    "a record without criteria": (lambda v, t: v["predicate"][RECORD].pop("criteria"), (5, "E_MISSING_FIELD")),
    "another verifier": (lambda v, t: v["predicate"]["verifier"].update(id="https://mallory"), (5, "E_ENUM")),
    "an unknown predicate": (lambda v, t: v.update(predicateType="https://mallory"), (5, "E_ENUM")),
    "no subject": (lambda v, t: v.update(subject=[]), (4, "E_MISSING_FIELD")),
    "another statement type": (lambda v, t: t.update(_type="x"), (4, "E_ENUM")),
}  # fmt: skip


@pytest.mark.parametrize("story", list(STORIES))
def test_a_signed_contradiction_is_found_at_its_step(signed, ada, story):
    change, expected = STORIES[story]
    assert failed(resigned(signed, ada, change=change), ada) == expected


def test_extra_fields_by_the_signer_are_passed_over(signed, ada):
    def change(verdict, tests):
        tests["predicate"]["zzz"] = 1.5
        relinked(verdict, tests)

    assert verify_attestation(resigned(signed, ada, change=change), public_keys=[ada.public], **AT_HAND).ok


def test_lines_cannot_be_left_out_doubled_or_added(signed, ada, record, subjects):
    verdict, tests = signed.splitlines(keepends=True)
    other = attest(record | {"version": "4.2.2"}, subjects=subjects, keys=[ada]).splitlines(keepends=True)
    for bundle in (verdict, tests, signed + verdict, signed + tests, signed + other[0], verdict + verdict):
        assert failed(bundle, ada) == (5, "E_ENUM")
    assert failed(tests + verdict, ada) == (11, "E_ALTERED")
    go = attest(
        record | {"verdict": "CONDITIONAL GO", "as_of": "2026-11-22T09:00:00Z"}, subjects=subjects, keys=[ada]
    )
    mixed = attest(record | {"criteria": []}, subjects=subjects, keys=[ada]).splitlines(keepends=True)
    assert failed(go.splitlines(keepends=True)[0] + mixed[1], ada)[0] in {9, 10}


def test_evidence_statements_of_two_records_cannot_be_swapped_even_when_they_agree(ada, record, subjects):
    def statement(url):
        predicate = evidence_predicate(record) | {"url": url}
        return build_statement(subjects, TEST_RESULT, predicate)

    one, two = statement("https://ci/1"), statement("https://ci/2")
    verdict = build_statement(
        subjects, SVR, verdict_predicate(record, "svr", hashlib.sha256(one).hexdigest())
    )
    lines = [sign(payload, PAYLOAD_TYPE, [ada]).to_json() + b"\n" for payload in (verdict, one, two)]
    assert verify_attestation(lines[0] + lines[1], public_keys=[ada.public]).ok
    assert failed(lines[0] + lines[2], ada) == (10, "E_DIGEST")


def test_another_payload_type_is_found_at_step_2(ada):
    assert failed(sign(b"{}", "application/json", [ada]).to_json(), ada) == (2, "E_ENUM")


REFORMATTED = {
    "blanks": lambda text: text.replace(b'":', b'": '),
    "a blank line": lambda text: text + b"\n",
    "no final line end": lambda text: text[:-1],
    "windows line ends": lambda text: text.replace(b"\n", b"\r\n"),
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "another key id": lambda text: text.replace(b'"keyid":"', b'"keyid":"f', 1),
    "an escaped character": lambda text: text.replace(b"payload", b"p\\u0061yload", 1),
    "an extra field": lambda text: text.replace(b"{", b'{"a":1,', 1),
    "the other alphabet": lambda text: text.replace(b"+", b"-").replace(b"/", b"_").replace(b"vnd.in-toto-json", b"vnd.in-toto+json").replace(b"application_vnd", b"application/vnd"),
}  # fmt: skip


@pytest.mark.parametrize("how", list(REFORMATTED))
def test_a_change_around_the_signed_part_is_found_and_harmless(signed, ada, how):
    changed = REFORMATTED[how](signed)
    assert changed != signed
    assert failed(changed, ada) == (11, "E_ALTERED")
    assert verify_attestation(changed, public_keys=[ada.public], exact=False).ok


def test_every_single_byte_counts(signed, ada):
    """One bit and one whole byte flipped at every position of the file."""
    accepted = []
    for at in range(len(signed)):
        for change in (1 << at % 7, 0xFF):
            damaged = signed[:at] + bytes([signed[at] ^ change]) + signed[at + 1 :]
            if verify_attestation(damaged, public_keys=[ada.public]).ok:
                accepted.append((at, change))
    assert accepted == []


@given(st.data())
def test_cuts_insertions_and_swaps_are_noticed(signed, ada, data):
    low, high = sorted((data.draw(st.integers(0, len(signed))), data.draw(st.integers(0, len(signed)))))
    noise = data.draw(st.binary(max_size=6) | st.sampled_from([b"\n", b"{}", b" ", signed[:50]]))
    damaged = signed[:low] + noise + signed[high:]
    found = verify_attestation(damaged, public_keys=[ada.public])
    assert found.ok is (damaged == signed)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        yield from places(one, (*path, key))


@settings(max_examples=examples(100))
@given(st.data())
def test_whatever_a_signer_writes_only_a_verdict_or_a_refusal_comes_out(signed, ada, data):
    """Hostile statements under a valid signature: no exception but ours, and never another verdict."""
    value = statements(signed)
    path = data.draw(st.sampled_from([path for path in places(value) if len(path) > 1]))
    holder = value
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(JSONISH)
    payloads = [json.dumps(one).encode() for one in value]
    bundle = b"".join(sign(one, PAYLOAD_TYPE, [ada]).to_json() + b"\n" for one in payloads)
    found = verify_attestation(bundle, public_keys=[ada.public], **AT_HAND)
    assert found.ok or found.failed.code


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_noise_is_refused_with_a_code(noise):
    found = verify_attestation(noise, public_keys=[generate_key().public])
    assert found.failed.number == 1
    assert found.failed.code.startswith("E_")


def test_the_record_is_what_was_signed_not_what_was_parsed_again(signed, ada, record):
    found = verify_attestation(signed, public_keys=[ada.public])
    assert found.record == record == parse_statement(parse_bundle(signed)[0].payload).predicate[RECORD]
