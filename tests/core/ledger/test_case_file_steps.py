"""A case file in the pure core: each step says what does not hold."""

import hashlib
import zipfile

import pytest

from core.ledger.case_making import (
    ABSENT,
    ADA,
    BEN,
    BODIES,
    COMMITMENT,
    DIGEST,
    OFFICE,
    REPORT,
    SALT,
    case,
    chained,
    outcome,
    sealed,
    signed,
    written,
    zipped,
)
from flightrules.errors import LedgerError
from flightrules.ledger import case_file
from flightrules.ledger.case_verification import verify_case_file
from flightrules.ledger.entry import KEY_ADOPTED
from flightrules.ledger.frontier import EMPTY
from flightrules.ledger.history import head_in
from flightrules.ledger.merkle import leaf_hash

LEFT_OUT = {
    "a kept head": ("checkpoints", []),
    "a proof of an entry from before": ("others", []),
    "a key": ("keys", []),
    "another moment": ("made_at", "2026-11-22T12:00:00.000000Z"),
}


@pytest.mark.parametrize("what", LEFT_OUT, ids=lambda name: name.replace(" ", "-"))
def test_what_stands_beside_the_entries_is_not_left_out_unseen(what):
    name, left = LEFT_OUT[what]
    whole = sealed(case(keys=[BEN.public.to_pem().decode()]))
    assert outcome(written(whole)) is None
    assert outcome(written(whole | {name: left})) == (11, "E_CONTRADICTION")


def test_a_name_may_be_taken_out_of_a_file_that_is_handed_on_and_that_is_said():
    said = sealed(case()) | {"openings": []}
    found = verify_case_file(written(said), public_keys=[ADA.public])
    assert found.ok
    assert found.steps[10].detail == "nothing beside the entries was left out; 1 opening taken out since"
    assert outcome(written(sealed(case(openings=[])) | {"openings": case()["openings"]})) == (
        11,
        "E_CONTRADICTION",
    )


def test_a_seal_is_there_of_a_known_key_and_is_no_other_note():
    assert outcome(written(case(seal=""))) == (11, "E_SIGNATURE")
    assert outcome(written(case(seal=7))) == (11, "E_SIGNATURE")
    assert outcome(written(sealed(case(), key=BEN))) == (11, "E_SIGNATURE")
    assert outcome(written(sealed(case(), origin=OFFICE))) == (11, "E_SIGNATURE")
    assert outcome(written(case(seal=signed(BODIES)))) == (11, "E_CONTRADICTION")
    with pytest.raises(LedgerError):
        head_in(sealed(case())["seal"])


def test_a_file_without_a_seal_does_not_hold():
    assert outcome(written(case(seal=ABSENT))) == (11, "E_UNSEALED")


def test_a_file_from_before_there_were_seals_holds_where_that_is_allowed_and_says_that_it_has_none():
    found = verify_case_file(written(case(seal=ABSENT)), public_keys=[ADA.public], unsealed=True)
    assert found.ok
    assert found.steps[10].ok is None
    assert found.steps[10].detail.startswith("NOT SEALED, as was allowed: ")


def test_a_whole_case_holds():
    assert outcome(written()) is None
    assert case_file.is_case_file(written().read(4))


