"""A diff that travels: one file with the base it was made with, the repository's paths, and what git printed.

What stands before the first ``diff --git`` is passed over by git, so the file still is a patch. Whoever reads
one trusts nobody: each hunk must hold the lines that its header counts.
"""

from __future__ import annotations

import json
import re
from typing import Any

from flightrules.connectors.git import ChangedLines, Said, understood
from flightrules.errors import EvidenceError
from flightrules.values import frozen

__all__ = ["Changes", "read_changes", "written_changes"]

_MARK = b"flightrules-changes/1 "
_HUNK = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_IN_HUNKS = (b"+", b"-", b" ", b"@@", b"diff --cc ", b"diff --combined ")
_NO_LINE_END = b"\\ "
_NAME_LIMIT = 200


@frozen
class Changes:
    """Changed lines, and the base by the name that was asked for, such as a branch or tag."""

    base: str
    lines: ChangedLines


def written_changes(base: str, said: Said) -> bytes:
    """The file: one line of JSON behind its mark, then git's own bytes."""
    paths = [name.decode("utf-8", "surrogateescape") for name in said.tracked.split(b"\0") if name]
    head = {"base": base, "merge_base": said.merge_base, "tracked": sorted(paths)}
    return _MARK + json.dumps(head, sort_keys=True).encode() + b"\n" + said.diff


def read_changes(data: bytes) -> Changes:
    """The changed lines in such a file.

    Raises:
        EvidenceError: E_MALFORMED, with the line.
    """
    head, _, diff = data.partition(b"\n")
    if not head.startswith(_MARK):
        raise _malformed("it does not begin with flightrules-changes/1", 1)
    base, merge_base, tracked = _head(head.removeprefix(_MARK))
    if diff and not diff.startswith(b"diff --git "):
        raise _malformed("a line stands before the first file", 2)
    _require_whole(diff)
    return Changes(base, understood(Said(merge_base, diff, tracked)))


def _head(text: bytes) -> tuple[str, str, bytes]:
    try:
        found: dict[str, Any] = json.loads(text)
        base, merge_base, tracked = found["base"], found["merge_base"], found["tracked"]
        named = isinstance(base, str) and 0 < len(base) <= _NAME_LIMIT and base.isprintable()
        if not named or not _COMMIT.fullmatch(merge_base):
            raise _malformed("its first line names no base", 1)
        return base, merge_base, b"\0".join(path.encode("utf-8", "surrogateescape") for path in tracked)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _malformed("its first line does not say what was compared", 1) from None


def _require_whole(diff: bytes) -> None:
    """Refuse hunks that hold more or less than they count, context lines, and diffs of several parents."""
    old = new = 0
    lines = enumerate(diff.split(b"\n"), 2)
    for number, text in lines:
        kind = text[:1]
        if kind == b"-" and old:
            old -= 1
        elif kind == b"+" and new:
            new -= 1
        elif text.startswith(_NO_LINE_END):
            continue
        elif old or new:
            raise _malformed("a hunk holds less than its header counts, or lines of context", number)
        elif hunk := _HUNK.match(text):
            old, new = (int(part) if part is not None else 1 for part in hunk.groups())
        elif text.startswith(_IN_HUNKS) and not text.startswith((b"+++ ", b"--- ")):
            raise _malformed("a line stands in no hunk of a diff of two trees without context", number)
    if old or new:
        raise _malformed("it ends within a hunk", None)


def _malformed(reason: str, line: int | None) -> EvidenceError:
    hint = "let `flightrules push` make it, or take git diff --unified=0"
    return EvidenceError("E_MALFORMED", f"the diff cannot be relied on: {reason}", line=line, hint=hint)
