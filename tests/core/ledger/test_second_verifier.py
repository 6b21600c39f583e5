# ruff: noqa: ARG005  every change is handed both statements
"""A small verifier, written from the specification alone, must agree with ours on every file."""

import copy
import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.ledger.attestation import EVIDENCE, INPUTS, RECORD, attest
from flightrules.ledger.envelope import parse_bundle, sign
from flightrules.ledger.statement import PAYLOAD_TYPE
from flightrules.ledger.verification import verify_attestation

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "verify_minimal.py"
ARTEFACT, RULEBOOK, JUNIT, COVERAGE = "e5" * 32, "ab" * 32, "c1" * 32, "c2" * 32
NAMES = st.text("abcé≥ \U0001f600", min_size=1, max_size=6)
STATUS = st.sampled_from(["PASS", "FAIL", "WAIVED", "NO DATA", "STALE", "NOT APPLICABLE", "ERROR"])
DIGEST = st.binary(min_size=32, max_size=32).map(bytes.hex)
RECORDS = st.fixed_dictionaries(
    {
        "verdict": st.sampled_from(["GO", "CONDITIONAL GO", "GO BY OVERRIDE", "NO-GO", "HOLD"]),
        "as_of": st.just("2026-11-21T09:00:00Z"),
        "rulebook_digest": DIGEST | DIGEST.map("sha256:{}".format),
        "criteria": st.lists(
            st.fixed_dictionaries({"id": NAMES, "status": STATUS, "actual": NAMES}), max_size=4
        ),
        "evidence": st.lists(
            st.fixed_dictionaries({"path": NAMES, "sha256": DIGEST, "method": NAMES}), max_size=3
        ),
        "count": st.integers(-(2**53) + 1, 2**53 - 1),
    }
)
FORMS = st.sampled_from(["svr", "vsa"])


