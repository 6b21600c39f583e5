"""The documents are run: their commands, files, rulebooks, sentences and snippets are those of the product.

A document speaks to this test in comments before a fenced block:

    <!-- file: PATH -->      the block is saved there before the next command; a rulebook, waivers or
                             acceptances by its name is also loaded
    <!-- rulebook -->        a whole rulebook: it loads, and lint finds no error
    <!-- part -->            sections of a rulebook: they load on top of the profile web-feature
    <!-- sentences -->       one criterion a line: each is understood
    <!-- snippet: NAME -->   the snippet that `flightrules init --ci NAME` prints
    <!-- offered -->         how others use action.yml or .pre-commit-hooks.yaml: what it names is there

A block of ``console`` is run from top to bottom in one empty folder a document. A line after ``$`` is a command;
what follows is its output, whole, where … stands for anything within a line and alone for any lines.
"""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

import flightrules
from flightrules.evidence.registry import FORMATS
from flightrules.rules.exception_files import load_acceptances, load_bindings, load_waivers
from flightrules.rules.grammar import parse
from flightrules.rules.init import ci_snippets
from flightrules.rules.lint import lint_text
from flightrules.rules.loading import load_rulebook
from flightrules.rules.reference import reference_markdown

ROOT = Path(__file__).resolve().parents[2]
TOP = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "GLOSSARY.md", "CHANGELOG.md"]
DOCS = [ROOT / name for name in TOP if (ROOT / name).exists()] + sorted((ROOT / "docs").rglob("*.md"))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
HOW_TO = sorted((ROOT / "docs" / "how-to").glob("*.md"))
BLOCK = re.compile(
    r"(?:<!-- (?P<kind>[a-z]+)(?:: (?P<name>[^>]+?))? -->\n)?^```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
HIDDEN = re.compile(r"^<!-- file: (\S+)\n(.*?)^-->$", re.DOTALL | re.MULTILINE)
AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
FAMILIES = {one.name: one.family for one in FORMATS}
LOADERS = {"waivers.yml": load_waivers, "acceptances.yml": load_acceptances, "evidence.yml": load_bindings}


def blocks(path):
    """Everything in fences, as (kind, name, language, body), and files in comments, in the order of the text."""
    text = path.read_text(encoding="utf-8")
    found = [
        (one.start(), one["kind"] or "", one["name"] or "", one["language"], one["body"])
        for one in BLOCK.finditer(text)
    ]
    found += [(one.start(), "file", one[1], "", one[2]) for one in HIDDEN.finditer(text)]
    return [one[1:] for one in sorted(found)]


def marked(kind):
    """Every block of that kind in any document, as test parameters."""
    return [
        pytest.param(name, body, id=f"{path.relative_to(ROOT)}-{at}")
        for path in DOCS
        for at, (one, name, _, body) in enumerate(blocks(path))
        if one == kind
    ]


def named(path):
    return str(path.relative_to(ROOT))


# ---- what is run


def steps(console):
    """Commands with the output that is shown for each."""
    found, last = [], ""
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif last.startswith("$ ") and last.endswith("\\"):
            found[-1][0] += "\n" + line
        else:
            found[-1][1].append(line)
        last = line if line.startswith("$ ") or last.endswith("\\") else ""
    return [(command, "\n".join(shown).strip("\n")) for command, shown in found]


def script(path):
    """One shell script that writes the files and runs the commands, and the outputs that are promised."""
    lines, promised = [], []
    for kind, name, language, body in blocks(path):
        if kind == "file":
            lines += [
                f"kept=$?; mkdir -p $(dirname {name}); cat > {name} <<'END-OF-FILE'",
                body.rstrip("\n"),
                "END-OF-FILE",
            ]
            lines += ["(exit $kept)"]
        elif language == "console":
            for command, shown in steps(body):
                lines += [f"kept=$?; printf '\\n@@{len(promised)}@@\\n'; (exit $kept)", command]
                promised.append((command, shown))
    return "\n".join(lines) + "\n", promised


def as_pattern(shown):
    """What is shown as a regular expression: … is anything within a line, a line of … any lines.

    How wide columns and rules are drawn is left to the tests of the terminal.
    """
    pattern = ""
    for line in shown.splitlines():
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            words = ".*?".join(re.escape(part) for part in line.rstrip().split("…"))
            pattern += re.sub("─+", "─+", re.sub(r"(?:\\ )+", r"\\ +", words)) + r"[ ]*\n"
    return pattern


RUN = [path for path in DOCS if script(path)[1]]


@pytest.mark.parametrize("path", RUN, ids=named)
def test_every_command_does_what_the_document_shows(path, tmp_path):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    text, promised = script(path)
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONUTF8": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{
            f"GIT_{who}_{what}": f"{who.lower()}@example.invalid"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE")},
    }
    ran = subprocess.run(
        ["bash"],
        input=text,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    parts = re.split(r"\n@@\d+@@\n", ran.stdout)[1:]
    assert len(parts) == len(promised), ran.stdout
    for (command, shown), out in zip(promised, parts, strict=True):
        actual = "".join(f"{line.rstrip()}\n" for line in out.strip("\n").splitlines())
        if (shown or not actual) and re.fullmatch(as_pattern(shown), actual) is None:
            pytest.fail(f"$ {command}\n{actual}\n--- but the document shows ---\n{shown}", pytrace=False)


def test_the_tutorial_goes_through_every_verdict():
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    for word in ("HOLD", "GO  ", "NO-GO  ", "CONDITIONAL GO  ", "NOT MEASURED AS STATED", "verified: "):
        assert f"\n{word}" in text or f" {word}" in text, word


# ---- what is loaded


def lint_errors(text):
    findings = lint_text(text.encode(), ".flightrules.yml", as_of=AS_OF, families=FAMILIES)
    return [f"{one.code} {one.where}: {one.message}" for one in findings if one.level == "error"]


@pytest.mark.parametrize(
    ("_name", "body"),
    marked("rulebook") + [one for one in marked("file") if one.values[0].endswith(".flightrules.yml")],
)
def test_every_rulebook_loads_and_lint_finds_no_error(_name, body):
    load_rulebook(body.encode())
    assert lint_errors(body) == []


@pytest.mark.parametrize(("_name", "body"), marked("part"))
def test_every_part_of_a_rulebook_loads_on_a_shipped_profile(_name, body):
    own = "".join(
        f"{line}\n"
        for line in ("flightrules: 1", "product: shop", "extends: web-feature")
        if line.partition(":")[0] + ":" not in re.findall(r"^\w+:", body, re.MULTILINE)
    )
    load_rulebook((own + body).encode())


@pytest.mark.parametrize(
    ("name", "body"), [one for one in marked("file") if Path(one.values[0]).name in LOADERS]
)
def test_every_file_beside_a_rulebook_loads(name, body):
    assert LOADERS[Path(name).name](body.encode())


@pytest.mark.parametrize(("_name", "body"), marked("sentences"))
def test_every_sentence_is_understood(_name, body):
    for sentence in filter(None, body.splitlines()):
        assert parse(sentence).metric


@pytest.mark.parametrize(("name", "body"), marked("snippet"))
def test_every_snippet_is_the_one_that_init_prints(name, body):
    assert body == ci_snippets()[name]


@pytest.mark.parametrize(("name", "body"), marked("offered"))
def test_what_others_are_told_to_name_is_offered(name, body):
    inputs = set(yaml.safe_load((ROOT / "action.yml").read_text())["inputs"])
    hooks = {one["id"] for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    shown = yaml.safe_load(body)
    if isinstance(shown, list):
        assert set(shown[0]["with"]) <= inputs
    else:
        assert {hook["id"] for hook in shown["repos"][0]["hooks"]} <= hooks


@pytest.mark.parametrize("path", DOCS, ids=named)
def test_no_block_of_yaml_goes_untested(path):
    loose = [
        body
        for kind, _, language, body in blocks(path)
        if language == "yaml" and kind not in ("file", "rulebook", "part", "snippet", "offered")
    ]
    assert loose == []


# ---- what is said


@pytest.mark.parametrize("path", DOCS, ids=named)
def test_every_document_has_one_title_and_closed_fences(path):
    text = path.read_text(encoding="utf-8")
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert len(re.findall(r"^# \S", outside, re.MULTILINE)) == 1
    assert "```" not in outside


@pytest.mark.parametrize("path", DOCS, ids=named)
def test_links_and_their_headings_exist(path):
    for target, anchor in re.findall(
        r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", path.read_text(encoding="utf-8")
    ):
        there = (path.parent / target) if target else path
        assert there.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}, (
                f"{target}#{anchor}"
            )


def test_the_documents_of_the_house_are_there():
    assert [name for name in TOP if not (ROOT / name).exists()] == []


def test_the_readme_leads_to_every_kind_of_document():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in ("docs/tutorial.md", "docs/how-to/", "docs/reference/", "docs/decisions/", *TOP[1:]):
        assert f"]({target}" in text, target


def test_the_readme_counts_the_formats_of_each_family():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for family in set(FAMILIES.values()):
        count = sum(one.family == family and "(refused" not in one.title for one in FORMATS)
        row = rf"^\| {family.capitalize()} \| {count} \|"
        assert re.search(row, text, re.MULTILINE), f"{family}: {count}; run tools/generate_reference.py"


def test_the_readme_has_a_place_for_measured_times():
    assert re.search(
        r"^<!-- bench -->$.*^<!-- /bench -->$",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )


def test_decisions_are_numbered_without_gaps_and_say_what_they_cost():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "Context",
            "Options",
            "Decision",
            "Consequences",
        ], path.name
        assert re.search(r"^# \d{4} ", text), path.name
        assert "\n- Bad: " in text, path.name


