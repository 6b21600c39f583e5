"""A case file in the pure core: each step says what does not hold, and a stranger's archive harms nobody."""

import hashlib
import io
import struct
import zipfile
from datetime import datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flightrules.errors import LedgerError
from flightrules.ledger import case_file
from flightrules.ledger.case_seal import seal_text
from flightrules.ledger.case_verification import verify_case_file
from flightrules.ledger.checkpoint import Checkpoint
from flightrules.ledger.entry import KEY_ADOPTED, Entry, entry_bytes, moment
from flightrules.ledger.frontier import EMPTY, Frontier
from flightrules.ledger.history import head_in, heads_in
from flightrules.ledger.keys import PrivateKey
from flightrules.ledger.merkle import Tree, leaf_hash, root
from flightrules.ledger.note import sign_note
from flightrules.ledger.trail import Trail

STREAM = "product/shop"
ORIGIN = f"flightrules/{'0c' * 16}/{STREAM}"
OFFICE = f"flightrules/{'0c' * 16}/office"
REPORT = b"<testsuite/>"
DIGEST = hashlib.sha256(REPORT).hexdigest()
SALT = b"s" * 32
COMMITMENT = hashlib.sha256(SALT + b"Ada").hexdigest()


def key_of(number):
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


ADA, BEN = key_of(1), key_of(2)


def chained(contents, stream=STREAM):
    """Entries' bytes from (tag, subject, data), each behind the other."""
    bodies, prev = [], ""
    for seq, (tag, subject, data) in enumerate(contents):
        body = entry_bytes(
            Entry(
                seq=seq,
                at="2026-11-21T12:00:00.000000Z",
                tag=tag,
                actor="a",
                subject=subject,
                stream=stream,
                prev=prev,
                by={"account": "b", "kind": "person", "via": "token"},
                data=data,
            )
        )
        bodies.append(body)
        prev = leaf_hash(body).hex()
    return bodies


def signed(bodies, *, key=ADA, origin=ORIGIN, size=None):
    size = len(bodies) if size is None else size
    return sign_note(Checkpoint(origin, size, root(bodies[:size])).text, [(origin, key)])


BODIES = chained(
    [
        ("catalogue:rulebook:adopted", "rulebook/1", {"meaning": "ab" * 32}),
        ("release:release:opened", "release/42", {"by": {"commitment": COMMITMENT}}),
        ("readiness:evidence:received", "evidence/1", {"sha256": DIGEST, "parts": [DIGEST, 7, None]}),
        ("release:release:changed", "release/42", {}),
    ]
)


def case(**changes):
    """A whole case of release 42, with changes to what it says."""
    tree = Tree(BODIES)
    edge = EMPTY.appended(leaf_hash(BODIES[0]))
    proof = [one.hex() for one in tree.inclusion_proof(0)]
    said = {
        "v": 1,
        "kind": "flightrules-case-file",
        "about": "release/42",
        "made_at": "2026-11-21T12:00:00.000000Z",
        "stream": STREAM,
        "start": {"size": 1, "peaks": [peak.hex() for peak in edge.peaks]},
        "head": signed(BODIES),
        "checkpoints": [signed(BODIES, size=2)],
        "keys": [],
        "others": [{"entry": BODIES[0].decode(), "proof": proof}],
        "blobs": [{"digest": DIGEST, "state": "intact"}],
        "openings": [{"commitment": COMMITMENT, "salt": SALT.hex(), "value": "Ada"}],
    }
    return said | changes


ABSENT = object()


def sealed(said, *, key=ADA, origin=None):
    origin = origin or said["head"].partition("\n")[0] or "nobody"
    return said | {"seal": sign_note(seal_text(said, origin), [(origin, key)])}


def written(said=None, bodies=None, blobs=((DIGEST, REPORT),)):
    file = io.BytesIO()
    said = case() if said is None else said
    said = said if "seal" in said else sealed(said)
    said = {name: one for name, one in said.items() if one is not ABSENT}
    streams = [(digest, io.BytesIO(data)) for digest, data in blobs]
    case_file.write_case_file(file, said, BODIES[1:] if bodies is None else bodies, streams)
    return io.BytesIO(file.getvalue())


