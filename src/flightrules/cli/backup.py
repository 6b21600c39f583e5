"""Copy all that is kept into a new folder: database, evidence bytes, public keys; the service may go on.

The private signing key is not copied: keep it apart. What the backup prints are signed heads; kept elsewhere,
they show whether a restored ledger is behind.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("folder", metavar="FOLDER", help="a folder that is not there yet")


def execute(arguments: Namespace) -> int:
    """Write the backup and say what it holds; exit code 1 when some evidence could not be copied."""
    from flightrules.cli.started import started

    with started():
        from flightrules.service.records.backup import back_up

        made = back_up(arguments.folder, at=datetime.now(UTC))
    print(f"{made.folder}: {made.how}, {len(made.heads)} streams, {made.blobs} files of evidence")
    for digest in made.damaged:
        print(f"FAIL sha256:{digest} is missing or changed, and not in the backup")
    print("keep the signing key apart, and these heads elsewhere:\n")
    print("\n".join(made.heads.values()), end="")
    return int(ExitCode.NO_GO if made.damaged else ExitCode.GO)
