"""A pattern that waits finds what the same pattern compiled at once finds, and is compiled by its first use."""

import re

import pytest

from flightrules.patterns import late

TEXTS = ("", "p1", "Sev-2", "sev 2", "P-3\n", "é")


@pytest.mark.parametrize("flags", [0, re.IGNORECASE, re.IGNORECASE | re.ASCII])
def test_a_late_pattern_finds_what_a_compiled_one_finds(flags):
    written = r"(?:p|sev)-?(\d)\Z"
    waiting, compiled = late(written, flags), re.compile(written, flags)
    for text in TEXTS:
        for ask in ("match", "search", "fullmatch"):
            found, wanted = getattr(waiting, ask)(text), getattr(compiled, ask)(text)
            assert (found and found.groups()) == (wanted and wanted.groups())
        assert waiting.findall(text) == compiled.findall(text)
        assert waiting.sub("-", text) == compiled.sub("-", text)


def test_bytes_are_searched_by_patterns_of_bytes():
    assert late(rb"<(\w+)").findall(b"<a><b>") == [b"a", b"b"]


def test_nothing_is_compiled_before_it_is_used():
    broken = late("(")
    with pytest.raises(re.error):
        broken.match("")


def test_a_method_is_found_once():
    waiting = late("a")
    assert waiting.match is waiting.match


def test_what_patterns_do_not_have_is_missing():
    with pytest.raises(AttributeError):
        late("a").mach  # noqa: B018 -- asking is what is tested