def outcome(file, anchors=None, keys=(ADA,)):
    found = verify_case_file(file, public_keys=[key.public for key in keys], anchors=anchors)
    return (found.failed.number, found.failed.code) if found.failed else None


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


def test_a_file_from_before_there_were_seals_holds_and_says_that_it_has_none():
    found = verify_case_file(written(case(seal=ABSENT)), public_keys=[ADA.public])
    assert found.ok
    assert found.steps[10].ok is None
    assert found.steps[10].detail.startswith("not sealed: ")


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


def test_a_member_that_unpacks_to_more_than_it_can_hold_is_refused():
    with pytest.raises(LedgerError, match="unpacks to more"):
        case_file.open_case_file(zipped([*PARTS, ("blobs/" + "ab" * 32, b"\0" * (30 << 20))]))


def test_a_verification_says_whether_it_holds():
    assert verify_case_file(written(), public_keys=[ADA.public]).ok
    assert not verify_case_file(written(), public_keys=[BEN.public]).ok


def test_without_a_key_nothing_is_verified():
    with pytest.raises(LedgerError, match="no public key"):
        verify_case_file(written(), public_keys=[])


# ---- archives


def zipped(members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", options.get("packed", zipfile.ZIP_DEFLATED)) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return io.BytesIO(file.getvalue())


PARTS = [("case.json", b"{}\n"), ("entries.jsonl", b"")]
ARCHIVES = {
    "no archive": (io.BytesIO(b"PK\x03\x04 and no more"), "E_ARCHIVE"),
    "a path upwards": (zipped([*PARTS, ("../x", b"")]), "E_ARCHIVE"),
    "an absolute path": (zipped([*PARTS, ("/etc/passwd", b"")]), "E_ARCHIVE"),
    "a member too few": (zipped(PARTS[:1]), "E_ARCHIVE"),
    "another packing": (zipped(PARTS, packed=zipfile.ZIP_LZMA), "E_ARCHIVE"),
    "a list": (zipped([("case.json", b"[]\n"), PARTS[1]]), "E_WRONG_TYPE"),
    "another spelling": (zipped([("case.json", b"{ }\n"), PARTS[1]]), "E_NOT_CANONICAL"),
    "an empty case.json": (zipped([("case.json", b""), PARTS[1]]), "E_EMPTY"),
}


@pytest.mark.parametrize("kind", ARCHIVES, ids=lambda name: name.replace(" ", "-"))
def test_an_archive_that_is_no_case_file_is_refused(kind):
    file, code = ARCHIVES[kind]
    with pytest.raises(LedgerError) as refused:
        case_file.open_case_file(file)
    assert refused.value.code == code


def test_a_member_that_stands_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = zipped([*PARTS, PARTS[0]])
    with pytest.raises(LedgerError, match="twice"):
        case_file.open_case_file(file)


@pytest.mark.parametrize("place", ["before", "behind", "comment", "comment-of-a-member", "extra"])
def test_nothing_stands_beside_the_members(place):
    whole = written().getvalue()
    data = {"before": b"PK\x03\x04" + whole, "behind": whole + b"GO"}.get(place)
    if data is None:
        file = io.BytesIO(whole)
        with zipfile.ZipFile(file, "a") as archive:
            if place == "comment":
                archive.comment = b"GO"
            else:
                name = "comment" if place == "comment-of-a-member" else "extra"
                setattr(archive.infolist()[0], name, b"\x75\x70\x01\x00G")
                archive._didModify = True  # the directory alone is written again
        data = file.getvalue()
    with pytest.raises(LedgerError) as caught:
        outcome(io.BytesIO(data))
    assert caught.value.code == "E_ARCHIVE"


@pytest.mark.parametrize("place", [1, 2], ids=["between", "behind-the-last"])
def test_no_member_hides_from_the_list(place):
    """Readers that go from one member to the next, as they lie there, would see another case."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in [*PARTS[:place], ("blobs/hidden", b"GO"), *PARTS[place:]]:
            archive.writestr(name, data)
        archive.filelist = [one for one in archive.filelist if one.filename != "blobs/hidden"]
    with pytest.raises(LedgerError, match="something stands") as refused:
        case_file.open_case_file(io.BytesIO(file.getvalue()))
    assert refused.value.code == "E_ARCHIVE"


def test_no_byte_around_the_members_can_be_another():
    """What is packed is under their checksums; all that stands around it says what is there, and once."""
    whole = written().getvalue()
    packed = set()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        for one in archive.infolist():
            beside = 30 + sum(struct.unpack_from("<HH", whole, one.header_offset + 26))
            packed.update(range(one.header_offset + beside, one.header_offset + beside + one.compress_size))
    for at in sorted(set(range(len(whole))) - packed):
        for bit in range(8):
            changed = bytearray(whole)
            changed[at] ^= 1 << bit
            with pytest.raises(LedgerError):
                case_file.open_case_file(io.BytesIO(changed))
                pytest.fail(f"bit {bit} of byte {at}")


def test_a_member_is_no_link():
    link = zipfile.ZipInfo("blobs/" + "ab" * 32)
    link.external_attr = 0o120777 << 16
    with pytest.raises(LedgerError, match="no plain file"):
        case_file.open_case_file(zipped([*PARTS, (link, b"/etc/passwd")]))


def test_what_was_signed_may_not_be_taken_out():
    bodies = chained([("decision:sign-off:recorded", "sign-off/1", {"dossier": {"sha256": DIGEST}})])
    said = case(
        about=STREAM,
        start={"size": 0, "peaks": []},
        head=signed(bodies),
        checkpoints=[],
        others=[],
        openings=[],
    )
    assert outcome(written(said, bodies)) is None
    assert outcome(written(said | {"blobs": []}, bodies, blobs=())) == (9, "E_BLOB_MISSING")


def test_members_that_lie_over_each_other_are_refused():
    data = bytearray(
        zipped([*PARTS, ("blobs/" + "ab" * 32, b"x" * 50)], packed=zipfile.ZIP_STORED).getvalue()
    )
    at = data.rindex(b"PK\x01\x02")
    data[at + 42 : at + 46] = (0).to_bytes(4, "little")
    with pytest.raises(LedgerError, match="over each other"):
        case_file.open_case_file(io.BytesIO(bytes(data)))


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("_ABOUT_LIMIT", 10, "E_TOO_LARGE"),
        ("_SIZE_LIMIT", 10, "E_TOO_LARGE"),
        ("_MEMBER_LIMIT", 1, "E_TOO_LARGE"),
    ],
)
def test_a_case_file_has_its_limits(monkeypatch, limit, value, code):
    monkeypatch.setattr(case_file, limit, value)
    with pytest.raises(LedgerError) as refused:
        case_file.open_case_file(written())
    assert refused.value.code == code


def test_an_entry_has_its_limit(monkeypatch):
    monkeypatch.setattr(case_file, "_LINE_LIMIT", 100)
    assert outcome(written()) == (2, "E_FIELD_TOO_LONG")


# ---- heads and edges


def test_a_moment_is_one_text():
    at = datetime(2026, 11, 21, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert moment(at) == "2026-11-21T12:00:00.000000Z"


def test_several_heads_in_one_file_are_told_apart():
    both = signed(BODIES) + "\n" + signed(BODIES, size=2)
    assert [(name, one.head.size) for name, one in heads_in(both.encode(), name="mail").items()] == [
        ("mail (1)", 4),
        ("mail (2)", 2),
    ]


@pytest.mark.parametrize("data", [b"\xff", b"no note", b"", b"a\n\nb\n"])
def test_what_is_no_head_is_refused(data):
    with pytest.raises(LedgerError):
        heads_in(data, name="mail.txt")
    with pytest.raises(LedgerError):
        head_in(data)


def test_an_edge_that_does_not_belong_to_its_size_is_refused():
    with pytest.raises(LedgerError, match="does not belong"):
        Frontier.of_bytes(3, b"\0" * 32)


def test_nothing_more_is_taken_behind_the_first_fault():
    trail = Trail(STREAM)
    trail.take_bodies([b"nonsense", *BODIES])
    assert (trail.size, trail.fault.seq) == (0, 0)
    trail.take([[1], [""], [""], [""], [""], [b""], [b""]])
    assert trail.size == 0
    adopted = chained([(KEY_ADOPTED, "key/1", {})])
    single = Trail(STREAM)
    single.take_bodies(adopted)
    assert len(single.adoptions) == 1
