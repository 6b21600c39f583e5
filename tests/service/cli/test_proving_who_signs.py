"""Who signs from a terminal proves it there, unseen, or in the browser; never by a variable or an argument."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from flightrules.cli import proving
from flightrules.cli.proving import prove_headers
from flightrules.cli.remote import Office
from flightrules.errors import UsageError
from flightrules.ledger.signed_terms import terms_digest
from flightrules.service.people.models import Account, ApiToken, Confirmation, SigningSession
from people_stories import PASSWORD, code_now, equip, now

WHAT = {"act": "vote:go", "about": "release/r-1"}
TERMS = {"role": "qa-lead", "reason": "", "conditions": ""}
SCRIPT = """
import sys
from flightrules.cli.proving import prove_headers
from flightrules.cli.remote import office
from flightrules.errors import UsageError
try:
    print(prove_headers(office(), "vote:go", "release/r-1", "ab" * 32, browser=False))
except UsageError as error:
    print(error.code)
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead(person, live_server):
    someone = person("qa-lead")
    someone.secret = equip(someone)
    someone.office = Office(live_server.url, someone.token)
    return someone


def prove(lead, **how):
    how = {"browser": False, "terms": TERMS} | how
    digest = terms_digest(WHAT["act"], WHAT["about"], TERMS)
    return prove_headers(lead.office, WHAT["act"], WHAT["about"], digest, **how)


def shown(lead) -> int:
    return json.loads(lead.get("/me").content)["components"]


def signed_a_minute_ago(lead) -> None:
    token = ApiToken.objects.get(account__key=lead.account_key)
    SigningSession.objects.create(
        key=f"token/{token.key}", account_id=token.account_id, signed_at=now() - timedelta(minutes=1)
    )


def typed(monkeypatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


# --- stdin


def test_the_first_signing_takes_code_and_password_from_stdin(lead, monkeypatch):
    typed(monkeypatch, code_now(lead.secret), PASSWORD)
    assert prove(lead, code_stdin=True) == {}
    assert shown(lead) == 2


@pytest.mark.parametrize("component", ["code", "password"])
def test_a_later_one_takes_the_code_or_the_password_alone(lead, monkeypatch, component):
    signed_a_minute_ago(lead)
    typed(monkeypatch, code_now(lead.secret) if component == "code" else PASSWORD)
    prove(lead, code_stdin=True)
    assert shown(lead) == 1


@pytest.mark.parametrize("lines", [[], [""], ["123456"], ["", PASSWORD]])
def test_stdin_that_holds_too_little_is_sent_nowhere(lead, monkeypatch, lines):
    typed(monkeypatch, *lines)
    with pytest.raises(UsageError) as caught:
        prove(lead, code_stdin=True)
    assert caught.value.code == "E_SIGN_TERMINAL"
    assert Account.objects.get(key=lead.account_key).wrong_proofs == 0


def test_a_wrong_code_is_said_in_the_words_of_the_service(lead, monkeypatch):
    typed(monkeypatch, "000000", "wrong")
    with pytest.raises(UsageError) as caught:
        prove(lead, code_stdin=True)
    assert caught.value.code == "E_PROOF_WRONG"


# --- the terminal


def environment(lead) -> dict[str, str]:
    return {**os.environ, "FLIGHTRULES_URL": lead.office.url, "FLIGHTRULES_TOKEN": lead.token}


def test_without_a_terminal_nothing_is_asked(lead):
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment(lead) | {"FLIGHTRULES_CODE": code_now(lead.secret)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        timeout=60,
    )
    assert ran.stdout.strip() == "E_SIGN_TERMINAL", ran.stderr


def test_on_a_terminal_both_are_typed_and_none_is_shown(lead):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-c", SCRIPT], environment(lead))  # noqa: S606 -- our own interpreter
    seen = answer(terminal, "Password: ", PASSWORD)
    code = code_now(lead.secret)
    seen += answer(terminal, "authenticator app: ", code)
    seen += rest(terminal)
    os.waitpid(pid, 0)
    os.close(terminal)
    assert "You sign: vote:go of release/r-1" in seen
    assert seen.rstrip().endswith("{}")
    assert PASSWORD not in seen
    assert code not in seen
    assert shown(lead) == 2


def answer(terminal: int, question: str, said: str) -> str:
    seen = ""
    while question not in seen:
        seen += os.read(terminal, 1000).decode()
    os.write(terminal, f"{said}\n".encode())
    return seen


def rest(terminal: int) -> str:
    seen = ""
    while True:
        try:
            more = os.read(terminal, 1000)
        except OSError:  # how Linux says that the other side is closed
            return seen
        if not more:
            return seen
        seen += more.decode()


# --- the browser


@pytest.fixture
def answered(lead, monkeypatch):
    """Let the person answer in the browser while the command line pauses between two looks."""

    def while_it_waits(fields):
        def pause(_seconds: float) -> None:
            browser = Client()
            browser.force_login(Account.objects.get(key=lead.account_key))
            answer = browser.post(f"/confirm/{Confirmation.objects.get().key}", fields())
            assert answer.status_code == 200

        monkeypatch.setattr(proving, "time", SimpleNamespace(sleep=pause, monotonic=time.monotonic))

    return while_it_waits


def test_confirmed_in_the_browser_it_goes_on(lead, answered, capsys):
    answered(lambda: {"confirm": "", "password": PASSWORD, "code": code_now(lead.secret)})
    assert prove(lead, browser=True) == {}
    said = capsys.readouterr().err
    one = Confirmation.objects.get()
    assert f"/confirm/{one.key}" in said
    assert one.code in said
    assert "confirmed after" in said


def test_refused_in_the_browser_nothing_is_signed(lead, answered):
    answered(lambda: {"refuse": ""})
    with pytest.raises(UsageError) as caught:
        prove(lead, browser=True)
    assert caught.value.code == "E_SIGN_REFUSED"


def test_nobody_waits_for_ever(lead, monkeypatch):
    from flightrules.service.people import confirmations

    monkeypatch.setattr(proving, "_PAUSE_S", 0.1)
    monkeypatch.setattr(confirmations, "HOLDS", timedelta(milliseconds=300))
    with pytest.raises(UsageError) as caught:
        prove(lead, browser=True)
    assert caught.value.code == "E_SIGN_EXPIRED"
