"""What the commands of people share: whole lists, terms that are signed, tables, what an act needs."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flightrules.cli.proving import prove_headers
from flightrules.cli.remote import Office, plain
from flightrules.cli.terminal import say
from flightrules.errors import UsageError

__all__ = [
    "add_format_option",
    "every",
    "moment_of",
    "named_product",
    "person_of",
    "prove",
    "prove_terms",
    "required",
    "table",
    "told",
]

_WIDEST = 60


def add_format_option(parser: ArgumentParser) -> None:
    """``--format``, for what a command answers."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


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
            hint=f"name a person by key: GET /api/v1/products/{plain(product)}/people",
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

    said = [f"  {name.replace('_', ' ')}: {plain(value)}\n" for name, value in terms.items() if value]
    say((f"{plain(act)} of {plain(about)}\n" + "".join(said)).encode())
    how = {"browser": arguments.browser, "code_stdin": arguments.code_stdin}
    prove_headers(service, act, about, terms_digest(act, about, terms), **how, terms=terms)


def told(arguments: Namespace, found: Any, lines: Iterable[str]) -> None:
    """The answer: as JSON where that is asked for, else the lines."""
    if arguments.format == "json":
        import json

        say((json.dumps(found, indent=2, sort_keys=True) + "\n").encode())
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
