"""Broken and hostile records: one stable code for each class, quickly, and never a traceback."""

import json

import pytest

from flightrules.errors import LedgerError
from flightrules.errors.catalogue import CATALOGUE
from flightrules.errors.ledger_codes import LEDGER_CODES
from flightrules.ledger.attestation import attest
from flightrules.ledger.checkpoint import Checkpoint, verify_anchor
from flightrules.ledger.envelope import sign
from flightrules.ledger.merkle import Tree
from flightrules.ledger.statement import PAYLOAD_TYPE
from flightrules.ledger.verification import verify_attestation

TABLE = {
    "empty": (b"", "E_EMPTY"),
    "one line end": (b"\n", "E_EMPTY"),
    "blanks": (b" " * 1_000_000, "E_EMPTY"),
    "only a byte order mark": (b"\xef\xbb\xbf", "E_EMPTY"),
    "NUL": (bytes(1_000_000), "E_BINARY"),
    "ELF": (b"\x7fELF" + bytes(60), "E_BINARY"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(40), "E_BINARY"),
    "ZIP": (b"PK\x03\x04" + bytes(40), "E_BINARY"),
    "noise": (bytes((i * 197 + 13) % 256 for i in range(4096)), "E_UNRECOGNISED"),
    "prose": (b"Dear team, please approve.", "E_UNRECOGNISED"),
    "a page": (b"<!DOCTYPE html><title>Sign in</title>", "E_HTML_PAGE"),
    "XML": (b"<testsuite/>", "E_UNRECOGNISED"),
    "LFS": (b"version https://git-lfs.github.com/spec/v1\n", "E_LFS_POINTER"),
    "API error": (b'{"message":"Bad credentials","status":401}', "E_UNRECOGNISED"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "E_ENCODING"),
    "UTF-16 without a mark": ('{"a":1}'.encode("utf-16-le"), "E_ENCODING"),
    "latin-1": (b'{"a":"\xe9"}', "E_ENCODING"),
    "cut": (b'{"payload":"AA', "E_TRUNCATED"),
    "cut after a comma": (b'{"a":1,', "E_TRUNCATED"),
    "trailing comma": (b'{"a":1,}', "E_MALFORMED"),
    "comment": (b'// hello\n{"a":1}', "E_MALFORMED"),
    "single quotes": (b"{'a':1}", "E_MALFORMED"),
    "two documents": (b'{"a":1}{"b":2}', "E_MALFORMED"),
    "NaN": (b'{"value":NaN}', "E_NONFINITE"),
    "Infinity": (b'{"value":-Infinity}', "E_NONFINITE"),
    "1e999": (b'{"value":1e999}', "E_NONFINITE"),
    "5000 digits": (b'{"value":' + b"9" * 5000 + b"}", "E_NUMBER"),
    "a key twice": (b'{"a":1,"a":2}', "E_DUPLICATE_KEY"),
    "a key twice, once escaped": (b'{"a":1,"\\u0061":2}', "E_DUPLICATE_KEY"),
    "deep": (b"[" * 100_000 + b"]" * 100_000, "E_TOO_DEEP"),
    "deep and cut": (b'{"a":' * 100_000, "E_TOO_DEEP"),
    "just too deep": (b"[" * 101 + b"]" * 101, "E_TOO_DEEP"),
    "null": (b"null", "E_WRONG_TYPE"),
    "text": (b'"x"', "E_WRONG_TYPE"),
    "number": (b"1", "E_WRONG_TYPE"),
    "list": (b"[1]", "E_WRONG_TYPE"),
    "empty object": (b"{}", "E_MISSING_FIELD"),
    "empty object behind a byte order mark": (b"\xef\xbb\xbf{}", "E_MISSING_FIELD"),
    "5 million nulls": (b"[" + b"null," * 5_000_000 + b"null]", "E_TOO_MANY_ITEMS"),
    "lone surrogate": (b'{"name":"\\ud800"}', "E_ENCODING"),
    "NUL in a text": (b'{"name":"a\\u0000b"}', "E_CONTROL_CHAR"),
    "prototype": (b'{"__proto__":{"admin":true},"constructor":{}}', "E_UNKNOWN_FIELD"),
    "10 MB text": (b'{"name":"' + b"a" * 10_000_000 + b'"}', "E_FIELD_TOO_LONG"),
    "70 MB": (b'{"name":"' + b"a" * 70_000_000 + b'"}', "E_TOO_LARGE"),
    "unknown payload type": (b'{"payloadType":"x","payload":"","signatures":[]}', "E_ENUM"),
    "no signature": (b'{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}', "E_SIGNATURE"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(TABLE))
def test_each_class_of_bad_input_has_its_code(ada, name):
    data, code = TABLE[name]
    found = verify_attestation(data, public_keys=[ada.public], name="r.jsonl")
    assert found.failed.code == code
    assert found.failed.detail
    assert len(found.failed.detail) < 400
    with pytest.raises(LedgerError) as caught:
        found.require()
    assert caught.value.code == code
    assert caught.value.file == "r.jsonl"


def test_a_position_is_given_where_there_is_one(ada):
    found = verify_attestation(b'{\n "a": 1,,\n}', public_keys=[ada.public], name="r.jsonl")
    assert (found.failed.code, found.failed.detail[-11:]) == ("E_MALFORMED", "r.jsonl:2:9")


def test_every_code_of_the_ledger_is_explained():
    used = {code for _, code in TABLE.values()} | {code.name for code in LEDGER_CODES}
    assert used <= CATALOGUE.keys()
    assert all(code.summary and code.why.endswith(".") and code.fix.endswith(".") for code in LEDGER_CODES)


def with_algorithm(bundle):
    lines = [json.loads(line) for line in bundle.splitlines()]
    lines[0]["signatures"][0]["alg"] = "none"
    return b"\n".join(json.dumps(line).encode() for line in lines)


def signing_cases(ada, ben, record, subjects):
    bundle = attest(record, subjects=subjects, keys=[ada])
    orphan = sign(
        b'{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"}', PAYLOAD_TYPE, [ada]
    )

    def code(data, **named):
        return verify_attestation(data, public_keys=[ada.public, ben.public], **named).failed.code

    return {
        "revoked": lambda: code(bundle, revoked_keys=[ada.public]),
        "alg": lambda: code(with_algorithm(bundle)),
        "nosubj": lambda: code(orphan.to_json()),
    }


def ledger_cases():
    tree = Tree([b"a", b"b", b"c"])
    head = Checkpoint("ours.example/log", 3, tree.root())

    def code(entries, origin="ours.example/log"):
        with pytest.raises(LedgerError) as caught:
            verify_anchor(Tree(entries), head, origin=origin)
        return caught.value.code

    return {
        "tail": lambda: code([b"a", b"b"]),
        "fork": lambda: code([b"a", b"b", b"d"]),
        "origin": lambda: code([b"a", b"b", b"c"], "theirs.example/log"),
    }


@pytest.mark.shared
def test_the_catalogue_of_bad_inputs(vectors, ada, ben, record, subjects):
    """Inputs that are special files (a pipe, a device, no permission) are the command line's to refuse."""
    harness = signing_cases(ada, ben, record, subjects) | ledger_cases()
    cases = [case for case in vectors("bad_inputs") if case["family"] == "ledger/DSSE/in-toto bundles"]
    assert len(cases) > 20
    files = {"FIFO", "PATH", "MODE0", "SHRINK"}
    for case in cases:
        value = eval(case["recipe"])  # noqa: S307  recipes are the shared folder's own expressions
        if isinstance(value, tuple) and value[0] in files:
            continue
        if isinstance(value, tuple):
            assert harness[value[1]]() == case["code"], case["id"]
            continue
        data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        found = verify_attestation(data, public_keys=[ada.public])
        assert found.failed.code == case["code"], case["id"]
