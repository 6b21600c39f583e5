"""Accept a known defect for one release: who is affected, what it costs, what is done, mended by when.

It is signed: the service takes it with a proof of who accepts, for exactly these terms. Without terms you
agree to those that stand, or that stood for the release before.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date, datetime
from typing import Any

from flightrules.cli.proving import add_proof_options, prove_headers
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_decisions import add_release_options, release_of, role_of
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode, UsageError
from flightrules.ledger.signed_terms import terms_digest
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]

_TEXTS = ("affected_users", "business_impact", "mitigation", "monitoring")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("defect", help="the defect's number, such as PROJ-441")
    add_release_options(parser)
    parser.add_argument("--as", dest="role", required=True, metavar="ROLE", help="in which of your roles")
    terms = parser.add_argument_group("terms, all or none")
    for name in _TEXTS:
        terms.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT", default="")
    terms.add_argument("--target", metavar="DATE", default="", help="by when it is mended")
    terms.add_argument("--until", metavar="TIME", default="", help="when the acceptance expires (RFC 3339)")
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Prove, accept."""
    service = office()
    release, role = release_of(service, arguments), role_of(arguments.role)
    defect = _defect(service, release["product"], arguments.defect)
    stated = _stated(arguments)
    terms = stated or _standing(defect, release)
    say("".join(f"{name.replace('_', ' ')}: {plain(value)}\n" for name, value in terms.items()).encode())
    about = f"defect/{defect['key']}"
    said = {**terms, "role": role, "release": release["key"]}
    prove_headers(
        service,
        "defect:accept",
        about,
        terms_digest("defect:accept", about, said),
        browser=arguments.browser,
        code_stdin=arguments.code_stdin,
        terms=said,
    )
    body: dict[str, Any] = {"release": release["key"], "role": role}
    if stated:
        body["terms"] = {name: _text(value) for name, value in stated.items()}
    made = service.post(f"/defects/{defect['key']}/acceptances", body)
    missing = ", ".join(plain(role_words(one)) for one in made["missing"]) or "nobody"
    who = plain(role_words(role))
    say(f"accepted: {plain(arguments.defect)} as {who}; still asked: {missing}\n".encode())
    return int(ExitCode.GO)


def _defect(service: Office, product: str, number: str) -> dict[str, Any]:
    after = ""
    while True:
        page = service.get(f"/products/{product}/defects", limit="500", **({"after": after} if after else {}))
        for one in page["items"]:
            if one["number"] == number:
                return dict(one)
        if page["next"] is None:
            raise UsageError(
                "E_REMOTE_DEFECT",
                f"the register holds no defect {plain(number)}",
                hint="record it first; a defect that nobody recorded cannot be accepted",
            )
        after = page["next"]


def _stated(arguments: Namespace) -> dict[str, Any]:
    given = [*(getattr(arguments, name) for name in _TEXTS), arguments.target, arguments.until]
    if not any(given):
        return {}
    if not all(given):
        raise UsageError(
            "E_TERMS", "an acceptance states all of its terms or none", hint="see flightrules accept --help"
        )
    return {
        **{name: getattr(arguments, name) for name in _TEXTS},
        "resolution_target": _read(date, "--target", arguments.target),
        "expires_at": _read(datetime, "--until", arguments.until),
    }


def _standing(defect: dict[str, Any], release: dict[str, Any]) -> dict[str, Any]:
    """The terms that stand for this release, else those of the release before."""
    here = [one for one in defect["acceptances"] if one["release"] == release["key"]]
    open_ones = [one for one in here if not one["voided_because"]]
    found = open_ones or [one for one in defect["acceptances"] if not one["missing"]]
    if not found:
        raise UsageError("E_TERMS", "nothing was accepted before, so the terms have to be stated")
    one = found[-1] if open_ones else max(found, key=lambda each: each["expires_at"])
    return {
        **{name: one[name] for name in _TEXTS},
        "resolution_target": date.fromisoformat(one["resolution_target"]),
        "expires_at": datetime.fromisoformat(one["expires_at"]),
    }


def _read(kind: type[date | datetime], option: str, text: str) -> date:
    try:
        found = kind.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or (isinstance(found, datetime) and found.tzinfo is None):
        raise UsageError(
            "E_TIME", f"{option} {plain(text)[:40]!r} is not understood", hint="2026-12-01, or with a zone"
        )
    return found


def _text(value: str | date) -> str:
    return value if isinstance(value, str) else value.isoformat()
