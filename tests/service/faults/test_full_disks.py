"""F11: a full disk refuses the act and harms nothing; with space again the work goes on as if nothing had been."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from service.faults.homes import Home

UNTIL_FULL = """
from django.db import DatabaseError
n = 0
try:
    while n < 20000:
        tell(n, data={"text": "x" * 2000}); n += 1
except DatabaseError as error:
    print(n, type(error).__name__)
"""
BLOB = """
import io
from flightrules.service.door.refusals import UnavailableError
from flightrules.service.records import blobs
try:
    blobs.store(io.BytesIO(b"x" * (64 << 20)), 1 << 30)
except UnavailableError as error:
    print(error.code)
"""


@pytest.fixture
def small_disk(tmp_path):
    """Four megabytes of memory as a disk; only root may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


@pytest.mark.slow
def test_a_full_disk_refuses_and_reading_goes_on(small_disk, fresh):
    home = Home(small_disk / "home")
    shutil.copytree(fresh.folder, home.folder)
    home.tell(3)
    filled = home.python(UNTIL_FULL)
    count, error = filled.stdout.split()
    assert error == "OperationalError"
    assert int(count) > 10
    found = home.verified()
    assert (found["exit"], found["streams"][0]["size"]) == (0, 3 + int(count))
    roomy = Home(small_disk.parent / "roomy")
    shutil.copytree(home.folder, roomy.folder)
    roomy.tell(5)
    assert roomy.verified()["streams"][0]["size"] == 8 + int(count)


@pytest.mark.slow
def test_evidence_that_does_not_fit_leaves_nothing(small_disk):
    home = Home(small_disk / "home")
    home.tell(1)
    assert home.python(BLOB).stdout.strip() == "E_BLOB_STORE"
    assert not [path for path in (home.folder / "blobs").rglob("*") if path.is_file()]


def test_without_a_small_disk_a_limit_on_files_does_the_same(home):
    """The kernel refuses to let any file grow beyond the limit: as a full disk, for whoever may not mount one."""
    import resource
    import signal

    home.tell(3)
    limit = home.database.stat().st_size + 150_000

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    filled = home.python(UNTIL_FULL, preexec_fn=limited)
    count, error = filled.stdout.split()
    assert error == "OperationalError"
    home.tell(2)
    found = home.verified()
    assert (found["exit"], found["streams"][0]["size"]) == (0, 5 + int(count))
