"""What an office needs beside its releases, by commands: people renamed and erased, accounts, tokens, channels."""

from __future__ import annotations

import io
import json

import pytest

from flightrules.service.notices.models import Outbox
from flightrules.service.people.models import Account, ApiToken, Person
from people_stories import now

PRODUCT = ["--product", "shop"]


def done(ran, code=0):
    """What a command said that went as it should."""
    status, said = ran
    assert status == code, said
    return said


def test_a_person_is_renamed_and_forgotten_and_what_they_did_stays(person, terminal):
    admin = terminal(person("administrator", name="Nora Vik"))
    kim = person("engineer", product="shop", name="Kim Baker")
    said = done(admin("people", "rename", "Kim Baker", "--name", "Kim Baker-Olsen", sign=False))
    assert said == "Kim Baker is shown as Kim Baker-Olsen from now on\n"
    assert "E_NOT_DISABLED" in done(admin("people", "erase", kim.key, "--ground", "Article 17"), 2)
    done(admin("people", "disable", kim.key, "--reason", "Left", sign=False))
    assert "E_ARGUMENT" in done(admin("people", "erase", kim.key), 2)
    assert "E_REAUTH_REQUIRED" not in done(admin("people", "erase", kim.key, "--ground", "Article 17"))
    assert "erased" in done(admin("people", "list", sign=False))
    assert Person.objects.get(pk=kim.key).name == ""


@pytest.mark.slow
def test_a_further_account_is_let_in_vouched_for_and_closed(person, terminal):
    admin, kim = terminal(person("administrator", name="Nora Vik")), person("engineer", name="Kim Baker")
    one = ["--person", "Kim Baker"]
    said = done(admin("account", "invite", *one, "--email", "kim@second.example.org"))
    assert "link, once: http" in said
    further = Account.objects.create(
        person_id=kim.key, email="kim@second.example.org", opened_at=now(), awaits_vouching=True
    )
    assert "waits for who vouches" in done(admin("account", "list", *one, sign=False))
    assert "it may sign from now on" in done(terminal(kim)("account", "vouch", str(further.key)))
    shut = ["account", "disable", "kim@second.example.org", *one]
    assert "E_ARGUMENT" in done(admin(*shut, sign=False), 2)
    assert "closed" in done(admin(*shut, "--reason", "Not used", sign=False))
    assert "open" in done(admin("account", "enable", "kim@second.example.org", *one))


def test_a_token_of_ones_own_is_shown_once_and_ended(shop, terminal):
    owner = terminal(shop.owner)
    asked = ["tokens", "issue", "laptop", "--scope", "read", "--scope", "sign", *PRODUCT, "--days", "7"]
    said = done(owner(*asked))
    secret = said.rpartition("token, once: ")[2].strip()
    made = ApiToken.objects.get(title="laptop")
    assert (sorted(made.scopes), made.product) == (["read", "sign"], "shop")
    assert secret.startswith("frt_")
    assert "shop     laptop" in done(owner("tokens", "list", sign=False))
    assert "E_ARGUMENT" in done(owner("tokens", "issue", "laptop"), 2)
    assert "laptop: ended" in done(owner("tokens", "revoke", "laptop", sign=False))
    assert "E_ARGUMENT" in done(owner("tokens", "revoke", "laptop", sign=False), 2)


def test_notices_get_a_channel_that_is_tried_and_ended(shop, terminal, monkeypatch):
    manager = terminal(shop.manager)
    asked = ["channel", "open", "QA room", *PRODUCT, "--through", "email", "--kind", "no-go"]
    assert "for no-go" in done(manager(*asked, "--address", "qa@example.org", sign=False))
    assert "on its way through QA room" in done(manager("channel", "try", "QA room", *PRODUCT, sign=False))
    assert "trial of" in done(manager("channel", "told", *PRODUCT, sign=False))
    hook = ["channel", "open", "bus", *PRODUCT, "--through", "webhook", "--address", "-", "--format", "json"]
    stdin = io.StringIO("https://hooks.example.org/a-secret-path\n")
    monkeypatch.setattr("flightrules.cli.channel.sys", type("Sys", (), {"stdin": stdin}))
    made = json.JSONDecoder().raw_decode(done(manager(*hook, sign=False)))[0]
    assert made["secret"]
    assert "a-secret-path" not in json.dumps(made)
    row = Outbox.objects.get()
    Outbox.objects.filter(pk=row.pk).update(state="dead", fault="nobody is there")
    said = done(manager("channel", "told", *PRODUCT, "--state", "dead", sign=False), 6)
    assert "nobody is there" in said
    assert "E_POWER" in done(manager("channel", "resend", str(row.key), sign=False), 2)
    assert "its address is forgotten" in done(manager("channel", "end", "QA room", *PRODUCT, sign=False))
    assert "ended" in done(manager("channel", "list", *PRODUCT, sign=False))


def test_a_machine_without_an_identity_gets_a_token_that_is_shown_once(shop, person, terminal):
    admin = terminal(person("administrator", name="Nora Vik"))
    named = ["CI of the shop", *PRODUCT]
    done(admin("machine", "register", *named, sign=False))
    said = done(admin("machine", "issue-token", *named, "--title", "nightly", "--days", "9", sign=False))
    made = ApiToken.objects.get(title="nightly")
    assert said.rpartition("token, once: ")[2].startswith("frt_")
    assert sorted(made.scopes) == ["bring-evidence", "read"]
    assert "token: nightly, until" in done(admin("machine", "show", *named, sign=False))
    left = done(admin("machine", "end-token", *named, "--key", str(made.key)[:8], sign=False))
    assert "nightly" not in left
    made.refresh_from_db()
    assert made.revoked_at is not None
