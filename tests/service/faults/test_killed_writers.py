"""F01: a writer that is killed anywhere around an append. What it acknowledged is there; nothing is there by half."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest

from service.faults.homes import Home

WRITER = """
n = 0
while True:
    tell(n)
    print(n, flush=True)  # the acknowledgement: after the commit
    n += 1
"""
AT_A_STEP = """
import os, signal
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
step, count = {step}, 0
plain = SQLiteCursorWrapper.execute
def counted(self, query, params=None):
    global count
    count += 1
    if count == step and {before}:
        os.kill(os.getpid(), 9)
    done = plain(self, query, params)
    if count == step:
        os.kill(os.getpid(), 9)
    return done
tell(0); print(0, flush=True)
SQLiteCursorWrapper.execute = counted
tell(1); print(1, flush=True)
tell(2); print(2, flush=True)
"""


def stored(home: Home) -> int:
    """How many entries of the writer are there, in order and without a gap."""
    with sqlite3.connect(home.database) as database:
        seqs = [row[0] for row in database.execute("SELECT seq FROM records_entry ORDER BY seq")]
    assert seqs == list(range(len(seqs)))
    return len(seqs)


NURSERY = """
import os, random, signal, time
chance = random.Random(7)
tell(0)
connection.close()

def write_until_killed(out):
    n = 0
    while True:
        tell(n)
        os.write(out, b".")  # the acknowledgement: after the commit
        n += 1

for _ in range({kills}):
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(here)
        write_until_killed(there)
    os.close(there)
    acknowledged = len(os.read(here, 1)) if chance.random() < 0.9 else 0
    time.sleep(chance.uniform(0, 0.03))
    os.kill(child, 9)
    while piece := os.read(here, 1 << 16):
        acknowledged += len(piece)
    os.close(here)
    os.waitpid(child, 0)
    print(acknowledged, records.Stream.objects.get().size, flush=True)
    connection.close()
"""


def survive_kills(home: Home, kills: int) -> None:
    """Writers are forked from one started service and killed at any moment, one after the other."""
    done = home.python(NURSERY.format(kills=kills))
    assert done.returncode == 0, done.stderr
    known = 1
    lines = done.stdout.splitlines()
    assert len(lines) == kills
    for line in lines:
        acknowledged, there = map(int, line.split())
        assert known + acknowledged <= there <= known + acknowledged + 1  # at most the one in flight
        known = there
    assert known > kills // 2
    assert stored(home) == known
    assert home.verified()["exit"] == 0


def test_nothing_that_was_acknowledged_is_lost_in_30_kills(home):
    survive_kills(home, 30)


@pytest.mark.slow
def test_nothing_that_was_acknowledged_is_lost_in_1000_kills(home):
    survive_kills(home, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("step", [3, 4])
def test_a_writer_killed_before_or_after_one_statement_leaves_the_whole_entry_or_none(home, step):
    home.tell(1)
    home.python(AT_A_STEP.format(step=step, before=step % 2 == 0))
    assert 2 <= stored(home) <= 4
    assert home.verified()["exit"] == 0
    home.tell(1)  # and it goes on at once


@pytest.mark.slow
def test_copies_of_a_database_under_write_open_as_a_prefix_of_what_was_acknowledged(home, tmp_path):
    """F13: power loss, as a copy of database and log at any moment sees it: first the log's twin, then the rest."""
    home.tell(1)
    writer = home.begin(WRITER)
    copies = []
    for number in range(2):
        acknowledged = int(writer.stdout.readline())
        place = Home(tmp_path / f"copy{number}")
        shutil.copytree(home.folder / "keys", place.folder / "keys")
        for suffix in ("", "-wal"):
            shutil.copy(f"{home.database}{suffix}", f"{place.database}{suffix}")
        copies.append((acknowledged, place))
    os.kill(writer.pid, 9)
    writer.communicate()
    for acknowledged, place in copies:
        found = place.verified()
        assert found["exit"] == 0, found
        assert stored(place) >= acknowledged + 1
