"""A case file holds all that was recorded since its release was opened, and a stranger can verify it."""

import importlib.util
import io
import json
import zipfile
from pathlib import Path

import pytest

from flightrules.errors import LedgerError
from flightrules.ledger.case_verification import verify_case_file
from flightrules.ledger.frontier import Frontier
from flightrules.ledger.history import heads_in
from flightrules.ledger.keys import generate_key
from flightrules.ledger.merkle import leaf_hash
from flightrules.service.door.refusals import ForeignError
from flightrules.service.records import blobs, case_files
from flightrules.service.records import services as records
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.queries import head, public_keys
from flightrules.service.records.tags import Tag

SHOP = records.product_stream("shop")
MINIMAL = Path(__file__).with_name("verify_case_minimal.py")


@pytest.fixture(scope="module")
def minimal():
    spec = importlib.util.spec_from_file_location("verify_case_minimal", MINIMAL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def story(tell):
    """A rulebook, an older release, then release 42 with evidence and a name, and another one in between."""
    rulebook, _ = blobs.store(io.BytesIO(b"flightrules: 1"), 1000)
    report, _ = blobs.store(io.BytesIO(b"<testsuite/>"), 1000)
    tell(1, tag=Tag.RULEBOOK_ADOPTED, subject="rulebook/1", data={"sha256": rulebook})
    tell(5, subject="release/41")
    tell(1, tag=Tag.RELEASE_OPENED, subject="release/42", data={"by": records.commit_to("Ada", about="p1")})
    tell(1, tag=Tag.EVIDENCE_RECEIVED, subject="evidence/1", data={"sha256": report})
    tell(3, subject="release/41")
    tell(
        1, tag=Tag.DECISION_RECORDED, subject="release/42", data={"decision": "go", "dissent": ["too early"]}
    )
    return {"rulebook": rulebook, "report": report}


@pytest.fixture
def exported(story, at):
    file = io.BytesIO()
    case_files.export_release(file, release_key="42", at=at)
    return file.getvalue()


def judged(data, keys=None, anchors=None):
    return verify_case_file(io.BytesIO(data), public_keys=keys or public_keys(), anchors=anchors)


def failed(verification):
    return (verification.failed.number, verification.failed.code) if verification.failed else None


def test_a_case_file_holds_offline(exported, story):
    found = judged(exported)
    assert [step.ok for step in found.steps] == [True] * 6 + [None] + [True] * 4
    assert (found.about, found.size) == ("release/42", 12)
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        assert set(archive.namelist()) == {"case.json", "entries.jsonl"} | {
            f"blobs/{digest}" for digest in story.values()
        }
        assert len(archive.read("entries.jsonl").splitlines()) == 6
        assert b"too early" in archive.read("entries.jsonl")


def test_the_same_case_gives_the_same_bytes(exported, at):
    file = io.BytesIO()
    case_files.export_release(file, release_key="42", at=at)
    assert file.getvalue() == exported


def test_a_whole_product_can_be_exported_too(story, at):
    file = io.BytesIO()
    done = case_files.export_product(file, product_key="shop", at=at)
    assert (done.entries, failed(judged(file.getvalue()))) == (12, None)


def test_of_what_nothing_is_recorded_there_is_no_case(at):
    with pytest.raises(ForeignError):
        case_files.export_release(io.BytesIO(), release_key="43", at=at)
    with pytest.raises(ForeignError):
        case_files.export_product(io.BytesIO(), product_key="nothing", at=at)


def test_a_foreign_key_verifies_nothing(exported):
    assert failed(judged(exported, keys=[generate_key().public])) == (4, "E_SIGNATURE")


def test_an_older_head_kept_elsewhere_is_compared(exported, tell):
    anchor = heads_in(head(SHOP).encode(), name="mail.txt")
    assert judged(exported, anchors=anchor).steps[6].detail == "1 compared"
    tell(3)
    later = heads_in(head(SHOP).encode(), name="mail.txt")
    assert failed(judged(exported, anchors=later)) == (7, "E_ANCHOR")


# ---- what somebody does to a case file on its way


def repacked(data, **changes):
    """The archive with other members: name=bytes, or name=None to leave it out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        members = {name: old.read(name) for name in old.namelist()} | changes
        for name, content in members.items():
            if content is not None:
                new.writestr(name, content)
    return made.getvalue()


def lines(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("entries.jsonl").splitlines(keepends=True)


def about(data, **changes):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = json.loads(archive.read("case.json")) | changes
    return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


@pytest.mark.parametrize("what", ["checkpoints", "others", "blobs"])
def test_what_only_adds_to_the_entries_is_not_left_out_unseen(exported, what):
    """A rulebook from before the release, say, goes with the entry that proves it and its bytes."""
    left_out = {"case.json": about(exported, **{what: []})}
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        left_out |= {
            name: None for name in archive.namelist() if what == "blobs" and name.startswith("blobs/")
        }
    assert (11, "E_CONTRADICTION") in [
        (one.number, one.code) for one in judged(repacked(exported, **left_out)).steps
    ]


def test_a_name_may_be_taken_out_and_that_is_said(exported):
    found = judged(repacked(exported, **{"case.json": about(exported, openings=[])}))
    assert found.ok
    assert found.steps[10].detail.endswith("1 opening taken out since")


def test_without_a_signing_key_the_case_is_exported_and_does_not_pass_as_whole(story, at, settings):
    keys = public_keys()
    settings.FLIGHTRULES_SIGNING_KEY = "/nowhere.pem"
    file = io.BytesIO()
    case_files.export_release(file, release_key="42", at=at)
    found = judged(file.getvalue(), keys=keys)
    assert [one.number for one in found.steps if one.ok is False] == [11]
    assert "nobody sealed it" in found.steps[10].detail


def test_an_entry_that_is_left_out_is_missed(exported):
    entries = lines(exported)
    for at in range(len(entries)):
        data = repacked(exported, **{"entries.jsonl": b"".join(entries[:at] + entries[at + 1 :])})
        assert failed(judged(data))[0] in (2, 3), at


def test_a_dissent_that_is_rewritten_is_noticed(exported):
    changed = b"".join(lines(exported)).replace(b"too early", b"all right")
    assert failed(judged(repacked(exported, **{"entries.jsonl": changed})))[0] == 3


def test_a_later_beginning_hides_nothing(exported):
    """With the right edge of the tree the root still fits; but the case of a release begins at its opening."""
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        start = json.loads(archive.read("case.json"))["start"]
    first, *rest = lines(exported)
    edge = Frontier(start["size"], tuple(bytes.fromhex(one) for one in start["peaks"]))
    edge = edge.appended(leaf_hash(first.rstrip(b"\n")))
    later = {"size": edge.size, "peaks": [peak.hex() for peak in edge.peaks]}
    data = repacked(
        exported, **{"entries.jsonl": b"".join(rest), "case.json": about(exported, start=later, openings=[])}
    )
    assert failed(judged(data)) == (2, "E_CONTRADICTION")


def test_evidence_that_is_changed_left_out_or_added_is_noticed(exported, story):
    name = f"blobs/{story['report']}"
    assert failed(judged(repacked(exported, **{name: b"other"}))) == (9, "E_BLOB_TAMPERED")
    assert failed(judged(repacked(exported, **{name: None}))) == (9, "E_BLOB_MISSING")
    hidden = repacked(exported, **{name: None, "case.json": about(exported, blobs=[])})
    assert failed(judged(hidden)) == (9, "E_BLOB_MISSING")
    import hashlib

    extra = f"blobs/{hashlib.sha256(b'x').hexdigest()}"
    assert failed(judged(repacked(exported, **{extra: b"x"}))) == (9, "E_CONTRADICTION")


def test_a_wrong_opening_is_noticed(exported):
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        (opening,) = json.loads(archive.read("case.json"))["openings"]
    forged = about(exported, openings=[opening | {"value": "Eve"}])
    assert failed(judged(repacked(exported, **{"case.json": forged}))) == (10, "E_DIGEST")
    erased = {"commitment": opening["commitment"], "erased_at": "2026-11-21T12:00:00.000000Z"}
    forged = about(exported, openings=[erased])
    assert failed(judged(repacked(exported, **{"case.json": forged}))) == (10, "E_CONTRADICTION")


def test_what_was_erased_by_law_is_said_and_the_case_still_holds(story, at):
    records.erase_person(person_key="p1", ground="request 7", by=SYSTEM, at=at)
    file = io.BytesIO()
    case_files.export_release(file, release_key="42", at=at)
    found = judged(file.getvalue())
    assert found.ok
    assert found.steps[9].detail == "0 opened, 1 erased by law, 0 left closed"
    assert b"Ada" not in b"".join(
        zipfile.ZipFile(file).read(name) for name in zipfile.ZipFile(file).namelist()
    )


def test_evidence_that_was_lost_is_not_passed_over(story, at, settings):
    place = Path(settings.FLIGHTRULES_HOME) / "blobs" / story["report"][:2] / story["report"]
    place.unlink()
    file = io.BytesIO()
    done = case_files.export_release(file, release_key="42", at=at)
    assert done.blobs[story["report"]] == "missing"
    assert failed(judged(file.getvalue())) == (9, "E_BLOB_MISSING")


@pytest.mark.parametrize(
    "change",
    [
        {"../../evil": b"x"},
        {"case.json": None},
        {"entries.jsonl": None},
        {"blobs/": b""},
        {"case.json": b"{}"},
        {"case.json": b"not json"},
        {"case.json": b'{"v": 1}\n'},
        {"entries.jsonl": b"\xff\n"},
        {"entries.jsonl": b""},
        {"entries.jsonl": b"{}"},
    ],
    ids=str,
)
def test_an_archive_that_is_no_case_file_is_refused_in_words(exported, change):
    try:
        assert failed(judged(repacked(exported, **change))) is not None
    except LedgerError as error:
        assert error.code.startswith("E_")


def test_every_damaged_byte_of_the_archive_is_noticed_or_harmless(exported):
    """Whatever byte is flipped: a refusal, a failed step, or content that is still the same; never a traceback."""
    for at in range(0, len(exported), 7):
        data = exported[:at] + bytes([exported[at] ^ 0x41]) + exported[at + 1 :]
        try:
            found = judged(data)
        except LedgerError:
            continue
        if found.ok:
            assert lines(data) == lines(exported), at


def test_a_bomb_is_refused_before_it_unpacks(exported):
    data = repacked(exported, **{f"blobs/{'ab' * 32}": b"\0" * (30 << 20)})
    with pytest.raises(LedgerError, match="unpacks to more"):
        judged(data)


# ---- a second verifier, written from the description alone


def test_a_second_verifier_agrees_on_the_case_and_on_every_change(minimal, exported, story):
    name = f"blobs/{story['report']}"
    key = public_keys()[0].to_pem()
    changed = [
        exported,
        repacked(exported, **{"entries.jsonl": b"".join(lines(exported)[:-1])}),
        repacked(exported, **{"entries.jsonl": b"".join(lines(exported)).replace(b'"go"', b'"no"')}),
        repacked(exported, **{name: b"other"}),
        repacked(exported, **{name: None}),
        repacked(exported, **{"case.json": about(exported, head=head("office") or "x")}),
    ]
    for data in changed:
        try:
            ours = judged(data).ok
        except LedgerError:
            ours = False
        assert minimal.holds(data, key) == ours
