"""Hostile and broken rulebooks: one stable refusal, never a traceback, never a criterion that passes by mistake."""

import json
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import RulebookError
from flightrules.errors.catalogue import CATALOGUE
from flightrules.rules.exception_files import load_acceptances, load_bindings, load_waivers
from flightrules.rules.lint import lint_text
from flightrules.rules.loading import load_rulebook
from flightrules.rules.resolve import PROFILES, profile_text

LOADERS = (load_rulebook, load_waivers, load_acceptances, load_bindings)


def refused(data: bytes) -> RulebookError | None:
    """The refusal, after checking that it is one that a person can act on."""
    error = refusal_of(data)
    if error is not None:
        assert error.code in CATALOGUE, error.code
        assert error.message
        assert error.where.startswith(("rules.yml", "profile "))
    return error


def refusal_of(data: bytes) -> RulebookError | None:
    try:
        load_rulebook(data, "rules.yml")
    except RulebookError as error:
        return error
    return None


SAMPLES = {  # the classes of the shared samples, in the words of this language
    "rules-030": (
        "flightrules: 1\nscopes:\n  a: &a {tests: [x]}\n  b: {<<: *a, files: [y]}\n",
        "E_MERGE_FORBIDDEN",
    ),
    "rules-032": (
        "flightrules: 1\ncriteria: {a: {sentence: pass rate >= 97%, lower_bound: nope}}\n",
        "E_WRONG_TYPE",
    ),
    "rules-037": ("flightrules: 1\ntracks: {emergency: {max_share: .nan}}\n", "E_NONFINITE"),
    "rules-042": ("flightrules: 1\ncriteria: {a: pas rate >= 97% measured by CI}\n", "E_METRIC"),
    "rules-046": ('flightrules: 1\nscopes: {a: {regex: "(a+)+$"}}\n', "E_REGEX_UNSAFE"),
    "rules-050": ("flightrules: 1\ninclude: http://127.0.0.1:9/x.yml\n", "E_PATH_OUTSIDE"),
    "rules-054": (
        "flightrules: 1\nauthority: {acts: {verdict: {signers: [qa_lead], quorum: 5}}}\n",
        "E_QUORUM_UNSATISFIABLE",
    ),
    "rules-055": ("flightrules: 1\nauthority: {acts: {verdict: {signers: [qa_laed]}}}\n", "E_REFERENCE"),
    "rules-061": ("flightrules: 1\ncriteria: {a: pass rate >= 970% measured by CI}\n", "E_RANGE"),
    "rules-064": ("flightrules: 1\ntracks: {emergency: {max_share: 100}}\n", "E_RANGE"),
    "rules-065": ("flightrules: 1\ncriteria: {a: p\u0430ss rate >= 97% measured by CI}\n", "E_METRIC"),
}
WARNED = {
    "rules-060": (
        "flightrules: 1\ncriteria: {a: pass rate <= 97% measured by CI}\nevidence: {CI: [a.xml]}\n",
        "W_DIRECTION",
    ),
    "rules-067": (
        "flightrules: 1\ncriteria: {a: {sentence: pass rate >= 1% measured by CI, blocking: no}}\nevidence: {CI: [a.xml]}\n",
        "W_NOTHING_BLOCKS",
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_each_class_of_bad_rulebook_has_its_code(name):
    text, code = SAMPLES[name]
    error = refused(text.encode())
    assert error is not None
    assert error.code == code


@pytest.mark.parametrize("name", WARNED)
def test_each_class_that_is_only_warned_of_is_accepted_and_linted(name):
    text, code = WARNED[name]
    assert refused(text.encode()) is None
    assert code in {finding.code for finding in lint_text(text.encode())}


@pytest.mark.shared
def test_every_shared_sample_is_refused_and_none_is_left_out(shared):
    cases = json.loads((shared / "vectors/bad_inputs.json").read_text())["cases"]
    ours = [case for case in cases if case["family"].startswith("rules")]
    assert len(ours) >= 28
    for case in ours:
        if case["recipe"].startswith("('"):
            continue  # a special file; opening files belongs to the reader of sources, which has its own tests
        data = eval(case["recipe"])  # noqa: S307 - the recipes are Python expressions of the shared folder
        data = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
        error = refused(data)
        assert error is not None, case["title"]
        if case["layer"] == "transport" or case["id"] in {
            "rules-025",
            "rules-030",
            "rules-035",
            "rules-039",
            "rules-040",
            "rules-046",
            "rules-050",
            "rules-069",
        }:
            assert error.code == case["code"], case["title"]
        elif case["id"] not in SAMPLES and case["id"] not in WARNED:
            raise AssertionError(f"no story tells {case['id']}: {case['title']}")


ALPHABET = string.printable + "\u0430\u202e\u00e9\ufeff\x00\x07&*!<<:{}[]-#|>%@`\"'"


@settings(max_examples=examples(100), deadline=None)
@given(st.one_of(st.text(ALPHABET, max_size=120), st.text(max_size=60)))
@example("a: &a [*a]")
@example("{" * 500)
@example("? ? ? ? a")
def test_no_text_brings_anything_but_a_refusal(text):
    for loader in LOADERS:
        try:
            loader(text.encode("utf-8", "surrogatepass"))
        except RulebookError:
            continue


@settings(max_examples=examples(80), deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_bring_anything_but_a_refusal(data):
    for loader in LOADERS:
        try:
            loader(data)
        except RulebookError:
            continue


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(PROFILES), st.integers(min_value=0), st.integers(0, 12), st.text(ALPHABET, max_size=6))
def test_no_damage_to_a_profile_brings_anything_but_a_refusal(profile, at, cut, put):
    text = profile_text(profile).decode()
    at %= len(text)
    damaged = (text[:at] + put + text[at + cut :]).encode("utf-8", "surrogatepass")
    try:
        book = load_rulebook(damaged)
    except RulebookError:
        assert lint_text(damaged)
        return
    assert all(gate.criteria or gate.sign_off for gate in book.gates)
    assert book.digest


VALUES = st.recursive(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(["yes", "no", ".nan", "97%", "24h", "qa_lead", "2026-01-01T00:00:00Z", "null", "~"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["remove", "levels", "roles", "acts", "entries", "a", "paths", "triggers", "marks"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=examples(100), deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "product",
                "criteria",
                "gates",
                "severity",
                "quarantine",
                "evidence",
                "scopes",
                "environments",
                "classes",
                "tracks",
                "authority",
                "rollback",
                "watch",
                "indicators",
                "obligations",
                "waivers",
                "release",
                "governance",
                "mode",
                "extends",
                "rulebook",
            ]
        ),
        VALUES,
        max_size=4,
    )
)
def test_no_wrong_shape_in_any_section_brings_anything_but_a_refusal(sections):
    data = json.dumps({"flightrules": 1, "extends": "web-feature", **sections}).encode()
    error = refusal_of(data)
    assert error is None or error.line is not None
    lint_text(data)
