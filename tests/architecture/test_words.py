"""Codes, metrics, commands and documents agree with each other."""

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from flightrules.cli.explain import EXIT_CODES, OPERATOR_WORDS, STATUS_WORDS
from flightrules.cli.main import COMMANDS, parser_for
from flightrules.engine.formulas import FORMULAS
from flightrules.engine.operators import OPERATORS
from flightrules.engine.verdict import Outcome, Status
from flightrules.errors import ExitCode
from flightrules.errors.catalogue import CATALOGUE
from flightrules.evidence.registry import FORMATS
from flightrules.rules.metrics import METRICS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "flightrules"
CODE = re.compile(r"[DEWL]_[A-Z][A-Z0-9_]+\Z")
DOCS = sorted((ROOT / "docs").rglob("*.md")) + [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


@cache
def codes_in_use():
    """Every code that stands as a text of its own in the source, catalogues aside."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        if path.name.endswith("_codes.py") or path.name == "_sentence_tables.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for word in re.split(r"[\s:,;()`]+", node.value):
                    if CODE.fullmatch(word):
                        found.setdefault(word, path.name)
    return found


def test_every_code_in_use_is_explained():
    assert {code: where for code, where in codes_in_use().items() if code not in CATALOGUE} == {}


def test_a_code_means_one_thing():
    """Each stands in one table: a second one would hide the first from ``explain``."""
    defined = [
        name
        for path in (SOURCE / "errors").glob("*_codes.py")
        for name in re.findall(
            r"^    Code\(\s*\"([A-Z_0-9]+)\"", path.read_text(encoding="utf-8"), re.MULTILINE
        )
    ]
    assert len(defined) > 100
    assert sorted({name for name in defined if defined.count(name) > 1}) == []


def test_every_explained_code_is_in_use():
    assert sorted(set(CATALOGUE) - set(codes_in_use())) == []


def test_every_code_says_what_why_and_what_to_do():
    for code in CATALOGUE.values():
        assert all(part.strip() for part in (code.summary, code.why, code.fix)), code.name
        assert len(code.summary) < 120, code.name


def test_every_metric_has_a_formula_and_no_formula_is_left_over():
    assert set(FORMULAS) == set(METRICS)


def test_every_word_that_can_be_shown_is_explained():
    assert set(STATUS_WORDS) == {str(word) for word in (*Status, *Outcome)}
    assert set(OPERATOR_WORDS) == {str(operator) for operator in OPERATORS}
    assert set(EXIT_CODES) == {int(code) for code in ExitCode}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    module = import_module(f"flightrules.cli.{command}")
    assert module.__doc__
    assert parser_for(command).format_help().startswith("usage: flightrules")


def test_formats_have_distinct_names_and_a_module_that_reads():
    names = [one.name for one in FORMATS]
    assert len(names) == len(set(names))
    for one in FORMATS:
        assert callable(import_module(f"flightrules.evidence.formats.{one.module}").read), one.name


def test_every_format_module_is_in_the_registry():
    modules = {path.stem for path in (SOURCE / "evidence" / "formats").glob("*.py")} - {"__init__"}
    assert sorted(modules - {one.module for one in FORMATS} - DECLARED_ONLY) == []


DECLARED_ONLY = {"declared_table"}  # read only where a rulebook names the columns


def everything(*names):
    return "\n".join((ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") for name in names)


def test_the_reference_covers_every_format_metric_operator_code_and_exit_code():
    formats, metrics, codes, exits = (
        everything("formats.md"),
        everything("metrics.md"),
        everything("codes.md"),
        everything("verdicts.md"),
    )
    assert [one.name for one in FORMATS if f"`{one.name}`" not in formats] == []
    assert [name for name in METRICS if f"`{name}`" not in metrics] == []
    assert [name for name in CATALOGUE if f"`{name}`" not in codes] == []
    assert [code for code in EXIT_CODES if f"| {code} |" not in exits] == []
    assert [word for word in (*STATUS_WORDS, *OPERATOR_WORDS) if f"`{word}`" not in exits] == []


def test_the_generated_reference_is_up_to_date():
    generate = import_module_from(ROOT / "tools" / "generate_reference.py")
    for name, text in generate.pages().items():
        assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == text, (
            f"run make docs: {name}"
        )


def import_module_from(path):
    import importlib.util

    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_target_that_a_document_names_exists(path):
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = "\n".join(
        re.findall(r"```(?:console|sh|yaml|text)?\n(.*?)```", text, re.DOTALL)
        + re.findall(r"`([^`\n]+)`", text)
    )
    named = set(re.findall(r"(?:^|[\s/$])flightrules ([a-z]+)\b(?![.:/])", code))
    assert sorted(named - set(COMMANDS) - {"help", "serve", "push"}) == []
    assert sorted(set(re.findall(r"(?:^|\s)make ([a-z][a-z-]*)\b", code)) - targets) == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
