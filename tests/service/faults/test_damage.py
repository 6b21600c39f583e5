"""F29, F31: damaged databases and evidence are said in words; what lies before the damage can be taken out."""

from __future__ import annotations

import io
import shutil
import sqlite3

import pytest

from flightrules.ledger.case_verification import verify_case_file
from flightrules.ledger.keys import load_public_key
from service.faults.homes import Home

WITH_EVIDENCE = """
import io
from flightrules.service.records import blobs
digest, _ = blobs.store(io.BytesIO(b"<testsuite/>"), 100)
tell(1, tag=Tag.EVIDENCE_RECEIVED, data={"sha256": digest})
print(digest)
"""


@pytest.fixture(scope="module")
def damaged(fresh, tmp_path_factory):
    """A ledger with a page in the middle of its entries overwritten; the stories here only read it."""
    home = Home(tmp_path_factory.mktemp("damaged") / "home")
    shutil.copytree(fresh.folder, home.folder)
    home.tell(400, "tell(1, tag=Tag.DECISION_RECORDED)\nfor n in range(400): tell(n)")
    with sqlite3.connect(home.database) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = database.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(home.database.read_bytes())
    at = data.index(b'"seq":700,') // size * size
    data[at : at + size] = b"\xff" * size
    home.database.write_bytes(bytes(data))
    return home


def test_a_damaged_page_is_said_and_never_green(damaged):
    found = damaged.run("ledger", "verify")
    assert found.returncode == 1
    assert "Traceback" not in found.stdout + found.stderr
    assert "E_DATABASE" in found.stdout
    told = damaged.run("fsck")
    assert told.returncode == 1
    assert "database" in told.stdout


def test_what_lies_before_the_damage_can_be_exported_and_verifies(damaged, tmp_path):
    out = tmp_path / "good.zip"
    done = damaged.run("ledger", "export", "--stream", "product/shop", "--good-prefix", "--out", out)
    assert done.returncode == 0, done.stderr
    key = load_public_key((damaged.folder / "keys" / "ledger.pub").read_bytes())
    found = verify_case_file(io.BytesIO(out.read_bytes()), public_keys=[key])
    assert found.ok
    assert found.size == 401


@pytest.mark.parametrize("keep", [0, 5000])
def test_a_cut_database_is_refused_in_words(home, keep):
    home.tell(20)
    with sqlite3.connect(home.database) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    home.database.write_bytes(home.database.read_bytes()[:keep])
    found = home.run("ledger", "verify")
    assert found.returncode != 0
    assert "Traceback" not in found.stderr
    assert "E_INTERNAL" not in found.stderr


@pytest.mark.parametrize("change", ["flip", "remove"])
def test_changed_and_lost_evidence_is_found(home, change):
    home.tell(1)
    digest = home.python(WITH_EVIDENCE).stdout.strip()
    place = home.folder / "blobs" / digest[:2] / digest
    place.chmod(0o600)
    if change == "flip":
        place.write_bytes(b"<testsuite >")
    else:
        place.unlink()
    told = home.run("fsck")
    assert told.returncode == 1
    assert ("tampered" if change == "flip" else "missing") in told.stdout
    exported = home.run("ledger", "export", "--product", "shop", "--out", home.folder / "case.zip")
    assert exported.returncode == 1
    checked = home.run("verify", home.folder / "case.zip", "--key", home.folder / "keys" / "ledger.pub")
    assert checked.returncode == 1
    assert "E_BLOB_" in checked.stdout
