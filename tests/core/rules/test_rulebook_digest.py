"""The digest is over the meaning: layout does not move it, any promise does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.rules.loading import load_rulebook

TEXT = """\
flightrules: 1
product: shop
criteria:
  a: Pass rate >= 97% measured by the CI run
  b: {sentence: P1 defects open = 0 measured by the issue tracker, owner: Kim}
evidence:
  CI run: [reports/a.xml]
  issue tracker: {paths: [jira.json], max_age: 24h}
tracks: {emergency: {max_share: 10 %}}
"""


def digest(text: str) -> str:
    return load_rulebook(text.encode()).digest


@pytest.mark.parametrize(
    "changed",
    [
        "# a comment\n" + TEXT,
        TEXT.replace("product: shop", "product:    'shop'   # ours"),
        TEXT.replace("  a: Pass rate", "  a: >\n    Pass rate\n   "),
        TEXT.replace("max_age: 24h", "max_age: 1 day"),
        TEXT.replace("10 %", "10.0"),
        TEXT.replace(">= 97%", ">= 97.0 %"),
        TEXT.replace("Pass rate >= 97%", "pass rate is at least 97%"),
        TEXT.replace("CI run: [reports/a.xml]", "CI run: reports/a.xml"),
        TEXT.replace("\n", "\r\n"),
    ],
)
def test_layout_and_wording_do_not_change_the_digest(changed):
    assert changed != TEXT
    assert digest(changed) == digest(TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("97%", "96%"),
        (">= 97", "> 97"),
        ("= 0", "<= 1"),
        ("a.xml", "b.xml"),
        ("24h", "25h"),
        ("Kim", "Kit"),
        ("10 %", "9 %"),
        ("shop", "shops"),
        ("flightrules: 1", "flightrules: 1\nmode: advise"),
        ("flightrules: 1", "flightrules: 1\nextends: web-feature"),
        ("owner: Kim", "owner: Kim, enforcement: waivable"),
    ],
)
def test_every_change_of_a_promise_changes_the_digest(old, new):
    assert old in TEXT
    assert digest(TEXT.replace(old, new)) != digest(TEXT)


@given(st.permutations(range(5)))
def test_the_order_of_keys_does_not_change_the_digest(order):
    head, sections = "flightrules: 1\n", []
    for line in TEXT.splitlines(keepends=True)[1:]:
        if line.startswith(" "):
            sections[-1] += line
        else:
            sections.append(line)
    sections.append("mode: block\n")
    assert digest(head + "".join(sections[n] for n in order)) == digest(TEXT)


def test_where_it_was_written_does_not_change_the_digest():
    assert (
        load_rulebook(TEXT.encode(), "a.yml").digest == load_rulebook(b"\n\n" + TEXT.encode(), "b.yml").digest
    )


def test_the_digest_names_its_algorithm():
    assert digest(TEXT).startswith("sha256:")
    assert len(digest(TEXT)) == 7 + 64
