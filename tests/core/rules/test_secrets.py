"""Every kind of secret is found, however few of them a rulebook holds: the quick look misses none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import RulebookError
from flightrules.rules import secrets
from flightrules.rules.strict_yaml import load

SECRET = [
    "http://hooks.chat.example/AAAABBBB",
    "https://webhook.example/x/0123456789abcdef",
    "https://ann:pw@host.example/x",
    "-----BEGIN EC PRIVATE KEY-----",
    *(f"gh{kind}_{'a1' * 10}" for kind in "pousr"),
    f"github_pat_{'x' * 20}",
    f"glpat-{'x' * 16}",
    *(f"xox{kind}-{'x' * 10}" for kind in "abprs"),
    "AKIA" + "A1" * 8,
    f"sk_live_{'x' * 16}",
    f"SG.{'x' * 16}.{'y' * 16}",
    f"eyJ{'x' * 10}.eyJ{'y' * 10}.",
]
WORDS = [
    "password",
    "db_passwd",
    "a.secret",
    "API-TOKEN",
    "api_key",
    "apikey",
    "my-webhook",
    "credentials",
    "Private_Key",
]


@pytest.mark.parametrize("text", SECRET)
def test_each_kind_is_found_alone(text):
    with pytest.raises(RulebookError) as caught:
        secrets.refuse_secrets(load(f"product: '{text}'\n".encode(), "x.yml"))
    assert caught.value.code == "E_SECRET_INLINE"


@pytest.mark.parametrize("word", WORDS)
def test_each_name_is_found_alone(word):
    with pytest.raises(RulebookError):
        secrets.refuse_secrets(load(f"product: {{{word}: hunter2}}\n".encode(), "x.yml"))


@given(st.from_regex(secrets._TEXTS))
def test_the_quick_look_lets_no_text_pass_that_the_pattern_finds(text):
    assert any(mark in text for mark in (*secrets._MARKS, *secrets._MORE_MARKS))


@given(st.from_regex(secrets._KEYS))
def test_the_quick_look_lets_no_name_pass_that_the_pattern_finds(name):
    assert re.search(secrets._KEYS, name)
    assert any(mark in name.casefold() for mark in secrets._KEY_MARKS)