@pytest.fixture(scope="module")
def minimal():
    spec = importlib.util.spec_from_file_location("verify_minimal", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def both(minimal, bundle, key, rulebook=None, subject=None, evidence=None):
    """Whether the record holds, as both say; they must say the same."""
    ours = verify_attestation(
        bundle,
        public_keys=[key.public],
        rulebook_digest=rulebook,
        subject_digest=subject,
        evidence_digests=evidence,
    )
    theirs = minimal.verify(
        bundle, key.public.to_pem(), rulebook=rulebook, subject=subject, evidence=evidence
    )
    assert ours.ok is (theirs is None), (ours.failed, theirs)
    return ours.ok


def test_it_is_small_and_knows_nothing_of_ours():
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    assert "import flightrules" not in text
    assert "from flightrules" not in text


def test_both_accept_what_was_signed(minimal, signed, ada, ben, mallory, record, subjects):
    evidence = [JUNIT, COVERAGE]
    assert both(minimal, signed, ada, RULEBOOK, ARTEFACT, evidence)
    assert both(minimal, signed, ada, f"sha256:{RULEBOOK}", f"sha256:{ARTEFACT}", evidence)
    shared_record = attest(record, subjects=subjects, keys=[ada, ben])
    assert both(minimal, shared_record, ada)
    assert both(minimal, shared_record, ben)
    assert not both(minimal, shared_record, mallory)


@pytest.mark.parametrize(
    "given_digests",
    [
        {"rulebook": "00" * 32},
        {"subject": "00" * 32},
        {"evidence": [JUNIT]},
        {"evidence": [JUNIT, COVERAGE, "00" * 32]},
    ],
)
def test_both_refuse_what_does_not_belong_to_the_record(minimal, signed, ada, given_digests):
    assert not both(minimal, signed, ada, **given_digests)


@settings(max_examples=examples(40))
@given(record=RECORDS, form=FORMS)
def test_both_accept_every_record(minimal, ada, subjects, record, form):
    bundle = attest(record, subjects=subjects, keys=[ada], form=form)
    evidence = sorted({one["sha256"] for one in record["evidence"]})
    assert both(minimal, bundle, ada, record["rulebook_digest"], ARTEFACT, evidence)


@pytest.mark.parametrize("form", ["svr", "vsa"])
def test_both_refuse_every_single_changed_byte(minimal, ada, record, subjects, form):
    bundle = attest(record, subjects=subjects, keys=[ada], form=form)
    for at in range(len(bundle)):
        damaged = bundle[:at] + bytes([bundle[at] ^ 1 << at % 7]) + bundle[at + 1 :]
        assert not both(minimal, damaged, ada)


@settings(max_examples=examples(100))
@given(
    at=st.integers(0, 10**6), change=st.integers(1, 255), more=st.binary(max_size=3), cut=st.integers(0, 3)
)
def test_both_agree_on_damaged_files(minimal, signed, ada, at, change, more, cut):
    at %= len(signed)
    damaged = signed[:at] + bytes([signed[at] ^ change]) + more + signed[at + 1 + cut :]
    assert both(minimal, damaged, ada) is (damaged == signed)


BINDING = [
    lambda v, t: v["subject"][0]["digest"].update(sha256="00" * 32),
    lambda v, t: t["subject"].append({"digest": {"sha256": "00" * 32}}),
    lambda v, t: v["subject"].clear(),
    lambda v, t: v["predicate"][RECORD].update(rulebook_digest="00" * 32),
    lambda v, t: v["predicate"][RECORD].update(verdict="NO-GO"),
    lambda v, t: v["predicate"][RECORD].update(verdict="PERHAPS"),
    lambda v, t: v["predicate"][RECORD].update(as_of="2026-11-22T09:00:00Z"),
    lambda v, t: v["predicate"][RECORD].update(score=0.5),
    lambda v, t: v["predicate"][RECORD]["evidence"].pop(),
    lambda v, t: v["predicate"][RECORD]["criteria"][1].update(status="PASS"),
    lambda v, t: v["predicate"][RECORD]["criteria"][0].update(status="FAIL"),
    lambda v, t: v["predicate"].update(properties=["FLIGHTRULES_GO"]),
    lambda v, t: v["predicate"].pop(INPUTS),
    lambda v, t: v["predicate"]["verifier"].update(id="https://mallory"),
    lambda v, t: v["predicate"]["verifier"]["policies"].clear(),
    lambda v, t: t["predicate"].update(result="PASSED"),
    lambda v, t: t["predicate"]["failedTests"].append("x"),
    lambda v, t: t["predicate"][EVIDENCE][0].update(name="other.xml"),
    lambda v, t: t["predicate"][EVIDENCE][0]["digest"].update(sha256="00" * 32),
    lambda v, t: t["predicate"]["configuration"].clear(),
    lambda v, t: t.update(predicateType="x"),
    lambda v, t: v.update(_type="x"),
    lambda v, t: v.update(extra="passed over"),
]


@pytest.mark.parametrize("number", range(len(BINDING)))
@pytest.mark.parametrize("linked", [True, False])
def test_both_agree_on_what_a_signer_could_have_written(minimal, signed, ada, number, linked):
    verdict, tests = (json.loads(envelope.payload) for envelope in parse_bundle(signed))
    before = copy.deepcopy((verdict, tests))
    BINDING[number](verdict, tests)
    payload = json.dumps(tests, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if linked and INPUTS in verdict["predicate"]:
        verdict["predicate"][INPUTS][0]["digest"]["sha256"] = hashlib.sha256(payload).hexdigest()
    payloads = [json.dumps(verdict).encode(), payload]
    bundle = b"".join(sign(one, PAYLOAD_TYPE, [ada]).to_json() + b"\n" for one in payloads)
    changes_nothing = "extra" in verdict
    assert both(minimal, bundle, ada) is changes_nothing
    assert (verdict, tests) != before


def run(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def test_it_runs_on_files_alone(tmp_path, ada, record, subjects):
    artefact = tmp_path / "junit.xml"
    artefact.write_bytes(b"<testsuite/>")
    record["evidence"] = [{"path": "junit.xml", "sha256": hashlib.sha256(b"<testsuite/>").hexdigest()}]
    (tmp_path / "r.jsonl").write_bytes(attest(record, subjects=subjects, keys=[ada]))
    (tmp_path / "ada.pub").write_bytes(ada.public.to_pem())
    files = [tmp_path / "r.jsonl", tmp_path / "ada.pub", artefact]
    good = run(*files)
    assert (good.returncode, good.stdout) == (0, "OK\n")
    artefact.write_bytes(b"<testsuite />")
    bad = run(*files)
    assert (bad.returncode, bad.stderr) == (1, "")
    assert "evidence digests" in bad.stdout
