"""F30: without the right signing key nothing is recorded, so nothing is done; reading and verifying go on."""

from __future__ import annotations

import os
import sys

import pytest

from flightrules.ledger.keys import generate_key

TRY = """
from flightrules.errors import FlightrulesError
try:
    tell(99)
    print("recorded")
except FlightrulesError as error:
    print(error.code)
"""
TRY_EACH = """
from django.conf import settings
from flightrules.errors import FlightrulesError
for path in sys.stdin.read().split():
    settings.FLIGHTRULES_SIGNING_KEY = path
    try:
        tell(99)
        print("recorded")
    except FlightrulesError as error:
        print(error.code)
"""


def missing(path):
    path.unlink()


def damaged(path):
    path.write_bytes(path.read_bytes()[:40])


def empty(path):
    path.write_bytes(b"")


def of_another(path):
    path.write_bytes(generate_key().to_pem())


def its_public_half(path):
    path.write_bytes(generate_key().public.to_pem())


def a_folder(path):
    path.unlink()
    path.mkdir()


def unreadable(path):
    path.chmod(0)


FAULTS = [missing, damaged, empty, of_another, its_public_half, a_folder, unreadable]


def test_nothing_is_recorded_and_reading_goes_on(home, tmp_path):
    home.tell(3)
    faults = FAULTS[:-1] if os.geteuid() == 0 else FAULTS  # root reads everything
    for fault in faults:
        path = tmp_path / f"{fault.__name__}.pem"
        path.write_bytes((home.folder / "keys" / "ledger.pem").read_bytes())
        fault(path)
    tried = home.python(TRY_EACH, input="\n".join(str(tmp_path / f"{one.__name__}.pem") for one in faults))
    assert tried.stdout.split() == ["E_SIGNING_KEY"] * len(faults), tried.stderr
    (home.folder / "keys" / "ledger.pem").unlink()
    found = home.verified()
    assert (found["exit"], found["streams"][0]["size"]) == (0, 3)


@pytest.mark.slow
def test_a_key_that_changes_hands_while_others_write_loses_nothing(home):
    home.tell(2)
    new = generate_key()
    public = home.folder / "new.pub"
    public.write_bytes(new.public.to_pem())
    assert home.run("ledger", "adopt-key", "--key", public).returncode == 0
    home.tell(2)
    (home.folder / "keys" / "ledger.pem").write_bytes(new.to_pem())
    home.tell(2)
    for key in (public, home.folder / "keys" / "ledger.pub"):
        assert home.verified("--key", key)["exit"] == 0


@pytest.mark.slow
def test_a_signer_outside_signs_and_its_loss_is_noticed(home, tmp_path):
    key = generate_key()
    (tmp_path / "outside.pem").write_bytes(key.to_pem())
    signer = tmp_path / "signer.py"
    signer.write_text(
        "import sys\n"
        "from flightrules.ledger.key_files import load_private_key\n"
        f"key = load_private_key(open({str(tmp_path / 'outside.pem')!r}, 'rb').read())\n"
        "out = key.public.to_pem() if sys.argv[1] == 'public' else key.sign(sys.stdin.buffer.read())\n"
        "sys.stdout.buffer.write(out)\n",
        encoding="utf-8",
    )
    home.environment["FLIGHTRULES_SIGNER"] = f"{sys.executable} {signer}"
    home.tell(2)
    assert home.verified()["exit"] == 0
    (tmp_path / "outside.pem").unlink()
    assert home.python(TRY).stdout.strip() == "E_SIGNING_KEY"
