"""Bring a backup back into an empty installation, verify it, and put the restore on record.

Exit code 0 when everything holds, 1 when something does not or the ledger is behind an anchor: then entries
that were signed for are missing, and the entry of the restore says so.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from flightrules.errors import ExitCode, FlightrulesError

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("folder", metavar="FOLDER", help="what `flightrules backup` wrote")
    parser.add_argument("--anchor", action="append", default=[], metavar="FILE", help="a head kept elsewhere")
    parser.add_argument("--key", action="append", default=[], metavar="PUB", help="public key to believe")


def execute(arguments: Namespace) -> int:
    """Restore, migrate, verify, record."""
    from flightrules.cli.started import started

    with started():
        return _restore(arguments)


def _restore(arguments: Namespace) -> int:
    from flightrules.cli.started import keys_from
    from flightrules.cli.trust import anchors_from
    from flightrules.service.config.migrate import migrate
    from flightrules.service.records.actor import Actor, Kind
    from flightrules.service.records.restore import bring_back, check_restored, record_restored

    keys, anchors = keys_from(arguments.key), anchors_from(arguments.anchor)
    if not _is_sqlite():
        migrate()
    about = bring_back(arguments.folder)
    migrate()
    found = check_restored(about, keys=keys, anchors=anchors)
    for report in found.reports:
        print(f"{'ok  ' if report.ok else 'FAIL'} {report.stream or 'anchors'}: {report.size} entries")
        for fault in report.faults:
            print(f"     entry {fault.seq}: {fault.code} {fault.message}")
    for digest in found.missing:
        print(f"FAIL sha256:{digest} is not there")
    if not found.sound:
        print("the restored ledger does not hold; nothing was recorded on top of it", file=sys.stderr)
        return int(ExitCode.NO_GO)
    by = Actor(key="system", kind=Kind.SYSTEM, account_key="system", via="cli")
    try:
        entry = record_restored(about, found, by=by, at=datetime.now(UTC))
    except FlightrulesError as error:
        print(error.diagnostics(), file=sys.stderr)
        print("restored, but the restore is not on record", file=sys.stderr)
        return int(ExitCode.NO_GO)
    behind = " behind an anchor: entries that were signed for are missing" if found.behind else ""
    print(f"restored as of {about['made_at']}; entry {entry.seq} of the office says so{behind}")
    return int(ExitCode.GO if found.ok else ExitCode.NO_GO)


def _is_sqlite() -> bool:
    from django.db import connection

    return connection.vendor == "sqlite"
