"""Where the service keeps its things, and what it makes there once: folders and secrets, never accounts."""

from __future__ import annotations

import os
import secrets
import sys

from flightrules.errors import UsageError
from flightrules.ledger.key_files import load_private_key
from flightrules.ledger.keys import generate_key
from flightrules.service.config.environment import secret

__all__ = ["home", "make_ready", "path", "secret_key"]

_SESSION_FILE = "secret.key"


def home() -> str:
    """``FLIGHTRULES_HOME``, or the platform's data folder.

    Raises:
        UsageError: E_HOME, where neither is known.
    """
    named = os.environ.get("FLIGHTRULES_HOME")
    return os.path.abspath(named) if named else os.path.join(_data_folder(), "flightrules")


def path(*parts: str) -> str:
    """A place under the home."""
    return os.path.join(home(), *parts)


def make_ready() -> None:
    """The folders and the session secret, made on first use and readable by their owner alone."""
    for folder in ("", "keys", "blobs", "run"):
        os.makedirs(path(folder), mode=0o700, exist_ok=True)
    if not secret("FLIGHTRULES_SECRET_KEY") and not os.path.exists(path(_SESSION_FILE)):
        _write_new(path(_SESSION_FILE), secrets.token_urlsafe(64))
    if not (os.environ.get("FLIGHTRULES_SIGNING_KEY") or os.environ.get("FLIGHTRULES_SIGNER")):
        _make_ledger_key()


def secret_key() -> str:
    """The key that signs sessions: from the environment or the home; empty when neither has one."""
    named = secret("FLIGHTRULES_SECRET_KEY")
    if named:
        return named
    try:
        with open(path(_SESSION_FILE), encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def _make_ledger_key() -> None:
    """The key that signs checkpoints; once made it is never replaced here, for that would hide a lost one."""
    private, public = path("keys", "ledger.pem"), path("keys", "ledger.pub")
    if os.path.exists(public):
        return
    if not os.path.exists(private):
        _write_new(private, generate_key().to_pem().decode())
    with open(private, "rb") as file:  # another process may have been first
        key = load_private_key(file.read(), name="the ledger's key")
    _write_new(public, key.public.to_pem().decode())


def _write_new(name: str, text: str) -> None:
    """Write a file that nobody else may read, whole or not at all; an existing one is kept, whoever won."""
    draft = f"{name}.{secrets.token_hex(8)}"
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, name)
    except FileExistsError:
        return
    finally:
        os.unlink(draft)


def _data_folder() -> str:
    if sys.platform == "darwin":
        found = os.path.expanduser("~/Library/Application Support")
    elif sys.platform == "win32":
        found = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    else:
        found = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    if not os.path.isabs(found):  # nobody's home: a folder beside the caller would be a new one each time
        raise UsageError(
            "E_HOME",
            "this user has no home folder, so there is no place for the service's data",
            hint="set FLIGHTRULES_HOME to a folder that this user may write",
        )
    return found
