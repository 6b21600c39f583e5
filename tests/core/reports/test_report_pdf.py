"""The report in print: tagged, reproducible, complete, and inert."""

import io
import json
import sys

import pytest

from flightrules.errors import UsageError
from flightrules.reports import json_report, pdf


@pytest.fixture
def typesetter():
    """The optional extra."""
    return pytest.importorskip("typst", reason="the extra flightrules[pdf] is not installed")


@pytest.fixture
def reader(typesetter):
    """Opens a PDF."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    return lambda data: pypdf.PdfReader(io.BytesIO(data))


def words(document):
    return " ".join(" ".join(page.extract_text() for page in document.pages).split())


def test_it_is_tagged_and_says_its_language_and_title(gate, reader):
    document = reader(pdf.render(gate.conditional()))
    root = document.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert document.metadata.title == "Checkout 4.2.1 — Release readiness report"
    assert b"<pdfuaid:part>1" in root["/Metadata"].get_data()


def test_it_holds_the_whole_report(gate, reader):
    said = words(reader(pdf.render(gate.conditional())))
    for part in (
        "CONDITIONAL GO",
        "1 Scope",
        "2 Exit Criteria Status",
        "3 Defect Summary",
        "4 Waivers and Risk Acceptances",
        "5 Rollback Plan",
        "6 Recommendation",
        "waiver granted",
        "claimed by a file",
    ):
        assert part in said


def test_the_same_report_gives_the_same_bytes(gate, typesetter):
    assert pdf.render(gate.no_go()) == pdf.render(gate.no_go())


def test_its_only_time_is_the_verdicts(gate, reader):
    meta = reader(pdf.render(gate.go())).metadata
    assert meta["/CreationDate"] == meta["/ModDate"] == "D:20261121120000Z"


def test_the_json_record_is_attached_for_auditors(gate, reader):
    report = gate.no_go()
    document = reader(pdf.render(report))
    (attached,) = document.attachments["report.json"]
    assert json.loads(attached) == json_report.record(report)


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x") #read("/etc/passwd") #eval("1+1")',
        "$x^2$ *bold* _it_ `raw` <label> @ref // comment /* */ \\ #",
        "\\input{/etc/passwd} \\write18{id}",
        "\x1b[31m \u202egnp.exe \x00",
        "x" * 3000,
    ],
)
def test_names_are_set_as_they_stand(gate, reader, name):
    report = gate.report(
        tests=gate.junit(100),
        defects=gate.jira(("P-1", "P1", name)),
        coverage=gate.cobertura(900),
        scan=gate.sarif(),
    )
    said = words(reader(pdf.render(report)))
    assert "root:" not in said
    if name.startswith("#panic"):
        assert 'read("/etc/passwd")' in said


def test_a_script_without_a_font_is_shown_as_code_points(gate, reader):
    report = gate.report(
        tests=gate.junit(100),
        defects=gate.jira(("P-1", "P1", "折扣 Rabatt скидка")),
        coverage=gate.cobertura(900),
        scan=gate.sarif(),
    )
    said = words(reader(pdf.render(report)))
    assert "\\u6298\\u6263 Rabatt скидка" in said


def test_without_the_extra_it_is_refused_by_name(gate, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError) as caught:
        pdf.render(gate.go())
    assert caught.value.code == "E_EXTRA"
    assert "flightrules[pdf]" in caught.value.hint
