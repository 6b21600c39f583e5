"""Whole outputs of three verdicts, held byte for byte. FLIGHTRULES_GOLDEN=update writes them anew."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from flightrules import __version__
from flightrules.reports.text import Style, render_text

GOLDEN = Path(__file__).parent / "golden"
KINDS = {
    "json_report": "json",
    "markdown": "md",
    "html_page": "html",
    "junit_xml": "xml",
    "sarif": "sarif",
    "github": "summary.md",
    "gitlab": "codequality.json",
    "azuredevops": "azure.txt",
    "nogo": "nogo.txt",
    "text": "txt",
}


def rendered(kind, report):
    if kind == "text":
        return render_text(report, Style(), exit_code=0, report_path=".flightrules/report.html")
    return import_module(f"flightrules.reports.{kind}").render(report)


def settled(text, report):
    """Without what changes for other reasons: the product's version and the rulebook's digest."""
    digest = report.verdict.rulebook_digest
    short = text.replace(digest, "sha256:DIGEST").replace(digest[:19], "sha256:DIGEST")
    return short.replace(f"Flightrules {__version__}", "Flightrules VERSION").replace(
        f'ersion": "{__version__}"', 'ersion": "VERSION"'
    )


@pytest.mark.parametrize("kind", KINDS)
def test_output_is_the_golden_one(gate, verdict_name, kind):
    report = getattr(gate, verdict_name)()
    made = settled(rendered(kind, report), report)
    file = GOLDEN / f"{verdict_name}.{KINDS[kind]}"
    if os.environ.get("FLIGHTRULES_GOLDEN") == "update":
        file.parent.mkdir(exist_ok=True)
        file.write_text(made, encoding="utf-8", newline="\n")
    assert made == file.read_text(encoding="utf-8"), (
        f"run with FLIGHTRULES_GOLDEN=update if {file.name} is meant"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_inputs_give_the_same_bytes(gate, verdict_name, kind):
    first = rendered(kind, getattr(gate, verdict_name)())
    second = rendered(kind, getattr(gate, verdict_name)())
    assert first == second
    assert first.endswith("\n")
    first.encode("utf-8")


def test_the_bytes_do_not_depend_on_the_process(gate):
    """Hash seeds differ between processes; an unsorted set would show here."""
    script = (
        "import importlib.util, hashlib, sys\n"
        f"spec = importlib.util.spec_from_file_location('c', {str(Path(__file__).parent / 'conftest.py')!r})\n"
        "c = importlib.util.module_from_spec(spec); spec.loader.exec_module(c)\n"
        "from flightrules.reports import markdown, html_page, json_report, sarif, gitlab, github, azuredevops, junit_xml\n"
        "r = c.Gate().no_go()\n"
        "for m in (markdown, html_page, json_report, sarif, gitlab, github, azuredevops, junit_xml):\n"
        "    print(hashlib.sha256(m.render(r).encode()).hexdigest())\n"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


def test_reports_import_nothing_heavy():
    """What check always writes must cost nothing at start-up."""
    script = (
        "import sys\n"
        "from flightrules.reports import markdown, html_page, json_report, text, nogo, sarif, junit_xml, pdf\n"
        "heavy = {'typst', 'jinja2', 'html', 'xml', 'rich', 'email', 'socket', 'subprocess', 'random'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    alone = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True, env=alone
    )
    assert done.stdout.strip() == "[]"
