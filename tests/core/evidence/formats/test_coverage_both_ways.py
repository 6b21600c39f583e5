"""Coverage by column and coverage line by line: the quick way proves that it may be taken, or it is not."""

import marshal
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence.formats import cobertura, jacoco, lcov
from flightrules.evidence.reading import xml
from flightrules.evidence.reading.xml_pieces import NotPlainError
from flightrules.evidence.records import line_book, line_digits
from flightrules.evidence.records.file_lines import LineCounts
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source

NEVER = re.compile(b"(?!)")


def outcome(text, beside=None):
    source = Source.of(text.encode(), "report")
    source.beside = beside
    try:
        reading = read(source)
    except EvidenceError as error:
        return error.code, error.message, error.line
    files = {
        path: (bytes(one.marks), sorted(one.branches.items()), one.counts)
        for path, one in reading.records.files.items()
    }
    return files, [(one.metric, one.value) for one in reading.measurements], reading.notices, reading.facts


def without_columns(patch):
    patch.setattr(cobertura._InPieces, "_plain", lambda *_: None)
    patch.setattr(jacoco._InPieces, "_columns", lambda *_: None)
    patch.setattr(lcov, "_PLAIN", NEVER)
    in_no_order(patch)


def in_no_order(patch):
    patch.setattr(lcov, "ascending", lambda _: None)


def by_handlers(patch):
    def refuse(*_, **__):
        raise NotPlainError

    for one in (cobertura, jacoco):
        patch.setattr(one._InPieces, "run", refuse)


def numbered_at_once(patch):
    patch.setattr(line_book, "_KEPT_LIMIT", 3)


def in_small_pieces(patch):
    patch.setattr(xml, "_CHUNK", 13)


def another_process(work):
    """As far as values are concerned."""
    try:
        part = marshal.loads(marshal.dumps(work()))  # noqa: S302 -- our own bytes
    except EvidenceError:
        part = None
    return lambda: part


def in_two(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lcov, "_TWO_FROM", 0)
        return outcome(text, another_process)


def check(text):
    """Handlers may meet another of several faults first, or name another line of it."""
    quick = outcome(text)
    for slow in (without_columns, in_no_order, by_handlers, numbered_at_once, in_small_pieces):
        with pytest.MonkeyPatch.context() as patch:
            slow(patch)
            found = outcome(text)
        if slow in (by_handlers, in_small_pieces) and isinstance(quick[0], str):
            assert isinstance(found[0], str)
        else:
            assert found == quick
    assert in_two(text) == quick


numbers = st.sampled_from(["1", "2", "3", "10", "11", "2", "99999", "100000", "007", "0", "-1", "x", ""])
usual = st.integers(1, 30).map(str)
hits = st.sampled_from(["0", "1", "2", "12", "00", "01", "9" * 18, "9" * 19, "-1", "", "nan", "1"])
few = st.sampled_from(["0", "1", "7"])
conditions = st.sampled_from(["", "50% (1/2)", "0% (0/4)", "100%", "150% (3/2)", "(2/2)"])
good_conditions = st.sampled_from(["", "", "50% (1/2)", "75%"])


def cobertura_line(shape, number, times, condition):
    extra = f' branch="true" condition-coverage="{condition}"' if condition else ""
    return shape.format(number=number, hits=times, extra=extra)


