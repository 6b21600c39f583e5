"""Public keys of machines: added by who manages them, ended once, and none for a machine that is off."""

from __future__ import annotations

import pytest

from flightrules.ledger.keys import generate_key
from people_stories import denied_codes, tags


@pytest.fixture
def admin(person):
    return person("administrator")


@pytest.fixture
def keys(admin):
    """Where the keys of one machine are asked for."""
    return f"/machines/{admin.post('/machines', {'name': 'CI', 'product': 'shop'}).json()['key']}/keys"


def pem() -> str:
    return generate_key().public.to_pem().decode()


def code(answer) -> str:
    return str(answer.json()["code"])


def test_a_key_is_added_once_and_ended_once(admin, keys):
    text = pem()
    made = admin.post(keys, {"pem": text})
    assert made.status_code == 201
    assert code(admin.post(keys, {"pem": text})) == "E_ALREADY"
    one = f"{keys}/{made.json()['key']}"
    assert admin.delete(one).status_code == 200
    assert code(admin.delete(one)) == "E_ALREADY"
    assert admin.post(keys, {"pem": text}).status_code == 201  # what was ended may come again, as another row
    assert denied_codes() == ["E_ALREADY", "E_ALREADY"]
    assert tags().count("people:machine-key:added") == 2


def test_a_machine_that_is_off_gets_no_key(admin, keys):
    assert admin.post(f"{keys.removesuffix('/keys')}/disable").status_code == 200
    answer = admin.post(keys, {"pem": pem()})
    assert (answer.status_code, code(answer)) == (422, "E_MACHINE_DISABLED")


@pytest.mark.parametrize(
    "text", ["", "no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_what_is_no_public_key_is_none(admin, keys, text):
    assert admin.post(keys, {"pem": text}).status_code == 422


def test_a_key_of_another_machine_is_not_there(admin, keys):
    other = f"/machines/{admin.post('/machines', {'name': 'CI', 'product': 'bank'}).json()['key']}/keys"
    foreign = admin.post(other, {"pem": pem()}).json()["key"]
    assert code(admin.delete(f"{keys}/{foreign}")) == "E_NO_SUCH"
