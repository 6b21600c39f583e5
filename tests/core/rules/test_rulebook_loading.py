"""A rulebook means what it says: declared types, overrides by id, and errors at their place with a way out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from flightrules.errors import RulebookError
from flightrules.rules.criterion import Enforcement
from flightrules.rules.loading import load_rulebook
from flightrules.rules.rulebook import Rulebook

HEAD = "flightrules: 1\nproduct: shop\n"
SENTENCE = "Regression suite pass rate >= 97% measured by the nightly CI run"


def book(text: str) -> Rulebook:
    return load_rulebook((HEAD + text).encode(), "rules.yml")


def refusal(text: str) -> RulebookError:
    with pytest.raises(RulebookError) as error:
        book(text)
    assert error.value.file == "rules.yml"
    assert error.value.hint
    return error.value


def test_a_bare_sentence_is_a_blocking_criterion_of_the_exit_gate():
    loaded = book(f"criteria: {{regression: '{SENTENCE}'}}\n")
    (rule,) = loaded.rules
    assert (rule.id, rule.enforcement, rule.origin) == ("regression", Enforcement.BLOCKING, "rules.yml:3")
    assert loaded.exit_gate().criteria == ("regression",)


@pytest.mark.parametrize(
    ("written", "weight"),
    [
        ("enforcement: waivable", Enforcement.WAIVABLE),
        ("blocking: yes", Enforcement.BLOCKING),
        ("blocking: no", Enforcement.ADVISORY),
        ("blocking: waivable", Enforcement.WAIVABLE),
        ("blocking: True", Enforcement.BLOCKING),
    ],
)
def test_the_weight_may_be_written_as_in_a_table(written, weight):
    assert book(f"criteria:\n  a: {{sentence: {SENTENCE}, {written}}}\n").rules[0].enforcement is weight


def test_a_sentence_that_says_that_it_does_not_block_is_advisory():
    rule = book("criteria:\n  a: P3 defects open <= 10 (tracked, not blocking) measured by JIRA\n").rules[0]
    assert rule.enforcement is Enforcement.ADVISORY


def test_two_weights_that_exclude_each_other_are_refused():
    text = f"criteria:\n  a: {{sentence: {SENTENCE}, enforcement: advisory, blocking: yes}}\n"
    assert refusal(text).code == "E_CONTRADICTION"
    text = "criteria:\n  a: {sentence: P3 defects open <= 10 (tracked) measured by JIRA, blocking: yes}\n"
    assert refusal(text).code == "E_CONTRADICTION"


def test_all_that_a_criterion_asks_of_its_evidence_is_read():
    rule = book(
        f"criteria:\n  a:\n    sentence: {SENTENCE}\n    lower_bound: yes\n    minimum_samples: 400\n"
        "    minimum_duration: 1 h 30 min\n    applies_when: {touches: [auth, pii]}\n    waivable_by: qa_lead\n    enforcement: waivable\n"
    ).rules[0]
    assert (rule.lower_bound, rule.minimum_samples, rule.minimum_duration) == (True, 400, Decimal(5400))
    assert (rule.applies_when, rule.waivable_by) == (("auth", "pii"), ("qa_lead",))


def test_a_version_that_looks_like_a_number_stays_a_text():
    loaded = load_rulebook(b"flightrules: 1\nproduct: {name: no, version: 4.20}\n")
    assert (loaded.product.name, loaded.product.version) == ("no", "4.20")


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "says"),
    [
        ("country: no\n", "E_UNKNOWN_FIELD", 3, 1, "country"),
        ("on: {x: 1}\n", "E_UNKNOWN_FIELD", 3, 1, "'on'"),
        ("criterias: {}\n", "E_UNKNOWN_FIELD", 3, 1, "criterias"),
        ("mode: blok\n", "E_ENUM", 3, 7, "blok"),
        ("criteria: [a]\n", "E_WRONG_TYPE", 3, 11, "a list"),
        ("criteria:\n", "E_WRONG_TYPE", 3, 10, "single value"),
        (
            f"criteria: {{a: {{sentence: '{SENTENCE}', lower_bound: maybe}}}}\n",
            "E_WRONG_TYPE",
            3,
            None,
            "maybe",
        ),
        ("criteria: {a b: x}\n", "E_NAME", 3, 12, "a b"),
        ("criteria: {p\u0430ss: pass rate >= 97%}\n", "E_MIXED_SCRIPT", 3, 12, "Cyrillic"),
        ("criteria: {a: p\u0430ss rate >= 97%}\n", "E_METRIC", 3, 15, "Cyrillic"),
        ("criteria:\n  a: pas rate >= 97% measured by the CI\n", "E_METRIC", 4, 6, "pas"),
        ("criteria:\n  a: pass rate => 97% measured by the CI\n", "E_OPERATOR", 4, 16, "=>"),
        ("criteria:\n  a: >\n    pass rate\n    => 97%\n", "E_OPERATOR", 6, 5, "=>"),
        ("criteria:\n  a: pass rate >= 970%\n", "E_RANGE", 4, 6, "never be reached"),
        ("criteria:\n  a: pass rate > 100%\n", "E_RANGE", 4, 6, "never be reached"),
        ("criteria: {a: All tests pass}\n", "E_VAGUE_CRITERION", 3, 15, "All tests pass"),
        ("quarantine: {limit: .nan}\n", "E_NONFINITE", 3, 21, ".nan"),
        ("quarantine: {limit: five}\n", "E_NUMBER", 3, 21, "five"),
        ("quarantine: {limit: 2.5}\n", "E_NUMBER", 3, 21, "2.5"),
        ("quarantine: {limit: -1}\n", "E_RANGE", 3, 21, "-1"),
        ("tracks: {emergency: {max_share: 100}}\n", "E_RANGE", 3, 33, "100"),
        ("tracks: {emergency: {max_share: .inf}}\n", "E_NONFINITE", 3, 33, ".inf"),
        ("tracks: {emergency: {on_call_for: 2}}\n", "E_UNIT", 3, 35, "no unit"),
        ("tracks: {emergency: {on_call_for: soon}}\n", "E_DURATION", 3, 35, "soon"),
        ("tracks: {emergency: {on_call_for: 99999 weeks}}\n", "E_RANGE", 3, 35, "ten years"),
        ("evidence: {CI: [/etc/passwd]}\n", "E_PATH_OUTSIDE", 3, 17, "/etc/passwd"),
        ("evidence: {CI: ['../up.xml']}\n", "E_PATH_OUTSIDE", 3, 17, "../up.xml"),
        ("evidence: {CI: ['C:\\x.xml']}\n", "E_PATH_OUTSIDE", 3, 17, "C:"),
        ("evidence: {CI: ['http://x/y.xml']}\n", "E_PATH_OUTSIDE", 3, 17, "http"),
        ("evidence: {CI: ['**/**/**/**/**/x']}\n", "E_RANGE", 3, 17, "wildcards"),
        ("evidence: {CI: []}\n", "E_RANGE", 3, 16, "0 entries"),
        ("evidence: {CI: {paths: a.xml, compare_with: --output=x}}\n", "E_NAME", 3, None, "--output"),
        ("evidence: {CI: {format: junit}}\n", "E_MISSING_FIELD", 3, 16, "paths"),
        ("include: http://127.0.0.1:9/x.yml\n", "E_PATH_OUTSIDE", 3, 10, "include"),
        ("extends: ../other.yml\n", "E_PATH_OUTSIDE", 3, 10, "other.yml"),
        ('scopes: {a: {regex: "(a+)+$"}}\n', "E_REGEX_UNSAFE", 3, 14, "regular expressions"),
        ('scope: {regex: "(a+)+$"}\n', "E_REGEX_UNSAFE", 3, 1, "regular expressions"),
        ("waivers: {require_signature: !!bool yes}\n", "E_TAG_FORBIDDEN", 3, 30, "tag"),
        ("authority: {roles: {qa_lead: {person: null}}}\n", "E_MISSING_FIELD", 3, 39, "nothing"),
        ("release: {window: {opens: 2026-03-01T09:00:00}}\n", "E_TIME_ZONE", 3, 27, "no zone"),
    ],
)
def test_a_mistake_is_refused_at_its_place_with_a_way_out(text, code, line, column, says):
    error = refusal(text)
    assert (error.code, error.line) == (code, line)
    assert column is None or error.column == column
    assert says in error.message


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("criterias: {}\n", "criteria"),
        ("mode: advice\n", "advise"),
        ("extends: api-servise\n", "api-service"),
        ("authority: {acts: {verdict: {signers: qa_laed}}}\n", "qa_lead"),
        ("criteria: {a: {sentence: pass rate >= 97%, enforcment: blocking}}\n", "enforcement"),
        (f"criteria: {{abc: '{SENTENCE}'}}\ngates: {{exit: {{kind: exit, criteria: [abd]}}}}\n", "abc"),
        ("metric: pass_rate\n", "sentence"),
        ("approvals: {quorum: 5, of: [a]}\n", "authority"),
    ],
)
def test_the_nearest_valid_word_is_suggested(text, suggested):
    assert suggested in refusal(text).hint


@pytest.mark.parametrize(
    "line",
    [
        "slack_webhook: https://hooks.slack.example/T0/B0/xxxxxxxx",
        "release: {justification: see https://kim:hunter22@host.example/x}",
        "release: {features: [token ghp_abcdefghijklmnopqrstuvwxyz0123]}",
        "waivers: {keys: {kim: '-----BEGIN OPENSSH PRIVATE KEY-----'}}",
        "api_token: abcdef",
        "password: hunter2",
    ],
)
def test_a_secret_is_refused_and_never_repeated(line):
    error = refusal(line + "\n")
    assert error.code == "E_SECRET_INLINE"
    assert "hunter2" not in error.diagnostics()
    assert "xxxxxxxx" not in error.diagnostics()


def test_a_sentence_about_secrets_is_no_secret():
    assert (
        book("criteria:\n  no-token: No findings of severity HIGH measured by the secret scan\n").rules[0].id
        == "no-token"
    )


def test_overrides_by_id_change_only_what_they_state():
    loaded = book(
        "extends: web-feature\n"
        "criteria:\n"
        "  p3-open: {enforcement: waivable}\n"
        "  regression-pass: Regression suite pass rate >= 99% measured by the CI pipeline\n"
        "evidence: {issue tracker: {max_age: 4h}}\n"
        "tracks: {emergency: {max_share: 5 %}}\n"
    )
    assert loaded.rule("p3-open").criterion.threshold == 15
    assert loaded.rule("p3-open").enforcement is Enforcement.WAIVABLE
    assert loaded.rule("regression-pass").criterion.threshold == 99
    assert loaded.rule("regression-pass").category == "Regression"
    assert loaded.rule("regression-pass").origin == "rules.yml:6"
    tracker = loaded.source("the issue tracker")
    assert tracker.max_age == timedelta(hours=4)
    assert "JIRA" in tracker.also
    track = next(one for one in loaded.tracks if one.id == "emergency")
    assert (track.max_share, track.on_call_for) == (5, timedelta(hours=2))


def test_a_new_criterion_joins_the_exit_gate_of_the_profile():
    loaded = book(f"extends: web-feature\ncriteria: {{mine: '{SENTENCE}'}}\n")
    assert loaded.exit_gate().criteria[-1] == "mine"


def test_an_entry_is_taken_out_only_with_its_reason():
    loaded = book('extends: web-feature\ncriteria: {accessibility: {remove: "no pages"}}\n')
    assert loaded.rule("accessibility") is None
    assert "accessibility" not in loaded.exit_gate().criteria
    assert [(one.id, one.reason, one.where) for one in loaded.removals] == [
        ("accessibility", "no pages", "rules.yml:4")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("extends: web-feature\ncriteria: {accessibility: {remove: }}\n", "E_MISSING_FIELD"),
        ("extends: web-feature\ncriteria: {accessibilty: {remove: gone}}\n", "E_REFERENCE"),
        ("criteria: {accessibility: {remove: gone}}\n", "E_REFERENCE"),
        ("extends: web-feature\ncriteria: {accessibility: {remove: gone, owner: Kim}}\n", "E_CONTRADICTION"),
        ("extends: web-feature\ncriteria: {accessibility: none}\n", "E_VAGUE_CRITERION"),
    ],
)
def test_a_removal_that_says_too_little_or_too_much_is_refused(text, code):
    assert refusal(text).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("gates: {exit: {kind: exit}}\n", "E_EMPTY_GATE"),
        ("gates: {exit: {kind: exit, criteria: []}}\n", "E_EMPTY_GATE"),
        ("gates: {exit: {kind: exit, criteria: [nothing]}}\n", "E_REFERENCE"),
        ("gates: {sign: {sign_off: [qa_lead], quorum: 2}}\n", "E_QUORUM_UNSATISFIABLE"),
        ("gates: {sign: {sign_off: [qa_lead, qa_lead], quorum: 2}}\n", "E_QUORUM_UNSATISFIABLE"),
        ("authority: {acts: {verdict: {signers: [qa_lead], quorum: 5}}}\n", "E_QUORUM_UNSATISFIABLE"),
        ("authority: {acts: {override: {signers: [cto_vp_eng], quorum: 1}}}\n", "E_QUORUM"),
        (
            "authority: {acts: {override: {signers: [cto_vp_eng, pmo], required: qa_lead}}}\n",
            "E_QUORUM_UNSATISFIABLE",
        ),
        ("authority: {activities: {testing: {accountable: [qa_lead, pmo]}}}\n", "E_ACCOUNTABLE"),
        ("authority: {acts: {verdict: {accountable: [qa_lead, pmo], signers: qa_lead}}}\n", "E_ACCOUNTABLE"),
        ("severity: {levels: {P1: {waivable_by: nobody}}}\n", "E_REFERENCE"),
        ("environments: {a: {requires_pass_in: b}}\n", "E_REFERENCE"),
        ("environments: {a: {requires_pass_in: b}, b: {requires_pass_in: a}}\n", "E_CYCLE"),
        ("environments: {a: {requires_pass_in: a}}\n", "E_CYCLE"),
        ("release: {class: gigantic}\n", "E_REFERENCE"),
        ("release: {track: gigantic}\n", "E_REFERENCE"),
        ("tracks: {emergency: {gates: [gone]}}\n", "E_REFERENCE"),
        ("evidence: {CI: [a.xml], nightly: {paths: b.xml, also: [the CI run]}}\n", "E_DUPLICATE_KEY"),
    ],
)
def test_what_nobody_could_satisfy_is_refused(text, code):
    assert refusal(text).code == code


@pytest.mark.parametrize("act", ["verdict", "authorisation", "override"])
def test_a_person_is_one_voice_and_no_rulebook_says_otherwise(act):
    said = f"authority: {{preset: qa-led, acts: {{{act}: {{distinct_people: %s}}}}}}\n"
    refused = refusal(said % "no")
    assert (refused.code, refused.line) == ("E_FLOOR", 3)
    assert "one voice" in str(refused)
    assert book(said % "yes").authority.act(act).distinct_people


def test_a_diamond_of_environments_is_no_circle():
    loaded = book(
        "environments: {a: {}, b: {requires_pass_in: a}, c: {requires_pass_in: a}, d: {requires_pass_in: [b, c]}}\n"
    )
    assert len(loaded.environments) == 4


def test_a_level_is_found_by_either_scheme_and_may_be_overridden():
    loaded = book("severity: {levels: {Minor: {decision: override-only}}}\n")
    assert loaded.severity.level("P3").decision == "override-only"
    assert loaded.severity.level("critical").name == "P1"
    assert loaded.severity.level("unheard of") is None
    assert [level.name for level in loaded.severity.levels] == ["P1", "P2", "P3", "P4"]


def test_an_own_scheme_blocks_on_every_level_that_says_nothing_else():
    loaded = book("severity: {scheme: own, levels: {red: {}, green: {decision: ignore}}}\n")
    assert [(level.name, level.decision) for level in loaded.severity.levels] == [
        ("red", "override-only"),
        ("green", "ignore"),
    ]


def test_methods_are_found_without_regard_to_article_case_and_closing_word():
    loaded = book("evidence: {nightly CI run: [a.xml]}\n")
    assert loaded.source("The Nightly CI") is loaded.source("nightly ci run") is loaded.sources[0]
    assert loaded.source("weekly CI run") is None


def test_a_source_of_the_rulebook_takes_its_name_from_the_profile():
    loaded = book("extends: web-feature\nevidence: {JIRA: [export/jira.json]}\n")
    assert loaded.source("JIRA").paths == ("export/jira.json",)
    assert loaded.source("issue tracker").name == "issue tracker"


def test_collecting_shows_every_error_at_once():
    errors: list[RulebookError] = []
    text = (
        HEAD
        + "mode: blok\ncriteria: {a: All tests pass, b: pas rate >= 1%, c: pass rate >= 97%}\ncriterias: 1\n"
    )
    loaded = load_rulebook(text.encode(), "rules.yml", collect=errors)
    assert [error.code for error in errors] == ["E_UNKNOWN_FIELD", "E_ENUM", "E_VAGUE_CRITERION", "E_METRIC"]
    assert [rule.id for rule in loaded.rules] == ["c"]


def test_a_section_of_the_wrong_shape_does_not_hide_other_errors():
    errors: list[RulebookError] = []
    text = (
        "flightrules: 1\nextends: web-feature\nrollback: soon\nwatch: [a]\ncriteria: {p1-open: {owner: }}\n"
    )
    loaded = load_rulebook(text.encode(), "rules.yml", collect=errors)
    assert [(error.code, error.line) for error in errors] == [
        ("E_MISSING_FIELD", 5),
        ("E_WRONG_TYPE", 3),
        ("E_WRONG_TYPE", 4),
    ]
    assert loaded.rule("regression-pass") is not None


def test_an_override_keeps_the_quality_lead_in_every_preset():
    for preset in ("qa-led", "sponsor-led", "cab-led"):
        act = book(f"authority: {{preset: {preset}}}\n").authority.act("override")
        assert act.needed == 2
        assert act.required == ("qa_lead",)
        assert len(act.signers) > 2
