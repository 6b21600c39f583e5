"""JUnit XML taken apart while another process looks at its characters says what one process says."""

import pickle
from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.cli import parallel
from flightrules.errors import EvidenceError
from flightrules.evidence.formats import junit
from flightrules.evidence.head import look
from flightrules.evidence.reading import junit_events, sound_text, xml
from flightrules.evidence.reading.xml_pieces import NotPlainError
from flightrules.evidence.records.case_reading import NothingRanError
from flightrules.evidence.source import Source

CASE = '<testcase name="{}" classname="C" time="0.1"'
TEXTS = st.sampled_from(
    ["", "\n  ", "at a.b(C.java:1) > !", "a&lt;b", "!x?", "é", "<![CDATA[<testcase name='bait'> <!-- ]]>"]
    + ["<!-- <testcase/> - -->", "<!---->", "<?pi <failure> ?>"]
    + ["<![CDATA[]]>", "<![CDATA[]]]]>", "<![CDATA[?>]]>", "<?a ]]>?>"]
)
INSIDE = st.builds(
    "<{0} message='no > !'>{1}{2}</{0}>".format,
    st.sampled_from(["failure", "error", "skipped"]),
    TEXTS,
    TEXTS,
)
CASES = st.builds(
    lambda name, end: CASE.format(name) + end,
    st.sampled_from(["a", "b ]]&gt;", "c > d", "&lt;?", "--"]),
    st.just("/>") | st.just(" />") | st.builds(">{}{}</testcase>".format, TEXTS, INSIDE),
)
DOCUMENTS = st.builds(
    "{}<testsuites>{}<testsuite name='s'>{}</testsuite>{}</testsuites>{}".format,
    st.sampled_from(["", " \n", "\ufeff", '<?xml version="1.0" encoding="UTF-8"?>\n', "<!-- first -->"]),
    TEXTS.filter(lambda text: text[:1] in ("", "<", "\n")),
    st.lists(st.builds("{}{}".format, CASES, TEXTS), min_size=1, max_size=8).map("".join),
    st.sampled_from(["", "\n", "<testsuite name='t'/>"]),
    st.sampled_from(["", "\n", "<!-- last -->", "<?last?>"]),
)


def pickled(work):
    """Another process, as far as values are concerned."""
    try:
        part = pickle.loads(pickle.dumps(work()))  # noqa: S301 -- our own bytes
    except (EvidenceError, NotPlainError):
        part = None
    return lambda: part


@pytest.fixture(params=[1 << 18, 7])
def small(request, monkeypatch):
    """Every report is a large one, and comes in pieces of different sizes."""
    monkeypatch.setattr(junit_events, "_TWO_FROM", 0)
    monkeypatch.setattr(junit_events, "_CHUNK", request.param)
    monkeypatch.setattr(xml, "_CHUNK", request.param)


def outcome(text, beside=None):
    source = Source.of(text if isinstance(text, bytes) else text.encode(), "report.xml")
    source.beside = beside
    try:
        reading = junit.read(source, look(source, 1 << 16))
    except NothingRanError as error:
        return error.code, list(error.reading.measurements)
    except EvidenceError as error:
        return error.code, error.message, error.line, error.column
    return list(reading.records), list(reading.measurements), reading.notices, reading.facts


@pytest.mark.usefixtures("small")
def test_two_say_what_one_says():
    @settings(deadline=None, max_examples=examples(30))
    @given(DOCUMENTS)
    def check(text):
        assert outcome(text, pickled) == outcome(text)

    check()


@pytest.mark.usefixtures("small")
def test_two_refuse_what_one_refuses():
    @settings(deadline=None, max_examples=examples(30))
    @given(DOCUMENTS, st.data())
    def check(text, data):
        start = data.draw(st.integers(0, len(text)))
        put = data.draw(st.sampled_from(["", "<", ">", '"', "&", "]]>", "<!", "<!--", "<![CDATA[", "\0"]))
        damaged = text[:start] + put + text[data.draw(st.integers(start, min(len(text), start + 9))) :]
        if damaged.lstrip(" \n\ufeff").startswith("<"):
            assert outcome(damaged, pickled) == outcome(damaged)

    check()


@pytest.mark.usefixtures("small")
def test_pieces_hold_all_and_a_mark_for_each_section_that_a_parser_finds():
    @settings(deadline=None, max_examples=examples(30))
    @given(DOCUMENTS)
    def check(text):
        whole = text.encode().removeprefix(b"\xef\xbb\xbf").lstrip(b" \n")
        cdata, comments = [], []
        parser = expat.ParserCreate()
        parser.StartCdataSectionHandler = lambda: cdata.append(1)
        parser.CommentHandler = comments.append
        parser.Parse(whole, True)
        if "<?" in text:
            return  # a mark inside of one is refused by the parser later
        found = list(sound_text.texts(Source.of(text.encode()).chunks(junit_events._CHUNK)))
        assert b"".join(piece for piece, _ in found) == whole
        marked = b"".join(part for _, part in found)
        assert (marked.count(b"\0"), marked.count(b"\1")) == (len(cdata), len(comments))

    check()


WHOLE = "<testsuite name='s'>" + (CASE.format("a") + "/>") * 30 + "</testsuite>"


@pytest.mark.usefixtures("small")
def test_a_sound_report_is_read_once(monkeypatch):
    alone = outcome(WHOLE)
    monkeypatch.setattr(junit, "read_pieces", lambda *_, **__: pytest.fail("read again"))
    assert outcome(WHOLE, pickled) == alone


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("answer", [None, False])
def test_without_a_proof_one_reads_all(answer):
    assert outcome(WHOLE, lambda _: lambda: answer) == outcome(WHOLE)


@pytest.mark.usefixtures("small")
def test_what_breaks_ahead_of_the_proof_breaks_nothing():
    def take(_):
        raise KeyError

    source = Source.of(WHOLE.encode())
    source.beside = pickled
    assert not junit_events.read_outlined(source, take)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE testsuite>" + WHOLE,
        '<!DOCTYPE testsuite [<!ENTITY a "b">]>' + WHOLE,
        WHOLE.replace("<testsuite ", "<testsuite xmlns='urn:x' "),
        '<?xml version="1.0" encoding="ISO-8859-1"?>' + WHOLE.replace('"a"', '"\u00e4"'),
        WHOLE[:-5],
        WHOLE.replace("/>", "", 1),
    ],
)
def test_what_is_not_plain_is_left_to_one(text):
    data = text.encode("latin-1")
    assert outcome(data, pickled) == outcome(data)


def test_a_section_without_an_end_is_not_kept(monkeypatch):
    monkeypatch.setattr(sound_text, "_LIMIT", 100)
    chunks = [b"<a><![CDATA[", *[b"y" * 60] * 4, b"]]></a>"]
    with pytest.raises(NotPlainError):
        list(sound_text.texts(chunks))


@pytest.mark.usefixtures("small")
def test_a_real_process_proves(monkeypatch):
    monkeypatch.setattr(parallel.os, "cpu_count", lambda: 2)
    assert outcome(WHOLE, parallel.beside) == outcome(WHOLE)
    assert outcome(WHOLE[:-3], parallel.beside) == outcome(WHOLE[:-3])


def test_a_small_report_is_read_by_one():
    assert outcome(WHOLE, lambda _: pytest.fail("another process")) == outcome(WHOLE)
