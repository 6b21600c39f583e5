"""Say who is responsible, accountable, supporting, consulted and informed in a product, and agree on it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import office, plain
from flightrules.cli.remote_acts import add_format_option, add_product_option, named_product, required, told
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]

_LETTERS = ("responsible", "accountable", "supports", "consulted", "informed")
_PRESETS = ("qa-led", "sponsor-led", "cab-led", "custom")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("show", "agree"), help="what you do")
    add_product_option(parser)
    parser.add_argument("--preset", choices=_PRESETS, default="", help="agree: as it ships, or your own")
    parser.add_argument(
        "--activities", metavar="FILE", default="", help="agree to custom: JSON, as PUT /rasci/KEY takes it"
    )
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or agree, print what stands."""
    service, path = office(), f"/rasci/{named_product(arguments)}"
    if arguments.act == "show":
        return _told(arguments, service.get(path))
    required(arguments, "preset")
    body = {"preset": arguments.preset, **_activities(arguments.activities)}
    return _told(arguments, service.edit(path, body, "PUT"))


def _activities(path: str) -> dict[str, Any]:
    if not path:
        return {}
    from flightrules.cli.discover import read_file

    try:
        return {"activities": json.loads(read_file(path, what="activities"))}
    except (ValueError, RecursionError):
        hint = '{"testing": {"responsible": ["qa-lead"], "accountable": ["qa-lead"]}, ...}'
        raise UsageError("E_ARGUMENT", "the activities are no JSON", file=path, hint=hint) from None


def _told(arguments: Namespace, one: dict[str, Any]) -> int:
    agreed = f"agreed {plain(one['agreed_at'])[:16]}" if one["agreed_at"] else "as it ships"
    lines = [f"{plain(one['preset'])}, version {one['version']}, {agreed}"]
    for name, letters in one["activities"].items():
        said = [f"{word} {', '.join(map(plain, letters[word]))}" for word in _LETTERS if letters.get(word)]
        lines.append(f"  {plain(name)}: {'; '.join(said)}")
    told(arguments, one, lines)
    return int(ExitCode.GO)
