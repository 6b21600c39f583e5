"""Names that try to become markup, commands or controls; in every output they stay names."""

import json
import re
import unicodedata
import xml.parsers.expat
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.inert import _DRIVING, LONGEST, one_line
from flightrules.reports import (
    azuredevops,
    github,
    gitlab,
    html_page,
    json_report,
    junit_xml,
    markdown,
    nogo,
    sarif,
)
from flightrules.reports.text import Style, render_text

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title></textarea><svg onload=alert(1)>",
    "&lt;b&gt; &amp;",
    "[link](javascript:alert(1)) ![i](http://evil.example/x.png)",
    "https://evil.example/a www.evil.example @team",
    "| a | b |\n|---|---|\n# head\n- item\n```\ncode",
    "\x1b[31mred\x1b[0m\x07\x08\x9b31m",
    "abc\u202egnp.exe\u2066\u2069\u200e",
    '#eval("1+1") $x^2$ #read("/etc/passwd") @ref <label> *b* _i_ \\input{/etc/passwd}',
    "::error file=x::pwned%0A::set-output name=a::b",
    "##vso[task.prependpath]/tmp ##[add-path]/tmp ##teamcity[setParameter name='a' value='b']",
    "a\r\nb\x00c\x85d\u2028e",
    "lone \udc80 surrogate",
    "]]> <!-- --> <?xml?> &#x3c;",
    "x" * 5000,
    "*" * 300,
    "`" * 7 + "a`b``",
    "",
    "1. a",
    "\ufffe\uffff\U000e0041",
)


def poisoned(report, name):
    """The name in every place that evidence, files or people can fill."""
    verdict, book = report.verdict, report.rulebook

    def use(one):
        return replace(
            one,
            method=name,
            path=name,
            format=name,
            environment=name,
            build=name,
            bound=name,
            notices=(name,),
        )

    def people(approvals):
        return tuple(replace(one, name=name, role=name) for one in approvals)

    def waiver(one):
        return one and replace(
            one,
            id=name,
            criterion=name,
            reason=name,
            compensating_control=name,
            scope=name,
            approvals=people(one.approvals),
        )

    def accepted(one):
        return one and replace(
            one,
            affected_users=name,
            business_impact=name,
            mitigation=name,
            monitoring=name,
            resolution_target=name,
            approvals=people(one.approvals),
            scope=name,
        )

    results = tuple(
        replace(
            one,
            rule=replace(
                one.rule,
                id=name,
                origin=f"{name}:3",
                rationale=name,
                category=name,
                criterion=replace(one.rule.criterion, scope=name or None, method=name or None, note=name),
            ),
            reason=name,
            fix=name,
            details=(name, name),
            definitions=((name, name),),
            evidence=tuple(map(use, one.evidence)),
            waiver=waiver(one.waiver),
        )
        for one in verdict.results
    )
    defects = tuple(
        replace(
            one,
            id=name,
            title=name,
            severity=name,
            state=name,
            decision=name,
            reason=name,
            acceptance=accepted(one.acceptance),
        )
        for one in verdict.defects
    )
    spoilt = replace(
        verdict,
        gate=name,
        results=results,
        defects=defects,
        conditions=tuple(replace(one, text=name) for one in verdict.conditions),
        blockers=(name, name),
        evidence=(*map(use, verdict.evidence), replace(verdict.evidence[0], path=name, refusal=name)),
        waivers=tuple(map(waiver, verdict.waivers)),
        quarantined=(name,),
        unused=(name, name),
        product=name,
        version=name,
    )
    triggers = tuple(
        replace(
            one, id=name, signal=name, source=name, baseline=name, reason=name, unit=name, decided_by=(name,)
        )
        for one in book.rollback.triggers
    )
    wrong = replace(
        book,
        identity=replace(book.identity, id=name, version=name),
        release=replace(book.release, qa_lead=name, features=(name,), excluded=(name,), justification=name),
        rollback=replace(book.rollback, method=name, owner=name, decide_when=name, triggers=triggers),
        indicators=tuple(
            replace(one, title=name, formula=name, unit=name, known=name) for one in book.indicators
        ),
    )
    return replace(report, verdict=spoilt, rulebook=wrong)


