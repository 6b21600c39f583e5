"""F29, F31: damaged databases and evidence are said in words; what lies before the damage can be taken out."""

from __future__ import annotations

import io
import shutil
import socket
import sqlite3

import pytest

from flightrules.ledger.case_verification import verify_case_file
from flightrules.ledger.key_files import load_public_key
from service.faults.homes import Home


def free_port() -> int:
    """A port that nobody listens at, for now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


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
    home.tell(100, "tell(1, tag=Tag.DECISION_RECORDED)\nfor n in range(200): tell(n)")
    with sqlite3.connect(home.database) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = database.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(home.database.read_bytes())
    at = data.index(b'"seq":250,') // size * size
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
    assert found.size == 101


@pytest.mark.parametrize("deed", ["serve", pytest.param("worker", marks=pytest.mark.slow)])
def test_who_writes_does_not_start_on_it(damaged, deed):
    refused = damaged.run(deed, *(("--port", str(free_port())) if deed == "serve" else ()))
    assert refused.returncode == 2
    assert refused.stdout == ""
    [said] = [line for line in refused.stderr.splitlines() if line.startswith("error")]
    assert "E_DATABASE" in said
    assert "flightrules fsck" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.slow
def test_who_writes_does_not_start_on_a_tip_that_was_changed(home):
    home.tell(3)
    with sqlite3.connect(home.database) as database:
        database.execute("UPDATE records_stream SET size = 4, name = name WHERE name = 'product/shop'")
    refused = home.run("worker")
    assert refused.returncode == 2
    assert "E_LEDGER_TIP" in refused.stderr
    assert "flightrules fsck" in refused.stderr
    assert home.run("ledger", "verify").returncode == 1


@pytest.mark.parametrize("keep", [pytest.param(0, marks=pytest.mark.slow), 5000])
def test_a_cut_database_is_refused_in_words(home, keep):
    home.tell(20)
    with sqlite3.connect(home.database) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    home.database.write_bytes(home.database.read_bytes()[:keep])
    found = home.run("ledger", "verify")
    assert found.returncode != 0
    assert "Traceback" not in found.stderr
    assert "E_INTERNAL" not in found.stderr


@pytest.mark.parametrize("change", ["flip", pytest.param("remove", marks=pytest.mark.slow)])
def test_changed_and_lost_evidence_is_found(home, change):
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
