"""A second verifier for signed records, written from the specification alone: no code of the product.

usage: verify_minimal.py RECORD PUBLIC_KEY.pem [EVIDENCE_FILE ...]

A record is two lines, each ending in LF: the verdict, then the evidence. Each line is a DSSE 1.0.2 envelope,
JSON without blanks and with sorted keys: payload (standard base64), payloadType, signatures. A signature is
{keyid, sig}: Ed25519 over the pre-authentication encoding; keyid is the SHA-256 of the key's DER
SubjectPublicKeyInfo, and signatures stand in the order of their keyids. A signature by an unknown key counts
for nothing; one that claims the known key and does not hold refuses the record. Each payload is an in-toto
Statement v1 about the same subjects, without duplicate keys, floats or NaN. The verdict is svr v0.2 or VSA v1
and holds the record; the evidence is test-result v0.1 and lists the artefacts. Rulebook digest, evidence
digests, time, criteria and verdict agree, and the verdict names the SHA-256 of the evidence payload.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

OURS = "https://flightrules.dev"
SVR, VSA = "https://in-toto.io/attestation/svr/v0.2", "https://slsa.dev/verification_summary/v1"
TEST = "https://in-toto.io/attestation/test-result/v0.1"
STATEMENT, PAYLOAD = "https://in-toto.io/Statement/v1", "application/vnd.in-toto+json"
GO, BLOCKED = {"GO", "CONDITIONAL_GO", "GO_BY_OVERRIDE"}, {"NO_GO", "HOLD"}


class RefusedError(Exception):
    """The record does not hold."""


def require(holds: object, why: str) -> None:
    if not holds:
        raise RefusedError(why)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    require(len(dict(pairs)) == len(pairs), "duplicate key")
    return dict(pairs)


def no_float(text: str) -> None:
    raise RefusedError(f"{text} is no integer")


def decode(text: str | bytes) -> Any:
    return json.loads(text, object_pairs_hook=unique, parse_float=no_float, parse_constant=no_float)


def opened(line: str, key: Any) -> bytes:
    """The payload of one line, if the key signed it and the line is written as it must be."""
    envelope = decode(line)
    require(envelope["payloadType"] == PAYLOAD, "payload type")
    payload = base64.b64decode(envelope["payload"], validate=True)
    message = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    keyid, held, again = hashlib.sha256(der).hexdigest(), False, []
    for one in envelope["signatures"]:
        sig, name = base64.b64decode(one["sig"], validate=True), one["keyid"]
        try:
            key.verify(sig, message)
            held, name = True, keyid
        except InvalidSignature:
            require(name != keyid, "signature")
        again.append({"keyid": name, "sig": base64.b64encode(sig).decode()})
    require(held, "no signature by this key")
    written: dict[str, Any] = {"payload": base64.b64encode(payload).decode(), "payloadType": PAYLOAD}
    written["signatures"] = sorted(again, key=lambda one: one["keyid"])
    rewritten = json.dumps(written, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    require(rewritten == line, "not the bytes as written")
    return payload


def sha256(text: str) -> str:
    found = re.fullmatch(r"(?:sha256:)?([0-9A-Fa-f]{64})", text)
    require(found, "not a SHA-256")
    return str(found and found[1]).lower()


def check_tests(record: dict[str, Any], tests: dict[str, Any], word: str) -> None:
    listed = [(one["path"], sha256(one["sha256"])) for one in record["evidence"]]
    shown = [(one["name"], one["digest"]["sha256"]) for one in tests[f"{OURS}/evidence"]]
    require(listed == shown, "evidence lists")
    states = [(one["id"], one["status"].upper().replace("_", " ")) for one in record["criteria"]]
    passed = [name for name, state in states if state == "PASS"]
    rest = [(name, state) for name, state in states if state not in {"PASS", "NOT APPLICABLE"}]
    failed = [name for name, state in rest if state != "WAIVED" and word in BLOCKED]
    warned = [name for name, state in rest if state == "WAIVED" or word not in BLOCKED]
    names = [tests["passedTests"], tests["warnedTests"], tests["failedTests"]]
    require(names == [passed, warned, failed], "criteria differ")
    require(tests["result"] == ("FAILED" if word in BLOCKED else "WARNED" if warned else "PASSED"), "result")


def check(bundle: bytes, pem: bytes, rulebook: Any = None, subject: Any = None, evidence: Any = None) -> None:
    key: Any = serialization.load_pem_public_key(pem)
    first, second, rest = bundle.decode().split("\n")
    require(not rest, "two lines")
    payloads = opened(first, key), opened(second, key)
    verdict, tests = decode(payloads[0]), decode(payloads[1])
    require(verdict["_type"] == tests["_type"] == STATEMENT, "statement type")
    require(verdict["predicateType"] in {SVR, VSA} and tests["predicateType"] == TEST, "predicate types")
    require(verdict["subject"] and verdict["subject"] == tests["subject"], "subjects")
    require(all(one["digest"] for one in verdict["subject"]), "subject without digest")
    digests = [digest for one in verdict["subject"] for digest in one["digest"].values()]
    require(subject is None or sha256(subject) in digests, "subject digest")
    said, svr = verdict["predicate"], verdict["predicateType"] == SVR
    record = said[f"{OURS}/record"]
    agreed = {"sha256": sha256(record["rulebook_digest"])}
    require(rulebook is None or sha256(rulebook) == agreed["sha256"], "rulebook digest")
    policies = said["verifier"]["policies"] if svr else [said["policy"]]
    named = [one["digest"] for one in policies + tests["predicate"]["configuration"]]
    require(named == [agreed, agreed], "rulebook digests differ")
    require(said["verifier"]["id"] == f"{OURS}/check/v1", "verifier")
    require(svr or said["policy"]["uri"] == f"{OURS}/rulebook/v1", "policy")
    held = {sha256(one["sha256"]) for one in record["evidence"]}
    require(evidence is None or set(evidence) == held, "evidence digests")
    word = record["verdict"].upper().replace("-", "_").replace(" ", "_")
    require(word in GO | BLOCKED, "verdict")
    level = [f"FLIGHTRULES_{word}"] if word in GO else []
    summary = ["PASSED", level] if level else ["FAILED", ["FAILED"]]
    found = said["properties"] if svr else [said["verificationResult"], said["verifiedLevels"]]
    require(found == (["FLIGHTRULES_EVALUATED", *level] if svr else summary), "properties")
    check_tests(record, tests["predicate"], word)
    require(said["timeCreated" if svr else "timeVerified"] == record["as_of"], "time")
    inputs = said[f"{OURS}/inputAttestations" if svr else "inputAttestations"]
    linked = [{"name": "evidence", "digest": {"sha256": hashlib.sha256(payloads[1]).hexdigest()}}]
    require(inputs == linked, "another evidence statement")


def verify(bundle: bytes, pem: bytes, **given: Any) -> str | None:
    """Why the record does not hold; None when it holds."""
    try:
        check(bundle, pem, **given)
    except (RefusedError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    record_bytes, pem_bytes, *files = (Path(path).read_bytes() for path in sys.argv[1:])
    at_hand = [hashlib.sha256(one).hexdigest() for one in files] or None
    why = verify(record_bytes, pem_bytes, evidence=at_hand)
    print(f"REFUSED: {why}" if why else "OK")
    sys.exit(why is not None)