cobertura_shapes = st.sampled_from(
    [
        '<line number="{number}" hits="{hits}"{extra}/>\n',
        '<line number="{number}" hits="{hits}" branch="false"/>',
        '<line number="{number}" hits="{hits}"{extra} missing-branches="3"/>',
        '<line number="{number}" hits="{hits}"{extra}><conditions><condition/></conditions></line>\n',
        '<line hits="{hits}" number="{number}"{extra}/>',
        "<line number='{number}' hits='{hits}'/>",
        '<line number="{number}" hits="{hits}"{extra}><!-- x --></line>',
        '<line id="3" number="{number}" hits="{hits}"{extra}/>',
        'text <line number="{number}"\n hits="{hits}"{extra}/>',
    ]
)
lines_alike = st.builds(
    lambda shape, rows: "".join(cobertura_line(shape, *row) for row in rows),
    cobertura_shapes,
    st.lists(st.tuples(usual, few, good_conditions), max_size=6),
)
lines_mixed = st.lists(
    st.builds(cobertura_line, cobertura_shapes, numbers, hits, conditions), max_size=4
).map("".join)
methods = st.sampled_from(
    [
        "",
        "<methods/>",
        "\n<methods />\n",
        "<methods></methods>",
        '<methods><method name="m" signature="(I)V"><lines><line number="1" hits="0"/></lines></method></methods>\n',
        '<methods><method name="m" signature="s"/><method name="m" signature="s"/></methods>',
        """<methods><method name="m" signature='s'/><method name="m" signature='s'/></methods>""",
    ]
)
classes = st.builds(
    lambda name, tag, before, lines: (
        f'<{tag}filename="{name}" line-rate="1">{before}<lines>{lines}</lines></class>\n'
    ),
    st.sampled_from(["a.py", "b.py", "a.py", "c&amp;d.py", "", "filename=", "ä.py", "a\nb", "a\tb", "a b"]),
    st.sampled_from(['class name="n" ', "class ", "class\n", 'class name=" filename=" ', "class   x='y' "]),
    methods,
    lines_alike | lines_mixed,
)
reports = st.builds(
    lambda prolog, some, end: f"{prolog}<coverage><packages><package><classes>{''.join(some)}{end}",
    st.sampled_from(["", '<?xml version="1.0"?>', "<!-- c -->", "<!-- <line> -->"]),
    st.lists(classes, max_size=4),
    st.sampled_from(
        ["</classes></package></packages></coverage>"] * 4
        + ["</classes></package>", "</classes></package><source>s</source></packages></coverage>"]
    ),
)


@settings(deadline=None, max_examples=examples(80))
@given(reports)
def test_cobertura(text):
    check(text)


totals = st.sampled_from(
    [
        '<counter type="LINE" missed="1" covered="2"/>',
        '<counter covered="2" missed="1" type="LINE"/>',
        '<counter type="LINE" missed="1" covered="2"/><sessioninfo id="b" start="1" dump="9"/>',
    ]
)


def jacoco_line(shape, *cells):
    return shape.format(*cells)


jacoco_shapes = st.sampled_from(
    [
        '<line nr="{0}" mi="{1}" ci="{2}" mb="{3}" cb="{4}"/>',
        '<line nr="{0}" mi="{1}" ci="{2}" mb="{3}" cb="{4}"/>',
        "<line nr='{0}' mi='{1}' ci='{2}' mb='{3}' cb='{4}'/>",
        '<line mi="{1}" ci="{2}" nr="{0}"/>',
    ]
)
jacoco_lines = st.builds(
    lambda shape, rows: "".join(jacoco_line(shape, *row) for row in rows),
    jacoco_shapes,
    st.lists(st.tuples(usual | numbers, few, few, few, few), max_size=6),
)
sources = st.builds(
    lambda name, lines: (
        f'<sourcefile name="{name}">{lines}<counter type="LINE" missed="1" covered="1"/></sourcefile>'
    ),
    st.sampled_from(["A.java", "B.java", "A.java", "&lt;x&gt;.kt", "A\njava", "A java"]),
    jacoco_lines,
)
packages = st.builds(
    lambda name, some: f'<package name="{name}"><class name="c"/>{"".join(some)}</package>',
    st.sampled_from(["p", "q"]),
    st.lists(sources, max_size=3),
)


@settings(deadline=None, max_examples=examples(80))
@given(st.lists(packages, min_size=1, max_size=3), totals)
def test_jacoco(some, total):
    check(f'<report name="r"><sessioninfo id="a" start="1" dump="2"/>{"".join(some)}{total}</report>')


pieces_of_xml = st.sampled_from(
    ["", *"\n <>\"'&-=/01 \x7f\xff", "--", "]]>", "&#49;", "<!--", "-->", "<line ", "<source>", "</class>"]
)