def test_every_how_to_and_decision_is_listed():
    for folder, files in (("how-to", HOW_TO), ("decisions", DECISIONS)):
        index = (ROOT / "docs" / folder / "README.md").read_text(encoding="utf-8")
        assert [
            path.name for path in files if path.name != "README.md" and f"]({path.name})" not in index
        ] == []


def test_the_glossary_holds_only_words_of_the_product():
    terms = re.findall(
        r"^\| \*\*(.+?)\*\* \|", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    said = " ".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "src" / "flightrules").rglob("*.py")
    ).casefold()
    assert len(terms) > 20
    assert terms == sorted(terms, key=str.casefold)
    assert [term for term in terms if term.casefold() not in said] == []


def test_every_variable_of_the_environment_is_in_the_reference():
    """Variables are read by literal name; what only passes between our own processes needs no reader."""
    inner = {"FLIGHTRULES_DEBUG"}
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    read = {
        name
        for path in (ROOT / "src" / "flightrules").rglob("*.py")
        for name in re.findall(
            r"(?:environ(?:\.get\(|\[)|number\(|is_on\(|listed\(|secret\()\s*\"(FLIGHTRULES_[A-Z_]+)",
            path.read_text(encoding="utf-8"),
        )
    }
    assert len(read) > 20
    assert sorted(name for name in read - inner if f"`{name}`" not in page) == []


def test_the_changelog_speaks_of_this_version():
    assert f"## {flightrules.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_reference_of_the_rulebook_names_every_key():
    page = ROOT / "docs" / "reference" / "rulebook.md"
    assert reference_markdown() in page.read_text(encoding="utf-8"), "run make docs"


@pytest.mark.parametrize(
    "path", [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "how-to" / "add-an-evidence-format.md"], ids=named
)
def test_every_path_that_a_contributor_is_sent_to_exists(path):
    for name in re.findall(
        r"`((?:src|tests|tools|docs|requirements|bench|examples|schema)/[\w./-]+)`",
        path.read_text(encoding="utf-8"),
    ):
        assert (ROOT / name).exists(), name
