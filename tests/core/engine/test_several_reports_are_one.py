"""What several files of one method say is said together, however many there are and in whatever order."""

from __future__ import annotations

from itertools import permutations

import pytest

RULEBOOK = """
criteria:
  lines: "Line coverage >= 50% measured by coverage"
gates:
  exit: {kind: exit, criteria: [lines]}
evidence:
  coverage: {paths: [lcov.info]}
"""


def lcov(name, *hits):
    lines = "".join(f"DA:{number},{hit}\n" for number, hit in enumerate(hits, start=1))
    return f"SF:{name}\n{lines}end_of_record\n"


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ([lcov("a.py", 1, 0)], "1 of 2 lines"),
        ([lcov("a.py", 1, 0), lcov("b.py", 0, 1)], "2 of 4 lines"),
        ([lcov("a.py", 1, 0), lcov("b.py", 0, 1), lcov("c.py", 1, 1)], "4 of 6 lines"),
        ([lcov("a.py", 1, 0), lcov("a.py", 0, 1), lcov("b.py", 0, 0)], "2 of 4 lines"),
    ],
)
def test_reports_of_coverage_are_joined_line_by_line(desk, reports, said):
    for ordered in permutations(reports):
        found = desk.found(*(desk.artefact("coverage", one) for one in ordered))
        (result,) = desk.decide(RULEBOOK, {"coverage": found}).results
        assert str(result.status) == "PASS", result.reason
        assert said in result.reason
