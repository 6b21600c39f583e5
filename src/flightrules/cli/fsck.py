"""Check all that this installation keeps: database, ledger, evidence bytes, personal data, unrecorded rows.

Exit code 0 when nothing is wrong, 1 when something is.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from flightrules.cli.terminal import say_json
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--anchor", action="append", default=[], metavar="FILE", help="a head kept elsewhere")
    parser.add_argument("--key", action="append", default=[], metavar="PUB", help="public key to believe")
    parser.add_argument("--no-blobs", action="store_true", help="do not read the evidence bytes")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def execute(arguments: Namespace) -> int:
    """Look everywhere and say what is wrong."""
    from flightrules.cli.started import keys_from, started
    from flightrules.cli.trust import anchors_from

    with started():
        from flightrules.service.records.fsck import check_all

        keys, anchors = keys_from(arguments.key), anchors_from(arguments.anchor)
        found = list(check_all(keys=keys, anchors=anchors, with_blobs=not arguments.no_blobs))
    if arguments.format == "json":
        told = [{"room": one.room, "code": one.code, "message": one.message} for one in found]
        say_json({"ok": not found, "findings": told})
    else:
        for one in found:
            print(f"FAIL {one.room}: {one.code} {one.message}")
        print(f"{len(found)} findings" if found else "ok   nothing is wrong")
    return int(ExitCode.NO_GO if found else ExitCode.GO)
