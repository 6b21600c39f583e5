"""Proving who signs from a terminal: a code typed without echo, or a page in the browser that is waited for.

Neither a token nor the environment ever holds the proof. The first signing of a session takes password and
code; each later one one of them; the browser takes a passkey as well.
"""

from __future__ import annotations

import getpass
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flightrules.cli.remote import Office, plain
from flightrules.errors import UsageError
from flightrules.ledger.signed_terms import plain_terms

__all__ = ["add_proof_options", "prove_headers"]

_ALL = 2
_PAUSE_S = 1.0
_LINE_LIMIT = 1100
_SHORTEST_PASSWORD = 15
"""What is shorter is a code of the authenticator app."""


def add_proof_options(parser: ArgumentParser) -> None:
    """``--browser`` and ``--code-stdin``, for a command that signs; pass both on to ``prove_headers``."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--browser", action="store_true", help="confirm in the browser, with a passkey or a code"
    )
    how.add_argument(
        "--code-stdin",
        action="store_true",
        help="read the code from the first line of stdin, the password from the second where it is needed",
    )


def prove_headers(
    office: Office,
    act: str,
    about: str,
    digest: str,
    *,
    browser: bool,
    code_stdin: bool = False,
    terms: Mapping[str, str | date | datetime] | None = None,
) -> dict[str, str]:
    """Prove who signs, right before the act is sent.

    Args:
        office: the service, with the signer's token.
        act: what is signed, in the act's own word.
        about: ``kind/key`` of what it is about.
        digest: SHA-256 of what is signed, in hexadecimal.
        browser: confirm on a page instead of typing here; wait for it.
        code_stdin: read code and password from stdin, line by line.
        terms: what the digest is over, to be shown in the browser.

    Returns:
        Headers to send along with the act; the proof itself is kept with the token, so there are none now.

    Raises:
        UsageError: E_SIGN_TERMINAL, E_SIGN_REFUSED, E_SIGN_EXPIRED, or the service's own code.
    """
    if browser:
        shown = {} if terms is None else {"terms": plain_terms(terms)}
        _confirmed(office, {"act": act, "about": about, "digest": digest, **shown})
        return {}
    needs_all = office.get("/me")["components_needed"] == _ALL
    office.post("/me/proof", _from_stdin(needs_all) if code_stdin else _typed(act, about, needs_all))
    return {}


def _shown(code: str, password: str) -> dict[str, str]:
    """What is sent; where one component is enough, it may be either."""
    if password:
        return {"code": code, "password": password}
    return {"password" if len(code) >= _SHORTEST_PASSWORD else "code": code}


def _typed(act: str, about: str, needs_all: bool) -> dict[str, str]:
    """Asked for on the terminal itself, whatever stdin is."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise UsageError(
            "E_SIGN_TERMINAL",
            "there is no terminal on which to type a code",
            hint="confirm with --browser, or send the code with --code-stdin",
        ) from None
    print(f"You sign: {plain(act)} of {plain(about)}", file=sys.stderr)
    password = getpass.getpass("Password: ") if needs_all else ""
    asked = (
        "Code of your authenticator app: " if needs_all else "Password, or code of your authenticator app: "
    )
    return _shown(getpass.getpass(asked), password)


def _from_stdin(needs_all: bool) -> dict[str, str]:
    lines = [sys.stdin.readline(_LINE_LIMIT).rstrip("\r\n") for _ in range(_ALL if needs_all else 1)]
    if not all(lines):
        raise UsageError(
            "E_SIGN_TERMINAL",
            "stdin holds no code"
            if not lines[0]
            else "the first signing of a session takes the password too",
            hint="write the code on the first line, and the password on the second",
        )
    return _shown(lines[0], lines[1] if needs_all else "")


def _confirmed(office: Office, what: dict[str, Any]) -> None:
    """Ask, say where, and wait for the answer."""
    asked = office.post("/confirmations", what)
    print(
        f"You sign: {plain(what['act'])} of {plain(what['about'])}\n"
        f"Open {plain(asked['url'])}\n"
        f"and confirm there if it shows the code {plain(asked['code'])}",
        file=sys.stderr,
    )
    state = _waited_for(office, asked)
    if state == "refused":
        raise UsageError(
            "E_SIGN_REFUSED",
            "it was refused in the browser; nothing is signed",
            hint="if it was not you who asked, revoke this token",
        )
    if state != "confirmed":
        raise UsageError(
            "E_SIGN_EXPIRED", "nobody confirmed it in time; nothing is signed", hint="run the command again"
        )


def _waited_for(office: Office, asked: dict[str, Any]) -> str:
    """The state in which it no longer waits; one line tells how long, where somebody watches."""
    watched, begin, state = sys.stderr.isatty(), time.monotonic(), str(asked["state"])
    while state == "waiting":
        if watched:
            sys.stderr.write(f"\r\x1b[2Kwaiting for the browser, {time.monotonic() - begin:.0f} s")
            sys.stderr.flush()
        time.sleep(_PAUSE_S)
        state = str(office.get(f"/confirmations/{asked['key']}")["state"])
    if watched:
        sys.stderr.write("\r\x1b[2K")
    print(f"{plain(state)} after {time.monotonic() - begin:.0f} s", file=sys.stderr)
    return state
