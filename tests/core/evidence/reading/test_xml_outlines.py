"""What the parser does not see of a report must be nothing that it could have refused."""

import re
from xml.parsers import expat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence.formats import cobertura, jacoco
from flightrules.evidence.reading.xml_pieces import NotPlainError, Pieces, outlined
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source

COBERTURA = b"""<?xml version="1.0"?>
<coverage><packages><package><classes>
<class name="n" filename="a.py"><methods/><lines>
<line number="1" hits="1"/>
<line number="2" hits="0"/>
<line number="3" hits="4" branch="true" condition-coverage="50% (1/2)" missing-branches="9"/>
<line number="4" hits="1"/>
</lines></class>
<class name="m" filename="b.py"><lines><line number="1" hits="1"/><line number="2" hits="1"/></lines></class>
</classes></package></packages></coverage>
"""
JACOCO = b"""<report name="r"><package name="p"><class name="c"/><sourcefile name="A.java">\
<line nr="1" mi="0" ci="3" mb="0" cb="0"/><line nr="2" mi="3" ci="0" mb="1" cb="0"/>\
<line nr="3" mi="0" ci="3" mb="0" cb="0"/><counter type="LINE" missed="1" covered="2"/></sourcefile>\
<counter type="LINE" missed="1" covered="2"/></package><counter type="LINE" missed="1" covered="2"/></report>
"""
PARTS = (
    *(
        b"<",
        b">",
        b'"',
        b"'",
        b"&",
        b"]]>",
        b"--",
        b"/",
        b"\x0b",
        b"\x00",
        b"\xff",
        b"\xc3",
        b"x",
        b" ",
        b"=",
    ),
    *(b"<!--", b"-->", b"<![CDATA[", b"<?x ", b"?>", b"<!DOCTYPE x>", b"</lines>", b"<lines>", b"<_/>"),
    *(
        b'<line number="7" hits="1"/>',
        b'<line nr="7" mi="0" ci="1" mb="0" cb="0"/>',
        b"&amp;",
        b"&x;",
        b"</class>",
    ),
)


def outcome(data):
    try:
        reading = read(Source.of(data, "report"))
    except EvidenceError:
        return None
    files = {path: (bytes(one.marks), dict(one.branches)) for path, one in reading.records.files.items()}
    return files, reading.notices


def by_handlers(data):
    def refuse(*_, **__):
        raise NotPlainError

    with pytest.MonkeyPatch.context() as patch:
        for one in (cobertura, jacoco):
            patch.setattr(one._InPieces, "run", refuse)
        return outcome(data)


@settings(deadline=None, max_examples=examples(120))
@given(
    st.sampled_from([COBERTURA, JACOCO]),
    st.lists(
        st.tuples(st.integers(0, 600), st.integers(0, 30), st.sampled_from(PARTS)), min_size=1, max_size=3
    ),
)
@example(COBERTURA, [(131, 0, b"<!--"), (160, 0, b"-->")])
@example(COBERTURA, [(131, 0, b"<![CDATA["), (160, 0, b"]]>")])
def test_damage_is_refused_as_a_parser_of_the_whole_refuses_it(report, damage):
    for at, length, part in damage:
        report = report[:at] + part + report[at + length :]
    assert outcome(report) == by_handlers(report)


@pytest.mark.parametrize("pattern", [cobertura._PLAIN_LINE, jacoco._PLAIN_LINE])
def test_what_is_left_out_is_whole_and_sound(pattern):
    """All texts of the pattern, as random ones show them, stand in any element and end no other construct."""

    @settings(deadline=None, max_examples=examples(100))
    @given(st.lists(st.from_regex(plain(pattern), fullmatch=True), min_size=1, max_size=3))
    def matched(texts):
        run = b"".join(texts)
        expat.ParserCreate().Parse(b"<r>" + run + b"</r>", True)
        assert not any(end in run for end in (b"]]>", b"--", b"?>"))

    matched()


def test_two_hyphens_are_left_to_the_parser():
    """Within a comment they are a fault, which may not be left out with the line that holds them."""
    line = b'<line number="1" hits="0" missing-branches="%s"/>'
    assert cobertura._PLAIN_LINE.fullmatch(line % b"12, exit")
    assert not cobertura._PLAIN_LINE.fullmatch(line % b"--")


def plain(pattern):
    """The same without possessive repeats, which the generator does not know, and without looking ahead."""
    text = re.sub(rb"([+*?}])\+", rb"\1", pattern.pattern)
    return re.compile(re.sub(rb"\(\?![^()]*\)", b"", text))


def test_one_element_stands_for_each_run():
    assert outlined([b"<lines>", b"", b"", b"<x/>", b"", b"</lines>"]) == b"<lines><_/><x/><_/></lines>"
    assert outlined([b"<lines>", b"</lines>"]) == b"<lines><_/></lines>"


def test_a_fault_in_a_piece_is_told_in_the_line_where_the_piece_starts():
    def take(piece):
        if b"2" in piece:
            raise EvidenceError("E_RANGE", "two")
        return piece

    pieces = Pieces(
        Source.of(b"<r>\n<p 1='a'/>".replace(b"1=", b"x=") + b"\n<p x='2'/>\n</r>"), "<p ", take, inner="<q"
    )
    with pytest.raises(EvidenceError) as told:
        pieces.run(lambda *_: None)
    assert (told.value.code, told.value.line) == ("E_RANGE", 3)


def test_a_document_that_breaks_before_the_fault_is_left_to_a_reader_of_the_whole():
    def take(piece):
        raise EvidenceError("E_RANGE", "any")

    pieces = Pieces(Source.of(b"<r>&nothing;<p x='2'/></r>"), "<p ", take, inner="<q")
    with pytest.raises(NotPlainError):
        pieces.run(lambda *_: None)


def group(name, *inside):
    return f'<group name="{name}">{"".join(inside)}</group>'


PACKAGE = (
    '<package name="p"><sourcefile name="A"><line nr="1" mi="0" ci="1" mb="0" cb="0"/>'
    '<counter type="LINE" missed="0" covered="9"/></sourcefile><counter type="LINE" missed="0" covered="9"/></package>'
)


@pytest.mark.parametrize("total", ["", '<counter type="LINE" missed="0" covered="1"/>'])
def test_a_jacoco_report_is_compared_with_its_own_total_only(total):
    counter = '<counter type="LINE" missed="0" covered="9"/>'
    text = f'<report name="r">{group("g", PACKAGE, counter)}{total}</report>'
    assert not read(Source.of(text.encode(), "report")).notices


def test_a_jacoco_report_whose_total_is_another_says_so():
    text = f'<report name="r">{group("g", PACKAGE)}<counter type="LINE" missed="0" covered="2"/></report>'
    assert [one.code for one in read(Source.of(text.encode(), "report")).notices] == ["W_COUNT_MISMATCH"]
