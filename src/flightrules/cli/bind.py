"""State of which build and environment artefacts are, by their digests, in .flightrules/evidence.yml.

The statement holds for these very bytes: another run writes another file, which must be bound anew.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flightrules.cli.discover import FOLDER, find_rulebook, read_file
from flightrules.cli.outputs import write_file
from flightrules.errors import EvidenceError, ExitCode, UsageError
from flightrules.evidence.source import Source

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--build", metavar="BUILD", help="the build that was measured")
    parser.add_argument("--environment", metavar="NAME", help="where it was measured")
    parser.add_argument("--artefact", metavar="DIGEST", help="digest of what was measured")
    parser.add_argument(
        "--taken-at", metavar="TIME", help="when it was measured (RFC 3339); else when the file was written"
    )


def execute(arguments: Namespace) -> int:
    """Add one binding for each file; a file bound before gets the new statement."""
    from flightrules.rules.exception_files import load_bindings

    root = os.path.dirname(os.path.abspath(find_rulebook(os.getcwd()) or ".flightrules.yml"))
    path = os.path.join(root, FOLDER, "evidence.yml")
    known = load_bindings(read_file(path, what="file"), path) if os.path.exists(path) else ()
    entries = {
        one.sha256: _entry(one.path, one.sha256, one.build, one.environment, one.artefact, one.taken_at)
        for one in known
    }
    stated = _stated(arguments.taken_at)
    for file in arguments.files:
        digest, written_at = _digest(file)
        taken_at = stated or written_at
        shown = os.path.relpath(os.path.abspath(file), root)
        entries[digest] = _entry(
            shown, digest, arguments.build, arguments.environment, arguments.artefact, taken_at
        )
        print(f"bound {shown} sha256:{digest[:12]}…")
    text = "bindings:\n" + "".join(entries[key] for key in sorted(entries))
    load_bindings(text.encode(), path)
    write_file(path, text.encode())
    return int(ExitCode.GO)


def _digest(path: str) -> tuple[str, datetime | None]:
    """The digest, and when the file was last written: binding an old report does not make it a new one."""
    try:
        with Source.open(path) as source:
            modified = source.modified_at
            at = (
                datetime.fromtimestamp(modified, UTC).replace(microsecond=0) if modified is not None else None
            )
            return source.digest(), at
    except EvidenceError as error:
        raise UsageError(error.code, error.message, file=path, hint=error.hint) from None


def _stated(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError(
            "E_TIME", f"--taken-at {text[:40]!r} is no time with a zone", hint="write 2026-11-21T09:00:00Z"
        )
    return at


def _entry(
    path: str,
    digest: str,
    build: str | None,
    environment: str | None,
    artefact: str | None,
    taken_at: datetime | None,
) -> str:
    """One list item; values are quoted, so that nothing in a name becomes syntax."""
    import json

    fields = {
        "sha256": digest,
        "path": path,
        "build": build,
        "environment": environment,
        "artefact": artefact,
        "taken_at": taken_at.isoformat() if taken_at else None,
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in fields.items() if value is not None]
    return "  - " + "\n    ".join(lines) + "\n"