@settings(deadline=None, max_examples=examples(80))
@given(
    reports | packages.map(lambda one: f'<report name="r">{one}{one}</report>'),
    st.lists(st.tuples(st.integers(0), st.integers(0, 3), pieces_of_xml), min_size=1, max_size=2),
)
def test_some_characters_amiss_in_xml_are_met_by_every_way(text, wounds):
    for at, gone, put in wounds:
        text = text[: at % len(text)] + put + text[at % len(text) + gone :]
    quick = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        by_handlers(patch)
        found = outcome(text)
    assert found == quick or (isinstance(quick[0], str) and isinstance(found[0], str))


records = st.one_of(
    st.builds("DA:{},{}".format, usual, few),
    st.builds("DA:{},{}".format, numbers, hits),
    st.sampled_from(
        ["FN:1,f", "FNF:1", "BRDA:1,0,0,-", "BRDA:1,0,1,4", "DA:3,1,abc=", "XY:1", "DA:4 , 1", ""]
    ),
)
sections = st.builds(
    lambda name, some, end, line_end: line_end.join(["TN:", f"SF:{name}", *some, *end, "end_of_record", ""]),
    st.sampled_from(["a.py", "b.py", "a.py", "ü.py", "../x"]),
    st.lists(st.builds("DA:{},{}".format, usual, few), min_size=1, max_size=8)
    | st.sets(st.integers(1, 120), min_size=1).map(lambda some: [f"DA:{n},{n % 3}" for n in sorted(some)])
    | st.lists(records, max_size=6),
    st.sampled_from(
        [["LF:3", "LH:1"], ["BRF:0", "BRH:0", "LF:1", "LH:0"], ["LH:1", "LF:1"], [], ["LF:x", "LH:1"]]
    ),
    st.sampled_from(["\n", "\n", "\r\n"]),
)


@settings(deadline=None, max_examples=examples(100))
@given(st.lists(sections, min_size=1, max_size=4))
def test_lcov(some):
    check("".join(some))


@given(st.lists(sections, min_size=1, max_size=3), st.integers(1, 40))
@settings(deadline=None)
def test_lcov_sections_do_not_depend_on_pieces(some, size):
    text = "".join(some)
    whole = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lcov, "_CHUNK", size)
        assert outcome(text) == whole


digits = st.sampled_from(["0", "1", "2", "7", "9", "10", "99", "100", "999", "1000", "12345", "99999"])
odd = digits | st.sampled_from(["", "00", "01", "010", "123456", "1234567", "-1", "1 ", "x", "1,1", "\t"])
ascending_lines = st.sets(st.integers(1, 99_999), min_size=1, max_size=30).flatmap(
    lambda some: st.tuples(*(st.tuples(st.just(str(one)), digits) for one in sorted(some)))
)


@settings(deadline=None, max_examples=examples(150))
@given(ascending_lines, st.none() | st.tuples(st.integers(0), odd, odd), st.integers(0))
def test_lines_in_order_are_told_from_all_others(lines, other, at):
    lines = list(lines)
    if other is not None:
        lines.insert(at % (len(lines) + 1), other[1:])
    block = "".join(f"\nDA:{number},{hits}" for number, hits in lines) + "\n"
    plain = all(re.fullmatch(r"[1-9]\d{0,4},(0|[1-9]\d{0,4})", ",".join(one)) for one in lines)
    in_order = plain and all(int(one) < int(two) for (one, _), (two, _) in pairwise(lines))

    ran = sum(hits != "0" for _, hits in lines)
    assert line_digits.ascending(block.encode()) == (LineCounts(ran, len(lines)) if in_order else None)


byte_amiss = st.tuples(st.integers(0), st.integers(0, 2), st.sampled_from(["", *"\n,:D01 \t\rx\xff"]))


@settings(deadline=None, max_examples=examples(150))
@given(ascending_lines, byte_amiss)
def test_a_byte_amiss_is_met_by_the_slow_way_too(lines, amiss):
    text = "".join(f"DA:{number},{hits}\n" for number, hits in lines)
    text = f"TN:\nSF:a\n{text}LF:1\nLH:1\nend_of_record\n"
    at, gone, put = amiss
    check(text[: at % len(text)] + put + text[at % len(text) + gone :])