class Seen(HTMLParser):
    """Every element with its attributes, and the text between."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self.open = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.elements.add((tag, tuple(sorted(name for name, _ in attrs))))
        if tag not in ("meta", "path", "circle", "rect", "use", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.add((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_endtag(self, tag):
        if tag not in ("path", "circle", "rect", "use"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(data)

    def unknown_decl(self, data):
        raise AssertionError(data)


def seen(page):
    found = Seen()
    found.feed(page)
    found.close()
    assert found.open == []
    return found


@pytest.fixture(scope="module")
def reports():
    """Both verdicts that between them fill every place."""
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    spec = spec_from_file_location("gate_of_hostile_names", Path(__file__).parent / "conftest.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    gate = module.Gate()
    return [gate.no_go(), gate.conditional()]


def drives(text):
    """What a terminal, a reader's eye or a build host obeys."""
    return set(re.findall(r"##[\w.-]*\[", text)) | {
        c
        for c in text
        if (unicodedata.category(c) in ("Cc", "Cs") and c != "\n")
        or unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_holds_no_element_and_no_attribute_but_ours(reports, name):
    for report in reports:
        allowed = seen(html_page.render(poisoned(report, "calm"))).elements
        found = seen(html_page.render(poisoned(report, name)))
        assert {pair[0] for pair in found.elements} <= {pair[0] for pair in allowed}
        assert {at for pair in found.elements for at in pair[1]} <= {at for pair in allowed for at in pair[1]}
        assert not drives("".join(found.text))


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_becomes_no_markup_but_ours(reports, name):
    markdown_it = pytest.importorskip("markdown_it")
    parser = markdown_it.MarkdownIt("gfm-like", {"html": True, "linkify": False})
    for report in reports:
        page = markdown.render(poisoned(report, name))
        assert not drives(page)
        html = parser.render(page)
        found = seen(html)
        ours = {
            "h1",
            "h2",
            "h3",
            "h4",
            "p",
            "ul",
            "ol",
            "li",
            "strong",
            "em",
            "code",
            "hr",
            "br",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        }
        assert {tag for tag, _ in found.elements} <= ours
        assert {at for _, attrs in found.elements for at in attrs} <= {"style"}
        calm = seen(parser.render(markdown.render(poisoned(report, "calm"))))
        assert html.count("<tr") == parser.render(markdown.render(poisoned(report, "calm"))).count("<tr")
        assert {tag for tag, _ in calm.elements} <= ours


@pytest.mark.parametrize("name", HOSTILE)
def test_no_address_becomes_a_link_and_nobody_is_notified(name):
    shown = markdown.text(name)
    outside = re.sub(r"(`+).*?\1", "", shown)
    assert "@" not in outside
    assert not re.search(r"(?i)https?://|www\.(?=\w)", outside)


@pytest.mark.parametrize("name", HOSTILE)
def test_junit_stays_well_formed(reports, name):
    for report in reports:
        names = []
        parser = xml.parsers.expat.ParserCreate()
        parser.StartElementHandler = lambda tag, _, names=names: names.append(tag)
        parser.Parse(junit_xml.render(poisoned(report, name)).encode(), True)
        assert set(names) <= {
            "testsuites",
            "testsuite",
            "properties",
            "property",
            "testcase",
            "failure",
            "error",
            "skipped",
        }
        cases = len(report.verdict.results) + sum(line.blocks for line in report.verdict.defects)
        assert names.count("testcase") == cases


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("module", [json_report, sarif, gitlab])
def test_json_stays_valid_and_holds_no_raw_control(reports, name, module):
    for report in reports:
        text = module.render(poisoned(report, name))
        assert not drives(text)
        json.loads(text.encode("utf-8"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_build_host_gets_no_command_but_ours(reports, name):
    for report in reports:
        for line in github.annotation_lines(poisoned(report, name)).splitlines():
            command, _, message = line[2:].partition("::")
            assert re.fullmatch(r"(error|warning|notice) (file=[^,:]*,line=\d+,)?title=[^,:]*", command)
            assert not drives(message)
        assert not drives(github.render(poisoned(report, name)))


@pytest.mark.parametrize("name", HOSTILE)
def test_an_azure_agent_gets_no_command_but_ours(reports, name):
    for report in reports:
        for line in azuredevops.render(poisoned(report, name)).splitlines():
            ours, sign, message = line.rpartition(";]") if line.startswith("##vso[") else ("", "", line)
            assert not sign or re.fullmatch(
                r"##vso\[task\.logissue type=(error|warning);sourcepath=[^;\]]*;linenumber=\d+;code=[^;\]]*",
                ours,
            )
            assert not drives(message)
            assert "##" not in message


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    "style", [Style(), Style(width=60), Style(marks=False), Style(accessible=True, marks=False)]
)
def test_a_terminal_obeys_nothing(reports, name, style):
    for report in reports:
        text = render_text(poisoned(report, name), style, exit_code=1, report_path="r")
        assert not drives(text)
        assert not re.search(r"(?m)^\s*::", text)
        if not style.marks:
            assert text.isascii()


@pytest.mark.parametrize("name", HOSTILE)
def test_colours_are_ours_alone(reports, name):
    text = render_text(poisoned(reports[0], name), Style(colour=True), exit_code=1)
    assert not drives(re.sub(r"\x1b\[[0-9;]*m", "", text))
    assert set(re.findall(r"\x1b\[([0-9;]*)m", text)) <= {"0", "1", "2", "32", "31;1", "33", "32;1", "33;1"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_message_is_short_and_plain_whatever_the_names(reports, name):
    message = nogo.render(poisoned(reports[0], name))
    assert not drives(message)
    assert len(message.split()) <= nogo.MOST_WORDS


def test_the_record_can_be_signed_whatever_a_file_is_called(reports):
    from flightrules.ledger.canonical import canonical_bytes

    record = json_report.record(poisoned(reports[0], "lone \udc80 surrogate"))
    assert b"udc80" in canonical_bytes(record)


@given(st.text(max_size=60))
@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(40)
)
def test_any_name_is_inert_everywhere(reports, name):
    report = poisoned(reports[0], name)
    seen(html_page.render(report))
    xml.parsers.expat.ParserCreate().Parse(junit_xml.render(report).encode(), True)
    json.loads(sarif.render(report).encode())
    assert not drives(markdown.render(report))
    assert not drives(render_text(report, Style(), exit_code=1))


@given(st.text(max_size=2 * LONGEST))
@settings(deadline=None)
def test_one_line_is_one_line_and_says_what_it_cut(text):
    clean = one_line(text)
    assert "\n" not in clean
    assert not drives(clean)
    clean.encode("utf-8")
    if len(clean) > LONGEST:
        assert clean.endswith("more characters)") or len(text) <= LONGEST


def test_what_is_printable_needs_no_second_look():
    every = "".join(map(chr, range(0x110000)))
    assert [one for one in re.findall(_DRIVING, every) if one.isprintable()] == []
