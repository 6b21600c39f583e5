"""Evidence bytes by digest: in whole or not at all, and known when they were changed or lost. Folder and S3 alike."""

import hashlib
import io
import os
from pathlib import Path

import pytest

from flightrules.errors import UsageError
from flightrules.service.door.refusals import ConflictError, InvalidError, UnavailableError
from flightrules.service.records import blobs
from flightrules.service.records.blobs import BlobState
from flightrules.service.records.fsck import check_all
from flightrules.service.records.models import Blob
from flightrules.service.records.queries import public_keys

REPORT = b"<testsuite><testcase/></testsuite>"
DIGEST = hashlib.sha256(REPORT).hexdigest()


@pytest.fixture(scope="module")
def s3():
    """A server that speaks S3, on this machine."""
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def place(request, settings, monkeypatch):
    """Where the bytes lie, and how somebody else reaches past us: (change(digest, bytes | None))."""
    if request.param == "folder":
        settings.FLIGHTRULES_BLOBS = ""
        return _in_folder(settings)
    endpoint = request.getfixturevalue("s3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    settings.FLIGHTRULES_BLOBS = f"s3://evidence/shop?endpoint={endpoint}&region=us-east-1"
    return _in_bucket(endpoint)


def _in_folder(settings):
    def change(digest, data):
        path = Path(settings.FLIGHTRULES_HOME) / "blobs" / digest[:2] / digest
        path.chmod(0o600)
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)

    return change


def _in_bucket(endpoint):
    import boto3

    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket="evidence")

    def change(digest, data):
        key = f"shop/{digest[:2]}/{digest}"
        if data is None:
            client.delete_object(Bucket="evidence", Key=key)
        else:
            client.put_object(Bucket="evidence", Key=key, Body=data)

    return change


def test_what_was_stored_is_found_by_its_digest(place):
    assert blobs.store(io.BytesIO(REPORT), 1000) == (DIGEST, len(REPORT))
    assert blobs.state_of(DIGEST) is BlobState.INTACT
    with blobs.open(DIGEST) as stream:
        assert stream.read() == REPORT
    assert blobs.intact_bytes(DIGEST) == REPORT
    assert Blob.objects.get(pk=DIGEST).size == len(REPORT)
    assert blobs.store_of().digests() == [DIGEST]


def test_the_same_bytes_are_stored_once(place):
    blobs.store(io.BytesIO(REPORT), 1000)
    blobs.store(io.BytesIO(REPORT), 1000)
    assert Blob.objects.count() == 1


def test_nothing_is_something(place):
    digest, size = blobs.store(io.BytesIO(b""), 10)
    assert (size, blobs.state_of(digest)) == (0, BlobState.INTACT)


def test_changed_bytes_are_tampered_and_lost_ones_missing(place):
    blobs.store(io.BytesIO(REPORT), 1000)
    place(DIGEST, REPORT[:-1] + b"!")
    assert blobs.state_of(DIGEST) is BlobState.TAMPERED
    with pytest.raises(ConflictError, match="were changed"):
        blobs.intact_bytes(DIGEST)
    assert [one.code for one in check_all(keys=public_keys())] == ["E_BLOB_TAMPERED"]
    place(DIGEST, None)
    assert blobs.state_of(DIGEST) is BlobState.MISSING
    with pytest.raises(ConflictError, match="are missing"):
        blobs.open(DIGEST)
    assert [one.code for one in check_all(keys=public_keys())] == ["E_BLOB_MISSING"]


def test_the_same_bytes_again_heal_what_was_changed(place):
    blobs.store(io.BytesIO(REPORT), 1000)
    place(DIGEST, b"something else")
    blobs.store(io.BytesIO(REPORT), 1000)
    assert blobs.state_of(DIGEST) is BlobState.INTACT


def test_too_much_is_refused_while_it_streams_in_and_leaves_nothing(place, settings):
    class Endless(io.RawIOBase):
        read_so_far = 0

        def read(self, size=-1):
            self.read_so_far += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(InvalidError) as refused:
        blobs.store(stream, 5 << 20)
    assert refused.value.code == "E_BODY_TOO_LARGE"
    assert stream.read_so_far <= 7 << 20
    assert blobs.store_of().digests() == [] or settings.FLIGHTRULES_BLOBS
    assert not list(Path(settings.FLIGHTRULES_HOME).glob("blobs/incoming/*"))
    assert Blob.objects.count() == 0


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 32 + "/.."])
def test_what_is_no_digest_never_reaches_the_store(place, digest):
    with pytest.raises(InvalidError):
        blobs.state_of(digest)


# ---- the folder alone


def test_a_folder_that_cannot_be_written_is_said(settings, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    settings.FLIGHTRULES_HOME = str(tmp_path / "file")
    with pytest.raises(UnavailableError) as refused:
        blobs.store(io.BytesIO(REPORT), 1000)
    assert refused.value.code == "E_BLOB_STORE"


def test_a_link_in_the_place_of_a_blob_is_not_followed(settings, tmp_path):
    blobs.store(io.BytesIO(REPORT), 1000)
    place = Path(settings.FLIGHTRULES_HOME) / "blobs" / DIGEST[:2] / DIGEST
    (tmp_path / "copy").write_bytes(REPORT)
    place.unlink()
    place.symlink_to(tmp_path / "copy")
    with pytest.raises(UnavailableError):
        blobs.state_of(DIGEST)


def test_blobs_are_readable_by_their_owner_alone(settings):
    blobs.store(io.BytesIO(REPORT), 1000)
    place = Path(settings.FLIGHTRULES_HOME) / "blobs" / DIGEST[:2] / DIGEST
    assert os.stat(place).st_mode & 0o377 == 0


def test_what_a_killed_process_left_is_swept_after_a_while(settings):
    blobs.store(io.BytesIO(REPORT), 1000)
    left = Path(settings.FLIGHTRULES_HOME) / "blobs" / "incoming" / "tmpabc"
    left.write_bytes(b"half")
    os.utime(left, (1000, 1000))
    assert blobs.store_of().discard_leftovers(2000) == 1
    assert not left.exists()


# ---- S3 alone


def test_an_s3_store_that_does_not_answer_is_said(settings, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    settings.FLIGHTRULES_BLOBS = "s3://evidence?endpoint=http://127.0.0.1:9&region=us-east-1"
    with pytest.raises(UnavailableError) as refused:
        blobs.store(io.BytesIO(REPORT), 1000)
    assert refused.value.code == "E_BLOB_STORE"


def test_a_store_of_another_kind_is_refused(settings):
    settings.FLIGHTRULES_BLOBS = "ftp://somewhere/else"
    with pytest.raises(UsageError) as refused:
        blobs.state_of(DIGEST)
    assert refused.value.code == "E_BLOB_STORE"
