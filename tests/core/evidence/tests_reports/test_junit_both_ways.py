"""JUnit XML is read as text that is proved, or by a handler for each element: both must say the same."""

from xml.parsers import expat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence.formats import junit
from flightrules.evidence.head import look
from flightrules.evidence.reading import junit_events, xml
from flightrules.evidence.records.case_reading import NothingRanError
from flightrules.evidence.source import Source


def told(reading):
    return (
        list(reading.records),
        [(one.metric, one.value) for one in reading.measurements],
        reading.notices,
        reading.facts,
    )


def outcome(text):
    source = Source.of(text if isinstance(text, bytes) else text.encode(), "report.xml")
    try:
        return told(junit.read(source, look(source, 1 << 16)))
    except NothingRanError as error:
        return error.code, told(error.reading)
    except EvidenceError as error:
        return error.code, error.message, error.line, error.column


@pytest.fixture(params=[1 << 18, 61, 7])
def by_handlers(request, monkeypatch):
    """The outcome by handlers, with the file cut into pieces of different sizes."""
    monkeypatch.setattr(xml, "_CHUNK", request.param)

    def read(text):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(junit, "read_outlined", lambda *_: False)
            return outcome(text)

    return read


@pytest.fixture
def only_text(monkeypatch):
    """Fails a test whose report is not read as text to its end."""

    def fail(*_, **__):
        pytest.fail("read by handlers")

    monkeypatch.setattr(junit, "read_pieces", fail)


CASE = '<testcase name="{name}" classname="C" time="{time}"{end}'
USUAL = [
    "<testsuites><testsuite name='s' tests='2'>" + CASE.format(name="a", time="0.1", end="/>") * 2,
    '<testsuites>\n <testsuite name="s" tests="3">\n  '
    + CASE.format(name="a &lt;1&gt; &amp;lt;", time="1", end="/>\n  ")
    + CASE.format(
        name="ü", time="1e-3", end='><failure message="no">at <![CDATA[<testcase>]]></failure></testcase>'
    )
    + CASE.format(name="b&#10;c", time=".5", end=" />"),
]


@pytest.mark.parametrize("start", USUAL)
def test_the_usual_reports_are_read_as_text(start, only_text):
    assert outcome(start + "</testsuite></testsuites>")[0]


bodies = st.sampled_from(
    [
        "/>",
        " />\n",
        "></testcase>",
        "><skipped/></testcase>",
        '><failure message="a &gt; b" type="x>y">trace\n&lt;testcase&gt;</failure></testcase>\n',
        "><error type='e'/><system-out><![CDATA[<testcase name=\"x\"/>]]></system-out></testcase>",
        "><!-- <failure/> --><system-out></system-out>\n<system-err/></testcase>",
        "><flakyFailure><stackTrace>x</stackTrace></flakyFailure></testcase>",
        "><rerunFailure/></testcase>",
        "><properties><property name='a' value='b'/></properties></testcase>",
        '><skipped type="pytest.skip" message="m"/></testcase>',
        "><?note <failure/> ?></testcase>",
        f"><failure>{'long ' * 300}</failure><system-out>{'x' * 1500}</system-out></testcase>",
        ' status="failed"/>',
        ' status="notrun"></testcase>',
        '>text<testcase name="inner"/></testcase>',
        "\n/>",
        "></testcase\n>",
    ]
)
names = st.sampled_from(["a", "b", "a", "", "x &amp; y", "&quot;q&quot;", "l\tm\r\nn", "&#x41;", "ä", "日本"])
times = st.sampled_from(["0.1", "0", "1,000.5", "1e-4", "", "-0.1", "NaN", " 2", "0,5", "1.", "-3", "&#49;"])
shapes = st.sampled_from(
    [
        '<testcase name="{name}" classname="C" time="{time}"',
        '<testcase classname="{name}" name="n"',
        "<testcase name='{name}' time='{time}'",
        '<testcase  name="{name}"\n time = "{time}"',
        '<testcase name="{name}" file="f.py" line="3" time="{time}"',
    ]
)
cases = st.builds(
    lambda shape, name, time, body: shape.format(name=name, time=time) + body, shapes, names, times, bodies
)
alike = st.builds(
    lambda shape, rows: "\n  ".join(shape.format(name=name, time="0.5") + body for name, body in rows),
    shapes,
    st.lists(st.tuples(names, bodies), max_size=6),
)
heads = st.sampled_from(
    [
        "<testsuite>",
        '<testsuite name="s" tests="2" failures="1">',
        '<testsuite name="pytest" tests="1" timestamp="2026-01-02T03:04:05">',
        '<testsuite name="s" tests="3" failures="0" errors="0">',
        "<testsuite name='s' tests='1'>",
        '<testsuite name="&lt;s&gt;" tests="9" hostname="tbd">',
        '<testsuite tests="x">',
        '<testsuite xmlns:a="b"><a:failure/>',
        "<testsuite><error/>",
        "<wrapper><testsuite>",
    ]
)


def closed(head, body):
    return head + body + "</testsuite>" + ("</wrapper>" if "wrapper" in head else "") + "\n"


