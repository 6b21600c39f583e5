"""Text from elsewhere drives neither a terminal nor a build host, and nothing of it is lost."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from flightrules.errors import EvidenceError
from flightrules.inert import json_safe, log_lines, one_line, whole

AGENT = "##vso[task.prependpath]/tmp"


@pytest.mark.parametrize("command", [AGENT, "##[add-path]/tmp", "##teamcity[setParameter]", "###[x]"])
def test_a_command_of_a_build_host_is_shown_not_obeyed(command):
    for made in (one_line(command), whole(command), log_lines([command])):
        assert not re.search(r"##[\w.-]*\[", made)
        assert command.partition("[")[2] in made


@pytest.mark.parametrize("harmless", ["## heading", "a ## b", "issue ##12", "C##"])
def test_other_signs_stay(harmless):
    assert one_line(harmless) == whole(harmless) == harmless


def test_a_line_keeps_its_spaces_and_stays_one_line():
    assert log_lines(["  tests.total    2", "a\n::error::b", "::error::c"]) == (
        "  tests.total    2\na\\u000a::error::b\n: :error::c\n"
    )


@given(some.text(alphabet="#[]vso.-:\n a\x1b\u202e\udc80"))
def test_no_text_brings_a_line_or_a_command_of_its_own(text):
    line = log_lines([text])
    assert line.count("\n") == 1
    assert not line.lstrip().startswith("::")
    assert "##[" not in line
    assert "##vso[" not in line
    assert "\x1b" not in line


@given(some.text(alphabet='#[]vso\\"u0023'))
def test_json_means_the_same_afterwards(text):
    document = json.dumps({"name": text}, ensure_ascii=False)
    assert json.loads(json_safe(document)) == {"name": text}
    assert "##[" not in json_safe(document)


def test_an_error_names_a_file_on_one_line():
    told = EvidenceError(
        "E_EMPTY", "the file is empty", file=f"x\n::error::{AGENT}", hint="look"
    ).diagnostics()
    assert [line.split()[0] for line in told.splitlines()] == ["error", "fix", "learn"]
    assert AGENT not in told
