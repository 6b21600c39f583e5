"""The exit code is the verdict's, whatever becomes of the reader, the disk behind stdout, or the file's name."""

import os
import subprocess
import sys

import pytest

from flightrules.errors import ExitCode

FLIGHTRULES = f"{sys.executable} -m flightrules.cli.main"


@pytest.fixture
def failing(shop):
    """A repository whose verdict is NO-GO."""
    shop.junit(passed=1, failed=30)
    return shop


def shell(line):
    """Exit code, stdout and stderr of a line for the shell."""
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("kind", ["text", "json", "md"])
def test_a_reader_that_leaves_early_does_not_turn_a_no_go_around(failing, kind):
    line = f"{FLIGHTRULES} check --no-report --format {kind} | true; exit ${{PIPESTATUS[0]}}"
    assert shell(line) == (ExitCode.NO_GO, "", "")


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_closed_stdout_does_not_either(failing, kind):
    code, _, err = shell(f"{FLIGHTRULES} check --no-report --format {kind} >&-")
    assert (code, err) == (ExitCode.NO_GO, "")


def test_an_answer_cut_short_is_no_success(failing):
    code, _, err = shell(f"{FLIGHTRULES} inspect .flightrules.yml | true; exit ${{PIPESTATUS[0]}}")
    assert code in (ExitCode.USAGE, 141)  # whole before the reader left, or ended like any tool by SIGPIPE
    assert "Traceback" not in err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_behind_stdout_is_said_and_is_no_go_for_the_pipeline(shop):
    code, _, err = shell(f"{FLIGHTRULES} check --no-report > /dev/full")
    assert code == ExitCode.USAGE
    assert "E_WRITE" in err
    assert "defect of Flightrules" not in err


def test_reports_are_written_before_anybody_reads_stdout(failing):
    shell(f"{FLIGHTRULES} check --format json | true")
    assert sorted(os.listdir(".flightrules")) == ["report.html", "report.json", "report.md"]


def test_nothing_half_written_stays_behind(shop):
    os.makedirs(".flightrules/report.md")  # a folder stands where a report belongs
    code, _, err = shop.run("check")
    assert code == ExitCode.USAGE
    assert "E_WRITE" in err
    assert not [name for name in os.listdir(".flightrules") if name.endswith(".part")]


def test_a_rulebook_that_is_a_link_to_nowhere_is_not_as_if_there_were_none(failing):
    os.remove(".flightrules.yml")
    os.symlink("gone.yml", ".flightrules.yml")
    code, _, err = failing.run("check", "--no-report")
    assert code == ExitCode.USAGE
    assert "E_NOT_FOUND" in err


def test_two_rulebooks_side_by_side_are_refused_and_not_chosen_from(shop):
    shop.write(".flightrules.yaml", "flightrules: 1\n")
    code, _, err = shop.run("check", "--no-report")
    assert code == ExitCode.USAGE
    assert "both .flightrules.yml and .flightrules.yaml are here" in err
    assert shop.run("check", "--no-report", "--rulebook", ".flightrules.yml")[0] == ExitCode.GO


def test_of_two_exit_gates_none_is_chosen_in_silence(failing):
    text = (failing.path / ".flightrules.yml").read_text()
    text = text.replace("gates:\n", "gates:\n  first: {kind: exit, criteria: [p1], blocks: talk}\n")
    failing.write(".flightrules.yml", text.replace("[rate, p1]", "[rate]"))
    code, _, err = failing.run("check", "--no-report")
    assert code == ExitCode.USAGE
    assert "2 exit gates: first, release" in err
    assert failing.run("check", "--no-report", "--gate", "release")[0] == ExitCode.NO_GO


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_moment_at_the_end_of_the_calendar_is_refused(shop, moment):
    code, _, err = shop.run("check", "--no-report", "--as-of", moment)
    assert code == ExitCode.USAGE
    assert "E_TIME" in err
