"""Every clause has its row, every row says how it stands, and every test that a row names is there."""

import json
import re
from pathlib import Path

import pytest

from flightrules.engine.clauses import CLAUSES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "compliance.md"
ROW = re.compile(
    r"^\| `(?P<clause>[a-z0-9-]+)` [^|]+ \| (?P<how>[^|]+) \| ?(?P<tests>[^|]*) ?\|$", re.MULTILINE
)
ROWS = {row["clause"]: row for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}
STANDS = ("Met.", "Partly.", "Not yet.", "Does not apply.")
NAMED = sorted(set(re.findall(r"`(tests/[\w./-]+\.py)::(\w+)`", PAGE.read_text(encoding="utf-8"))))


@pytest.mark.shared
def test_each_clause_of_the_list_has_one_row_and_no_other_is_there(shared):
    clauses = json.loads((shared / "vectors" / "compliance_clauses.json").read_bytes())["clauses"]
    assert sorted(ROWS) == sorted(clause["id"] for clause in clauses)
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(lines) == len(ROWS)


@pytest.mark.parametrize("clause", sorted(ROWS))
def test_a_row_says_how_it_stands_and_shows_it_or_gives_a_reason(clause):
    how, tests = ROWS[clause]["how"], ROWS[clause]["tests"]
    stands = next((word for word in STANDS if how.startswith(word)), "")
    assert stands, how
    assert len(how) > len(stands) + 10, "no word on how, or why not"
    if stands in ("Met.", "Partly."):
        assert "::test_" in tests, "nothing shows it"


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[f"{file}::{test}" for file, test in NAMED])
def test_a_test_that_a_row_names_is_there(file, test):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^ *(?:async )?def {test}\(", text, re.MULTILINE), f"{file} has no {test}"


def test_what_can_be_reported_of_a_change_is_on_the_page():
    source = (ROOT / "src" / "flightrules" / "engine" / "process_rules.py").read_text(encoding="utf-8")
    told = set(re.findall(r'yield "([a-z0-9-]+)"', source))
    assert len(told) > 15
    assert told - set(ROWS) == set()
    assert told == set(CLAUSES)