suites = st.builds(closed, heads, alike | st.lists(cases, max_size=3).map("".join))
nested = st.builds(closed, heads, st.lists(suites, max_size=3).map("".join))
documents = st.lists(suites | nested, max_size=5).map(
    lambda some: f"<testsuites>{''.join(some)}</testsuites>"
)


def test_both_ways_say_the_same(by_handlers):
    @settings(deadline=None, max_examples=examples(60))
    @given(documents)
    def check(text):
        assert outcome(text) == by_handlers(text)

    check()


def test_both_ways_refuse_the_same_damage(by_handlers):
    @settings(deadline=None, max_examples=examples(60))
    @given(documents, st.data())
    def check(text, data):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        damaged = text[:start] + data.draw(st.sampled_from(["", "<", ">", '"', "&", "]]>", "é"])) + text[end:]
        if not damaged.lstrip().startswith("<"):
            return
        assert outcome(damaged) == by_handlers(damaged)

    check()


def test_pieces_of_any_size_are_whole(monkeypatch):
    text = USUAL[1] + "<!-- c --></testsuite></testsuites>"
    whole = outcome(text)
    for size in range(1, 40):
        monkeypatch.setattr(xml, "_CHUNK", size)
        assert outcome(text) == whole


def test_a_document_type_is_refused_alike():
    text = "<!DOCTYPE testsuite><testsuite/>"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(junit, "read_outlined", lambda *_: False)
        other = outcome(text)
    assert outcome(text) == other
    assert other[0] == "E_DTD_FORBIDDEN"


def test_names_wait_until_somebody_asks():
    reading = junit.read(
        source := Source.of((USUAL[0] + "</testsuite></testsuites>").encode()), look(source, 999)
    )
    assert [case.identity for case in reading.records] == ["C.a", "C.a"]
    assert reading.records.failed_names(3) == []


def test_a_document_with_a_namespace_is_left_to_handlers(monkeypatch):
    monkeypatch.setattr(junit, "read_outlined", lambda *_: pytest.fail("read as text"))
    with pytest.raises(EvidenceError):
        junit.read(source := Source.of(b'<testsuite xmlns="urn:x"/>'), look(source, 999))


OUTPUT = "<system-out>printed &amp; kept</system-out><system-err><![CDATA[<failure/>]]></system-err>"
STACK = f"<failure message='no'>{'at a.b(C.java:1)&#10;' * 80}</failure>"
SOUND = f"""<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="s" tests="5">
  {CASE.format(name="a", time="1", end="/>")}
  {CASE.format(name="b", time="1", end="/>")}
  {CASE.format(name="c", time="1", end=f">{OUTPUT}</testcase>")}
  {CASE.format(name="d", time="1", end=f">{STACK}</testcase>")}
  {CASE.format(name="e ü", time="1", end="/>")}<!-- end -->
</testsuite></testsuites>
""".encode()
DAMAGE = st.sampled_from(
    [
        b"",
        b" ",
        b"<",
        b">",
        b'"',
        b"'",
        b"&",
        b"&x;",
        b"&#1;",
        b"&#xD800;",
        b"&#49;",
        b"]]>",
        b"]]",
        b"--",
        b"/",
    ]
    + [
        b"=",
        b"x",
        b"\x00",
        b"\x01",
        b"\x0b",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xef\xbf\xbe",
        b"<!",
        b"<?",
    ]
    + [
        b"<!--",
        b"-->",
        b"<!-->",
        b"<![CDATA[",
        b"<?x ",
        b"?>",
        b"<!DOCTYPE x>",
        b"<_/>",
        b' name="z"',
        b" xmlns='u'",
    ]
    + [
        b"</testcase>",
        b"<testcase>",
        b"</testsuite>",
        b"<testsuites>",
        b'<testcase name="n" classname="C" time="1"/>',
    ]
)
ANYWHERE = st.tuples(st.integers(0, len(SOUND)), st.integers(0, 30), DAMAGE)


@pytest.mark.parametrize("size", [1 << 18, 50])
def test_what_is_proved_no_parser_refuses(monkeypatch, size):
    monkeypatch.setattr(xml, "_CHUNK", size)

    @settings(deadline=None, max_examples=examples(120))
    @given(st.lists(ANYWHERE, min_size=1, max_size=4))
    @example([(0, len(SOUND), b'<testcase name="a" classname="C" time="1"/>' * 2)])
    @example([(len(SOUND), 0, b'<testcase name="a" classname="C" time="1"/>')])
    @example([(len(SOUND), 0, b"junk")])
    def check(damage):
        text = SOUND
        for at, length, part in damage:
            text = text[:at] + part + text[at + length :]
        source = Source.of(text)
        walk = junit._Walk(source)
        try:
            proved = junit_events.read_outlined(source, walk.take_text)
        except EvidenceError:
            return
        if proved:
            expat.ParserCreate(namespace_separator=" ").Parse(
                text.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n"), True
            )
        assert outcome(text) == by_handlers_alone(text)

    check()


def by_handlers_alone(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(junit, "read_outlined", lambda *_: False)
        return outcome(text)


def test_a_tag_cannot_hide_another_in_what_looks_like_its_attribute():
    case = CASE.format(name="a", time="1", end='><error >="<skipped/>"</error></testcase>')
    assert outcome(f"<testsuite>{case}</testsuite>")[0] == "E_CONTRADICTION"
