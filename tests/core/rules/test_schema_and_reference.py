"""Schema, reference and loader come from one declaration and cannot part."""

import json
import pathlib

import jsonschema
import pytest

from flightrules.rules.exception_files import load_acceptances, load_bindings, load_waivers
from flightrules.rules.init import ci_snippets, write_rulebook
from flightrules.rules.language import RULEBOOK
from flightrules.rules.lint import lint_text
from flightrules.rules.loading import load_rulebook
from flightrules.rules.node import to_plain
from flightrules.rules.record import ListOf, MapOf, Record
from flightrules.rules.reference import field_help, reference_markdown
from flightrules.rules.resolve import PROFILES, profile_text
from flightrules.rules.schema import schema, schema_text
from flightrules.rules.strict_yaml import load

CHECKED_IN = pathlib.Path(__file__).resolve().parents[3] / "schema" / "flightrules.schema.json"
VALIDATOR = jsonschema.Draft7Validator(schema())


def problems(value: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(value)]


def test_the_checked_in_schema_is_up_to_date():
    assert CHECKED_IN.read_text() == schema_text(), (
        "run: .venv/bin/flightrules schema > schema/flightrules.schema.json"
    )


def test_the_schema_is_a_draft_07_schema():
    jsonschema.Draft7Validator.check_schema(schema())
    assert schema()["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("profile", PROFILES)
def test_the_shipped_profiles_fit_the_schema(profile):
    assert problems(to_plain(load(profile_text(profile), profile))) == []


def test_values_fit_the_schema_as_editors_read_them():
    as_read_by_an_editor = {
        "flightrules": 1,
        "product": {"name": "shop", "version": 4.2},
        "criteria": {
            "a": "pass rate >= 97%",
            "b": {"sentence": "x y", "lower_bound": True, "minimum_samples": 40, "blocking": False},
            "c": {"remove": "not ours"},
        },
        "quarantine": {"limit": 5, "decreasing": True},
        "tracks": {"emergency": {"max_share": 10, "on_call_for": "2h"}},
    }
    assert problems(as_read_by_an_editor) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"product": "shop"},
        {"flightrules": 2},
        {"flightrules": 1, "criterias": {}},
        {"flightrules": 1, "mode": "maybe"},
        {"flightrules": 1, "extends": "nothing"},
        {"flightrules": 1, "tracks": {"emergency": {"max_share": 11}}},
        {"flightrules": 1, "tracks": {"emergency": {"on_call_for": "soon"}}},
        {"flightrules": 1, "evidence": {"CI": {"paths": ["/etc/passwd"]}}},
        {"flightrules": 1, "criteria": {"a": {"remove": ""}}},
        {"flightrules": 1, "criteria": {"a": {"lower_bound": "maybe"}}},
    ],
)
def test_what_the_loader_refuses_by_shape_the_schema_refuses_too(wrong):
    assert problems(wrong) != []


def records(record: Record, path: str = "") -> list[tuple[str, Record]]:
    found = [(path, record)]
    for field in record.fields:
        shape = field.shape
        while isinstance(shape, (ListOf, MapOf)):
            shape = shape.item if isinstance(shape, ListOf) else shape.record
        if isinstance(shape, Record):
            found += records(shape, f"{path}.{field.key}".strip("."))
    return found


def test_every_key_of_the_language_is_documented_and_explained():
    page = reference_markdown()
    for path, record in records(RULEBOOK):
        for field in record.fields:
            assert f"| `{field.key}` |" in page
            assert field.doc.endswith("."), (path, field.key)
            if path.count(".") < 3:
                assert field.doc in field_help(f"{path}.{field.key}".strip("."))
    assert field_help("criteria.nothing") is None


def test_keys_of_one_record_are_unique():
    for path, record in records(RULEBOOK):
        keys = [field.key for field in record.fields]
        assert len(keys) == len(set(keys)), path


FOUND = [
    ("junit", "reports/junit.xml"),
    ("cobertura", "coverage.xml"),
    ("zap-json", 'zap "1".json'),
    ("k6-summary", "k6.json"),
    ("axe", "axe.json"),
    ("jira-search", "jira.json"),
]
FAMILIES = {
    "junit": "tests",
    "cobertura": "coverage",
    "zap-json": "security",
    "k6-summary": "performance",
    "axe": "accessibility",
    "jira-search": "trackers",
}


@pytest.mark.parametrize("families", [None, FAMILIES])
def test_the_rulebook_that_init_writes_loads_and_has_no_lint_error(families):
    text = write_rulebook(FOUND, 'our "shop"\nand more', families)
    book = load_rulebook(text.encode())
    assert book.product.name == 'our "shop" and more'
    assert book.advise
    assert {path for source in book.sources for path in source.paths} == {path for _, path in FOUND}
    assert len(book.exit_gate().criteria) == 6
    assert [one for one in lint_text(text.encode()) if one.level == "error"] == []
    assert problems(to_plain(load(text.encode(), "x"))) == []


def test_init_without_artefacts_leans_on_a_profile():
    book = load_rulebook(write_rulebook([], "shop").encode())
    assert book.extends == "web-feature"
    assert book.advise


def test_snippets_are_for_four_systems_and_fit_yaml():
    snippets = ci_snippets()
    assert set(snippets) == {"github", "gitlab", "jenkins", "azuredevops"}
    for name in ("github", "gitlab", "azuredevops"):
        load(snippets[name].encode(), name)
    assert all("flightrules check" in text for text in snippets.values())


def test_files_beside_the_rulebook_have_their_schema():
    digest = "0" * 64
    waiver = {
        "id": "W",
        "criterion": "a",
        "reason": "r",
        "approved_by": {"name": "K", "role": "qa_lead", "at": "2026-01-01T00:00:00Z"},
        "compensating_control": "c",
        "expires": "2026-02-01T00:00:00Z",
        "scope": "1.0",
    }
    bindings = {"bindings": [{"sha256": digest, "path": "a.xml"}]}
    for name, value, loader in (
        ("waivers", {"waivers": [waiver]}, load_waivers),
        ("bindings", bindings, load_bindings),
    ):
        jsonschema.Draft7Validator(schema()["definitions"][name]).validate(value)
        assert len(loader(json.dumps(value).encode())) == 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema()["definitions"]["acceptances"]).validate(
            {"acceptances": [{"defect": "X"}]}
        )
    assert load_acceptances(b"acceptances: []") == ()
