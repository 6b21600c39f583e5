"""A case file is a zip archive of a stranger: it harms nobody, and says one thing to every reader."""

import hashlib
import io
import random
import struct
import zipfile

import pytest

from core.ledger.case_making import (
    DIGEST,
    STREAM,
    case,
    chained,
    outcome,
    signed,
    written,
    zipped,
)
from flightrules.errors import LedgerError
from flightrules.ledger import case_file

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
def test_a_case_file_has_its_limits_and_none_is_written_beyond_them(monkeypatch, limit, value, code):
    whole = written()
    monkeypatch.setattr(case_file, limit, value)
    with pytest.raises(LedgerError) as refused:
        case_file.open_case_file(whole)
    assert refused.value.code == code
    with pytest.raises(LedgerError) as refused:
        written()
    assert refused.value.code == "E_CASE_TOO_LARGE"


def test_an_entry_has_its_limit(monkeypatch):
    whole = written()
    monkeypatch.setattr(case_file, "_LINE_LIMIT", 100)
    assert outcome(whole) == (2, "E_FIELD_TOO_LONG")
    with pytest.raises(LedgerError, match="an entry takes"):
        written()


@pytest.mark.parametrize("reach", [1500, 300, 20])
def test_numbers_that_are_too_large_for_their_places_stand_beside_and_no_bit_of_them_is_another(
    monkeypatch, reach
):
    """As in a file of more than 2 GiB, with the limit where a small file passes it."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", reach)
    monkeypatch.setattr(case_file, "_REACH", reach)
    whole = written().getvalue()
    assert b"PK\x06\x07" in whole
    assert outcome(io.BytesIO(whole)) is None
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        start = archive.start_dir
    for at in range(start, len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        with pytest.raises(LedgerError):
            case_file.open_case_file(io.BytesIO(changed))
            pytest.fail(f"byte {at}")


def test_bytes_that_pack_too_well_are_stored_as_they_are_and_verified(monkeypatch):
    data = b"\0" * (3 << 20)
    digest = hashlib.sha256(data).hexdigest()
    file = io.BytesIO()
    case_file.write_case_file(file, {}, [], [(digest, io.BytesIO(data))])
    assert case_file.open_case_file(file).digest_of(digest) == digest
    monkeypatch.setattr(case_file, "_RATIO_LIMIT", 8)
    with pytest.raises(LedgerError, match="pack into too few"):
        late = random.Random(7).randbytes(1 << 19).hex().encode() + b"\0" * (8 << 20)
        case_file.write_case_file(io.BytesIO(), {}, [], [(digest, io.BytesIO(late))])


def test_a_member_that_unpacks_to_more_than_it_can_hold_is_refused():
    with pytest.raises(LedgerError, match="unpacks to more"):
        case_file.open_case_file(zipped([*PARTS, ("blobs/" + "ab" * 32, b"\0" * (30 << 20))]))
