"""Programs at work beside us: whole answers, codes, and an end for those that nobody waits for."""

import os
import sys

import pytest

from flightrules.connectors import programs

KINDS = [programs._ByPopen, *([programs.Running] if hasattr(os, "posix_spawnp") else [])]
HERE = {"PATH": os.environ["PATH"]}


@pytest.fixture(params=KINDS)
def python(request):
    """A way to run a line of Python, by each way to start a program."""
    return lambda line: request.param([sys.executable, "-c", line], HERE)


def test_what_is_printed_is_whole_and_apart(python):
    line = "import sys; sys.stdout.write('o' * 3_000_000); sys.stderr.write('e' * 3_000_000); sys.exit(3)"
    assert python(line).printed(30) == (3, b"o" * 3_000_000, b"e" * 3_000_000)


def test_nothing_is_there_to_be_read(python):
    assert python("import sys; print(sys.stdin.read(), end='')").printed(30) == (0, b"", b"")


def test_only_the_given_variables_are_seen(python, monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    assert python("import os; print(os.environ.get('GIT_DIR'))").printed(30).out.split() == [b"None"]


def test_who_takes_too_long_is_ended(python):
    slow = python("import time; time.sleep(60)")
    with pytest.raises(TimeoutError):
        slow.printed(0.05)
    slow.end()
    slow.end()


def test_who_is_killed_has_failed(python):
    assert python("import os; os.kill(os.getpid(), 9)").printed(30).code != 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_started_is_refused_and_leaves_nothing_open(kind):
    opened = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with pytest.raises(FileNotFoundError):
        kind(["no-such-program-anywhere"], HERE)
    with pytest.raises(ValueError, match="null"):
        kind([sys.executable, "\0"], HERE)
    if opened:
        assert len(os.listdir("/proc/self/fd")) == opened