@settings(deadline=None, max_examples=examples(150))
@given(ascending_lines, byte_amiss)
def test_a_block_with_a_byte_amiss_is_counted_only_where_each_line_is_plain(lines, amiss):
    block = "".join(f"\nDA:{number},{hits}" for number, hits in lines) + "\n"
    at, gone, put = amiss
    block = block[: at % len(block)] + put + block[at % len(block) + gone :]

    if line_digits.ascending(block.encode("latin-1")) is not None:
        assert re.fullmatch(r"(\nDA:[1-9]\d{0,4},(0|[1-9]\d{0,4}))+\n", block)


@pytest.mark.parametrize("record", ["1DA:1004,0", "D1A:1004,0", "DA1:1004,0", "DA:1004,01", "DA:1004,1,0"])
def test_a_digit_that_stands_elsewhere_is_no_part_of_a_line_number(record):
    text = f"SF:a\nDA:1003,1\n{record}\nDA:11005,1\nLF:3\nLH:2\nend_of_record\n"

    check(text)
    assert outcome(text)[1][1] == ("coverage.lines.total", 3 if record.startswith("DA:") else 2)


def test_more_lines_than_there_are_masks_for_are_counted_by_the_slow_way():
    lines = "".join(f"DA:{number},1\n" for number in range(1, 20_001))

    assert outcome(f"SF:a\n{lines}LF:20000\nLH:20000\nend_of_record\n")[0]["a"][2] == LineCounts(
        20_000, 20_000
    )


def test_the_usual_reports_go_the_quick_way(monkeypatch):
    def fail(*_, **__):
        pytest.fail("line by line")

    monkeypatch.setattr(cobertura._InPieces, "_searched", fail)
    monkeypatch.setattr(jacoco._InPieces, "give", fail)
    monkeypatch.setattr(lcov._Trace, "_mixed", fail)
    monkeypatch.setattr(lcov._Trace, "_plain", fail)
    line = '<line number="3" hits="1" branch="true" condition-coverage="50% (1/2)"/>'
    for before in (
        "<methods/>",
        '<methods><method name="m"><lines><line number="1" hits="1"/></lines></method></methods>',
    ):
        text = f'<coverage><class filename="a">{before}<lines>{line}</lines></class></coverage>'
        assert outcome(text)[0] == {"a": (bytes(3) + b"\x03", [(3, (1, 2))], (1, 1, 1, 2, 1))}
    line = '<line nr="3" mi="0" ci="2" mb="1" cb="1"/>'
    text = f'<report name="r"><package name="p"><sourcefile name="A">{line}</sourcefile></package></report>'
    assert outcome(text)[0] == {"p/A": (bytes(3) + b"\x03", [(3, (1, 2))], (1, 1, 1, 2, 1))}
    assert outcome("TN:\nSF:a\nFN:1,f\nDA:3,1\nLF:1\nLH:1\nend_of_record\n")[0]


def test_two_processes_divide_a_large_file_and_fall_back_to_one():
    def section(name, lines=((1, 4), (3, 0))):
        rows = "".join(f"DA:{line},{hits}\n" for line, hits in lines)
        return f"TN:\nSF:{name}\n{rows}LF:2\nLH:1\nend_of_record\n"

    usual = [section(name) for name in "abcdefgh"]
    joined = []
    with pytest.MonkeyPatch.context() as patch:
        join = lcov._Trace._join
        patch.setattr(lcov._Trace, "_join", lambda *of: joined.append(join(*of)) or joined[-1])
        for last in (
            "",
            section("a"),
            section("h"),
            section("../x"),
            section("i", [(3, 1), (1, 0)]),
            "SF:x\nDA:1,1",
        ):
            text = "".join(usual) + last
            assert in_two(text) == outcome(text)
    assert joined == [True, False, False, False, False, False]
