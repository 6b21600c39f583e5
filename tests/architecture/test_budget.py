"""The house stays small: sizes, names of rooms, and who is imported when."""

import ast
import hashlib
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "flightrules"
GENERATED = {SOURCE / "rules" / "_sentence_tables.py"}
MIGRATIONS = set(SOURCE.rglob("migrations/0*.py"))  # mostly written by Django
FILES = sorted(set(SOURCE.rglob("*.py")) - GENERATED - MIGRATIONS)
FUNCTION_LIMIT = 80
FILE_LIMIT = 400
NO_ROOMS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "shared", "base"}


@cache
def lengths_in(path):
    """The functions of a file and how many lines each takes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (node.name, node.end_lineno - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_files_and_functions_stay_within_their_budget():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {str(path): count for path, count in lines.items() if count > FILE_LIMIT} == {}
    long = [(path.name, *one) for path in FILES for one in lengths_in(path) if one[1] > FUNCTION_LIMIT]
    assert long == []


def test_functions_are_small_on_the_whole():
    lengths = sorted(count for path in FILES for _, count in lengths_in(path))
    assert lengths[len(lengths) // 2] <= 12
    assert lengths[len(lengths) * 9 // 10] <= 25


def test_no_room_is_called_after_nothing():
    names = {path.stem for path in FILES} | {path.parent.name for path in FILES}
    assert not names & NO_ROOMS


def test_every_module_says_what_it_is_for():
    without = [
        str(path)
        for path in FILES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert without == []


def test_the_generated_parser_is_the_grammars():
    grammar = (SOURCE / "rules" / "sentence.lark").read_bytes()
    first = (SOURCE / "rules" / "_sentence_tables.py").read_text(encoding="utf-8").partition("\n")[0]
    assert first == f"# grammar sha256:{hashlib.sha256(grammar).hexdigest()}", "run make parser"


HEAVY = "django jinja2 click rich pydantic numpy pandas sqlalchemy typst shtab lark requests httpx asyncio multiprocessing dataclasses inspect logging".split()


def test_check_loads_nothing_heavy(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "junit.xml").write_text(
        '<testsuite><testcase name="a" classname="b"/></testsuite>', encoding="utf-8"
    )
    script = (
        "import sys; from flightrules.cli.main import main; code = main(['check']); "
        "print(*sorted(name for name in sys.modules if '.' not in name), file=sys.stderr); sys.exit(code)"
    )
    # without the measuring of coverage, which loads modules of its own into every process
    alone = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, env=alone
    )
    assert ran.returncode == 0, ran.stderr
    assert set(HEAVY) & set(ran.stderr.split()) == set()


def test_the_lock_pins_every_package_by_hash_and_names_no_index():
    text = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9][\w.\-]*)==\S+(.*)$", text, re.MULTILINE)
    assert len(pins) > 20
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pins)
    assert not re.search(r"https?://|--index-url|--extra-index|--find-links", text)


def test_no_file_names_a_registry_or_a_folder_of_a_machine():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    hosts = re.compile(
        "|".join(
            [
                "pypi" + r"\.org",
                "python" + r"hosted\.org",
                "npmjs" + r"\.(?:org|com)",
                r"deb\.debian" + r"\.org",
                "/ro" + "ot/",
                "/tmp/" + "bash_jobs",
            ]
        )
    )
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if (
            path.is_file()
            and path.suffix not in {".png", ".pdf"}
            and hosts.search(path.read_text(encoding="utf-8", errors="ignore"))
        ):
            found.append(name)
    assert found == []
