"""Reading on two cores: whatever becomes of the second process, nothing is lost and nothing counts twice."""

import os
import signal

import pytest

from flightrules.cli import parallel

FILES = [f"f{at}" for at in range(6)]
SIZES = [parallel.FORK_ABOVE] * 6
PARENT = os.getpid()


def in_child(deed):
    """Work that does this in the second process and is honest in the first."""

    def work(file):
        if os.getpid() != PARENT_OF["now"]:
            deed()
        return file.upper()

    return work


PARENT_OF = {"now": PARENT}


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    PARENT_OF["now"] = os.getpid()


@pytest.mark.parametrize(
    "deed",
    [
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: os._exit(0),
        lambda: os._exit(3),
        lambda: (_ for _ in ()).throw(MemoryError),
        lambda: None,
    ],
)
def test_every_file_is_read_once_by_whoever_lives(deed, capfd):
    done = parallel.read_all(FILES, SIZES, in_child(deed), lambda *_: None)
    assert done == {file: file.upper() for file in FILES}
    assert "PASS" not in capfd.readouterr().out


def test_a_machine_that_cannot_fork_reads_alone(monkeypatch):
    def refuse():
        raise OSError("no more processes")

    monkeypatch.setattr(os, "fork", refuse)
    assert len(parallel.read_all(FILES, SIZES, str.upper, lambda *_: None)) == 6


def test_no_process_is_left_behind():
    parallel.read_all(FILES, SIZES, str.upper, lambda *_: None)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_what_has_to_be_done_anyway_is_done_beside_the_reading_and_by_one_process():
    done_by = []
    parallel.read_all(FILES, SIZES, str.upper, lambda *_: None, lambda: done_by.append(os.getpid()))
    assert done_by == [os.getpid()]
    parallel.read_all(FILES[:1], SIZES[:1], str.upper, lambda *_: None, lambda: done_by.append(0))
    assert done_by == [os.getpid(), 0]


def test_what_has_to_wait_is_done_when_nothing_is_left_to_read():
    done, alone = [], []
    parallel.read_all(FILES, SIZES, done.append, lambda *_: None, last=lambda: done.append("last"))
    parallel.read_all(FILES[:1], SIZES[:1], alone.append, lambda *_: None, last=lambda: alone.append("last"))
    assert done[-1] == "last"
    assert alone == ["f0", "last"]


def test_more_files_than_the_queue_has_room_for_are_read_once_each():
    many = [f"f{at}" for at in range(2 * parallel._PILES + 7)]
    steps = []
    done = parallel.read_all(many, [1 << 20] * len(many), str.upper, lambda *said: steps.append(said))
    assert done == {file: file.upper() for file in many}
    assert [at for at, _, _ in steps] == list(range(1, len(steps) + 1))
    assert {of for _, of, _ in steps} <= {len(many)}, (
        "the other process may have been quicker with all of them"
    )


def test_whoever_is_done_takes_the_next_and_the_largest_comes_first(tmp_path):
    """The parent is busy until the child has begun, so the child has the largest."""

    def work(file):
        (tmp_path / file).write_text(str(os.getpid()))
        return file

    def busy():
        while not (tmp_path / "large").exists():
            pass

    parallel.read_all(["small", "large"], [1, parallel.FORK_ABOVE], work, lambda *_: None, busy)
    assert (tmp_path / "large").read_text() != str(os.getpid())
    assert (tmp_path / "small").exists()
