"""What the commands of people share: whole lists, terms that are signed, tables, what an act needs."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flightrules.cli.proving import prove_headers
from flightrules.cli.remote import Office, plain
from flightrules.cli.terminal import say, say_json
from flightrules.errors import UsageError
from flightrules.rules.role_words import role_words

__all__ = [
    "add_format_option",
    "add_product_option",
    "every",
    "moment_of",
    "moment_said",
    "named_product",
    "names_in",
    "one_of",
    "person_of",
    "prove",
    "prove_terms",
    "required",
    "show_first",
    "signature_said",
    "stated",
    "table",
    "told",
]

_WIDEST = 60


def add_format_option(parser: ArgumentParser) -> None:
    """``--format``, for what a command answers."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def add_product_option(parser: ArgumentParser) -> None:
    """``--product``, which the environment may name as well."""
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")


def named_product(arguments: Namespace) -> str:
    """The product that the options or the environment name.

    Raises:
        UsageError: E_REMOTE_RELEASE.
    """
    product: str = arguments.product or os.environ.get("FLIGHTRULES_PRODUCT", "")
    if not product:
        raise UsageError("E_REMOTE_RELEASE", "nothing says which product", hint="give --product KEY")
    return product


def every(service: Office, path: str, **query: str) -> list[dict[str, Any]]:
    """All items of a paged list."""
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = service.get(path, limit="500", **query, **({"after": after} if after else {}))
        found += page["items"]
        after = page["next"]
        if after is None:
            return found


def required(arguments: Namespace, *names: str) -> None:
    """Refuse an act of which something is not said.

    Raises:
        UsageError: E_ARGUMENT.
    """
    missing = [f"--{name.replace('_', '-')}" for name in names if getattr(arguments, name) in (None, "", [])]
    if missing:
        raise UsageError(
            "E_ARGUMENT", f"{arguments.act} needs {' and '.join(missing)}", hint="see --help of the command"
        )


def stated(arguments: Namespace, *names: str) -> dict[str, Any]:
    """What was said of these options, by the names that the service knows them by."""
    found = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def one_of(rows: Iterable[Mapping[str, Any]], key: str | None, what: str, *also: str) -> dict[str, Any]:
    """The row whose key begins so, or that is called so.

    Args:
        rows: what there is.
        key: as it was typed.
        what: what a row is, in one word.
        also: fields by which a row can be named as a whole, beside its key.

    Raises:
        UsageError: E_ARGUMENT where none or several fit.
    """
    known = list(rows) if key else []
    listed = [one for one in known if key in [one[name] for name in also]]
    listed = listed or [one for one in known if str(one["key"]).startswith(key or "")]
    if len(listed) != 1:
        found = f"more than one {what} is called" if listed else f"there is no {what}"
        message = f"{found} {plain(key)[:60]}" if key else f"nothing says which {what}"
        raise UsageError(
            "E_ARGUMENT", message, hint="`list` shows what there is; of a key the first letters do"
        )
    return dict(listed[0])


def names_in(service: Office, product: str) -> dict[str, str]:
    """Names of the product's people by their keys."""
    return {one["key"]: one["name"] for one in every(service, f"/products/{product}/people")}


def moment_said(text: str) -> str:
    """A moment of the service as a list shows it, with its zone: ``2026-11-21 09:00 UTC``."""
    return f"{plain(text)[:16].replace('T', ' ')} UTC"


def signature_said(one: Mapping[str, Any]) -> str:
    """A signature as a list shows it: the printed name, in which role, when, and its meaning."""
    who = f"{plain(one['name']) or 'name erased'}, {plain(role_words(one['role']))}"
    return f"{who}, {moment_said(one['at'])}: {plain(one['meaning'])}"


def moment_of(text: str | None, option: str) -> datetime:
    """A moment with its zone.

    Raises:
        UsageError: E_TIME.
    """
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(
            "E_TIME", f"{option} {plain(text)[:40]!r} is no moment with a zone", hint="2026-12-01T09:00:00Z"
        )
    return found


def person_of(service: Office, product: str, named: str) -> str:
    """Key of a person of the product, who is named by key or by name.

    Raises:
        UsageError: E_REMOTE_PERSON for nobody, and for several of one name.
    """
    people = every(service, f"/products/{product}/people")
    found = [one["key"] for one in people if named in (one["key"], one["name"])]
    if len(found) != 1:
        what = "nobody" if not found else f"{len(found)} people"
        raise UsageError(
            "E_REMOTE_PERSON",
            f"{what} of {plain(product)} called {plain(named)[:80]!r}",
            hint=f"flightrules people holders --product {plain(product)} tells names and keys",
        )
    return str(found[0])


def prove(service: Office, act: str, about: str, digest: str, arguments: Namespace) -> None:
    """Prove who signs exactly this, right before it is sent."""
    prove_headers(service, act, about, digest, browser=arguments.browser, code_stdin=arguments.code_stdin)


def prove_terms(
    service: Office,
    act: str,
    about: str,
    terms: Mapping[str, str | date | datetime],
    arguments: Namespace,
) -> None:
    """The same for an act that is bound to its terms, which are printed first."""
    from flightrules.ledger.signed_terms import terms_digest

    said = [f"  {name.replace('_', ' ')}: {plain(value)}" for name, value in terms.items() if value]
    show_first(arguments, [f"{plain(act)} of {plain(about)}", *said])
    how = {"browser": arguments.browser, "code_stdin": arguments.code_stdin}
    prove_headers(service, act, about, terms_digest(act, about, terms), **how, terms=terms)


def show_first(arguments: Namespace, lines: Iterable[str]) -> None:
    """What somebody is about to sign; on stderr where stdout is for JSON."""
    text = "".join(f"{line}\n" for line in lines)
    if arguments.format == "json":
        sys.stderr.write(text)
        return
    say(text.encode())


def told(arguments: Namespace, found: Any, lines: Iterable[str]) -> None:
    """The answer: as JSON where that is asked for, else the lines."""
    if arguments.format == "json":
        say_json(found)
        return
    say("".join(f"{line}\n" for line in lines).encode())


def table(head: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> list[str]:
    """Rows in columns under their heads; the last column is never cut."""
    cells = [[plain(cell) for cell in row] for row in rows]
    if not cells:
        return [empty]
    cells = [[*(_short(cell) for cell in row[:-1]), row[-1]] for row in cells]
    widths = [max(len(row[at]) for row in (list(head), *cells)) for at in range(len(head) - 1)]
    return [
        "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in (list(head), *cells)
    ]


def _short(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 3]}..."