ANOTHER = chained([("office:personal-data:erased", "person/1", {"commitments": [COMMITMENT]})], "office")
ERASED = {"commitment": COMMITMENT, "erased_at": "2026-11-21T12:00:00.000000Z"}
FAULTS = {
    "a later version": ({"v": 2}, (1, "E_ENUM")),
    "another kind": ({"kind": "else"}, (1, "E_ENUM")),
    "no head": ({"head": "nothing"}, (1, "E_MALFORMED")),
    "peaks that are none": ({"start": {"size": 1, "peaks": ["zz"]}}, (1, "E_MALFORMED")),
    "an edge of another size": ({"start": {"size": 1, "peaks": []}}, (1, "E_MALFORMED")),
    "checkpoints that are none": ({"checkpoints": [1]}, (1, "E_WRONG_TYPE")),
    "a shorter head": ({"head": signed(BODIES, size=3)}, (3, "E_SUCCESSION")),
    "a longer head": ({"head": signed([*BODIES, b"x"])}, (3, "E_ANCHOR")),
    "another signer": ({"head": signed(BODIES, key=BEN)}, (4, "E_SIGNATURE")),
    "another origin": ({"head": signed(BODIES, origin=OFFICE), "checkpoints": []}, (5, "E_ORIGIN")),
    "a kept head of another": ({"checkpoints": [signed(BODIES, origin=OFFICE)]}, (6, "E_ORIGIN")),
    "a kept head unsigned": ({"checkpoints": [signed(BODIES, key=BEN, size=3)]}, (6, "E_SIGNATURE")),
    "a kept head that differs": ({"checkpoints": [signed(BODIES[1:], size=2)]}, (6, "E_DIVERGED")),
    "an office that nobody signed": (
        {
            "others": [
                {"entry": ANOTHER[0].decode(), "proof": [], "head": signed(ANOTHER, key=BEN, origin=OFFICE)}
            ]
        },
        (8, "E_SIGNATURE"),
    ),
    "a proof of something else": (
        {"others": [{"entry": BODIES[0].decode(), "proof": ["00" * 32, "00" * 32]}]},
        (8, "E_PROOF"),
    ),
    "another subject": ({"about": "GO for every release"}, (1, "E_CONTRADICTION")),
    "another release": ({"about": "release/43"}, (2, "E_CONTRADICTION")),
    "a word of somebody's": ({"verdict": "GO"}, (1, "E_UNKNOWN_FIELD")),
    "no moment": ({"made_at": "yesterday"}, (1, "E_MALFORMED")),
    "a key that is none": ({"keys": ["x"]}, (1, "E_KEY")),
    "the same said twice": (
        {"openings": [{"commitment": COMMITMENT, "salt": SALT.hex(), "value": "Ada"}] * 2},
        (10, "E_CONTRADICTION"),
    ),
    "evidence that is not listed": ({"blobs": []}, (9, "E_CONTRADICTION")),
    "evidence in another state": (
        {"blobs": [{"digest": DIGEST, "state": "missing"}]},
        (9, "E_CONTRADICTION"),
    ),
    "an opening of nothing": ({"openings": [{"commitment": "ff" * 32}]}, (10, "E_CONTRADICTION")),
    "an erasure without an entry": ({"openings": [ERASED]}, (10, "E_CONTRADICTION")),
    "a salt that is none": (
        {"openings": [{"commitment": COMMITMENT, "salt": "x", "value": "Ada"}]},
        (10, "E_MALFORMED"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda name: name.replace(" ", "-"))
def test_each_step_says_what_does_not_hold(fault):
    changes, expected = FAULTS[fault]
    assert outcome(written(case(**changes))) == expected


def test_an_erasure_is_shown_by_the_office_under_its_own_head():
    other = {"entry": ANOTHER[0].decode(), "proof": [], "head": signed(ANOTHER, origin=OFFICE)}
    assert outcome(written(case(others=[other], openings=[ERASED]))) is None


def test_evidence_that_was_taken_away_on_record_may_be_missing():
    bodies = chained(
        [
            ("release:release:opened", "release/42", {}),
            ("readiness:evidence:received", "evidence/1", {"sha256": DIGEST}),
            ("readiness:evidence:tombstoned", "evidence/1", {"sha256": DIGEST}),
        ]
    )
    said = case(
        start={"size": 0, "peaks": []}, head=signed(bodies), checkpoints=[], others=[], openings=[], blobs=[]
    )
    assert outcome(written(said, bodies, ())) is None
    said["head"] = signed(bodies[:2])
    assert outcome(written(said, bodies[:2], ())) == (9, "E_BLOB_MISSING")


def test_a_case_that_begins_somewhere_else_hides_something():
    edge = EMPTY.extended([leaf_hash(body) for body in BODIES[:3]])
    start = {"size": 3, "peaks": [peak.hex() for peak in edge.peaks]}
    assert outcome(written(case(start=start), BODIES[3:])) == (2, "E_CONTRADICTION")
    assert outcome(written(case(about="product/shop"))) == (2, "E_CONTRADICTION")


def test_entries_of_another_stream_do_not_belong():
    assert outcome(written(case(stream="product/other"))) == (2, "E_ENTRY")


def test_anchors_kept_elsewhere_are_compared():
    name = "mail"
    assert outcome(written(), {name: head_in(signed(BODIES, size=3))}) is None
    assert outcome(written(), {name: head_in(signed([*BODIES, b"x"]))}) == (7, "E_ANCHOR")
    assert outcome(written(), {name: head_in(signed(BODIES, key=BEN, size=3))}) == (7, "E_SIGNATURE")


def test_a_case_under_a_new_key_is_followed_from_the_old():
    data = {"under": ADA.public.to_pem().decode(), "adopted": BEN.public.to_pem().decode()}
    bodies = chained([("release:release:opened", "release/42", {}), (KEY_ADOPTED, "key/2", data)])
    bodies += chained([("", "", {})] * 2 + [("release:release:changed", "release/42", {})])[2:]
    bodies[2] = bodies[2].replace(
        b'"prev":"' + bodies[2].partition(b'"prev":"')[2][:64],
        b'"prev":"' + leaf_hash(bodies[1]).hex().encode(),
    )
    said = case(
        start={"size": 0, "peaks": []},
        head=signed(bodies, key=BEN),
        checkpoints=[signed(bodies, size=2)],
        others=[],
        openings=[],
        blobs=[],
    )
    assert outcome(written(said, bodies, ())) is None
    data["adopted"] = "no key"
    bodies = chained([("release:release:opened", "release/42", {}), (KEY_ADOPTED, "key/2", data)])
    said |= {"head": signed(bodies, key=BEN), "checkpoints": [signed(bodies, size=2)]}
    assert outcome(written(said, bodies, ())) == (4, "E_SIGNATURE")


def test_evidence_that_is_changed_or_foreign_is_noticed():
    assert outcome(written(blobs=[(DIGEST, b"other")])) == (9, "E_BLOB_TAMPERED")
    stranger = hashlib.sha256(b"x").hexdigest()
    assert outcome(written(blobs=[(DIGEST, REPORT), (stranger, b"x")])) == (9, "E_CONTRADICTION")


def test_an_opening_of_another_value_is_noticed():
    forged = {"commitment": COMMITMENT, "salt": SALT.hex(), "value": "Eve"}
    assert outcome(written(case(openings=[forged]))) == (10, "E_DIGEST")


def test_a_case_needs_entries_and_each_ends_its_line():
    assert outcome(written(bodies=[])) == (2, "E_EMPTY")
    whole = zipfile.ZipFile(written())
    members = [(name, whole.read(name)) for name in whole.namelist()]
    cut = [(name, data.rstrip(b"\n") if name == "entries.jsonl" else data) for name, data in members]
    assert outcome(zipped(cut)) == (2, "E_TRUNCATED")


def test_entries_that_are_not_those_of_the_head_are_noticed():
    others = [*BODIES[:3], BODIES[3].replace(b'"actor":"a"', b'"actor":"z"')]
    assert outcome(written(bodies=others[1:])) == (3, "E_DIVERGED")


def test_a_verification_says_whether_it_holds():
    assert verify_case_file(written(), public_keys=[ADA.public]).ok
    assert not verify_case_file(written(), public_keys=[BEN.public]).ok


def test_without_a_key_nothing_is_verified():
    with pytest.raises(LedgerError, match="no public key"):
        verify_case_file(written(), public_keys=[])
