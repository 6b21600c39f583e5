"""Plain command lines are read without argparse, and exactly as argparse reads them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.cli import check
from flightrules.cli.main import COMMANDS, main, parser_for
from flightrules.cli.plain_options import PlainOptions

NAMES = [
    "--gate",
    "--release",
    "--format",
    "--output",
    "--evidence",
    "--no-report",
    "--no-colour",
    "--no-color",
]
WORDS = [
    *NAMES,
    "--exit-zero",
    "--nonsense",
    "--no",
    "-h",
    "--help",
    "--",
    "-",
    "",
    "json",
    "text",
    "a=b",
    "x",
]
JOINED = [
    "--gate=x",
    "--gate=",
    "--format=json",
    "--format=jpeg",
    "--no-report=1",
    "--output=md=a",
    "--gate=-x",
]


def options_of(command):
    options = PlainOptions()
    command.configure(options)
    return options


@given(st.lists(st.sampled_from(WORDS + JOINED), max_size=6))
def test_what_is_read_without_argparse_is_what_argparse_reads(words):
    found = options_of(check).read(words)
    if found is not None:
        assert vars(found) == vars(parser_for("check").parse_args(words))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--format", "json"],
        ["--no-report", "--gate", "release"],
        ["--output", "md=a.md", "--output=json=b.json"],
        ["--evidence", "CI run=a.xml", "--no-color"],
    ],
)
def test_plain_lines_do_not_need_argparse(words):
    assert options_of(check).read(words) is not None


@pytest.mark.parametrize(
    "words", [["--help"], ["-h"], ["--form", "json"], ["--gate"], ["file"], ["--gate", "-1"]]
)
def test_everything_else_is_left_to_argparse(words):
    assert options_of(check).read(words) is None


def test_a_command_that_takes_files_is_left_to_argparse_as_a_whole():
    from flightrules.cli import inspect

    assert options_of(inspect).read(["--format", "json"]) is None
    assert options_of(inspect).read([]) is None


def test_one_line_does_not_change_the_next():
    options = options_of(check)
    options.read(["--output", "md=a.md"])
    assert options.read([]).output == []


def test_every_command_can_be_declared_without_argparse():
    for name in COMMANDS:
        PlainOptions().read([])
        options_of(__import__(f"flightrules.cli.{name}", fromlist=["configure"]))


def test_the_version_is_said_without_loading_typing_or_a_command():
    script = "import sys; from flightrules.cli.main import main; main(['--version']); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path = {sys.path!r}; {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"typing", "argparse", "re", "flightrules.cli.terminal"} & set(ran.stderr.split()) == set()


@pytest.mark.parametrize("words", [["show", "--release", "4", "5b1c"], ["--release", "4", "show", "5b1c"]])
def test_what_is_no_option_may_stand_anywhere(words, monkeypatch):
    seen = []
    monkeypatch.setattr("flightrules.cli.meeting.execute", lambda arguments: seen.append(arguments) or 0)
    assert main(["meeting", *words]) == 0
    assert [(one.act, one.meeting, one.release) for one in seen] == [("show", "5b1c", "4")]
