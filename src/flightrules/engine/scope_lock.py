"""The scope lock of an emergency: which paths may change, and whether a diff keeps to them.

Names in a diff count on both sides: what a rename, a copy or a deletion takes away is changed, too. What
cannot be told for sure is a breach: an absent diff proves nothing, and neither does one that is not in git's
own form, nor a link or a submodule, which changes what lies elsewhere. Paths are compared letter by letter,
case included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flightrules.values import frozen

__all__ = ["LockCheck", "UnreadableDiffError", "changed_paths", "check_lock", "fault_in_glob", "is_locked_in"]

_MARK = b"flightrules-changes/1 "
_HUNK = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_HEADERS = (
    b"index ",
    b"old mode ",
    b"new mode ",
    b"new file mode ",
    b"deleted file mode ",
    b"similarity index ",
    b"dissimilarity index ",
    b"Binary files ",
)
_LEADS_AWAY = re.compile(rb"(?:new file mode |new mode |index [0-9a-f]+\.\.[0-9a-f]+ )1[26]0000")
_MOVES = (b"rename from ", b"rename to ", b"copy from ", b"copy to ")
_SIDES = (*((start, b"") for start in _MOVES), (b"--- ", b"a/"), (b"+++ ", b"b/"))
_BINARY = re.compile(rb"(?:literal|delta) \d{1,12}|[A-Za-z][0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]*|")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_NAMED = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_GLOB_LIMIT, _DRIVE = 500, re.compile(r"[A-Za-z]:")
_ANY_RUN = "**"


class UnreadableDiffError(Exception):
    """A diff of which it cannot be said which paths it changes."""


@frozen
class LockCheck:
    """What a lock says of the changes that were brought.

    Attributes:
        paths: everything that changed, sorted.
        outside: of these, what the lock does not cover.
        fault: why it cannot be told at all; empty where it can.
    """

    paths: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    fault: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is shown that nothing outside the lock changed."""
        return bool(self.paths) and not self.outside and not self.fault


def check_lock(diffs: Iterable[bytes], globs: Sequence[str]) -> LockCheck:
    """Compare every changed path of the diffs with the lock.

    Args:
        diffs: what was brought as changes: git's own form, with or without the head of ``flightrules push``.
        globs: the paths of the lock.
    """
    found: set[str] = set()
    brought = tuple(diffs)
    for data in brought:
        try:
            found.update(changed_paths(data))
        except UnreadableDiffError as error:
            return LockCheck(tuple(sorted(found)), (), str(error))
    if not brought:
        return LockCheck(fault="no diff was brought, so nothing shows what changed")
    if not found:
        return LockCheck(fault="the diff changes nothing, so it is not the diff of this hotfix")
    faulty = next((fault for one in globs if (fault := fault_in_glob(one))), "")
    if faulty or not globs:
        return LockCheck(tuple(sorted(found)), (), faulty or "the lock names no path")
    outside = tuple(sorted(one for one in found if not is_locked_in(one, globs)))
    return LockCheck(tuple(sorted(found)), outside)


def is_locked_in(path: str, globs: Iterable[str]) -> bool:
    """Whether a path is covered by the lock; one that is not plain is covered by nothing."""
    if _fault_in_path(path):
        return False
    parts = path.split("/")
    return any(_fits(parts, _parts_of(glob), _ANY_RUN, _fits_part) for glob in globs)


def fault_in_glob(glob: str) -> str:
    """Why a path cannot be locked to this; empty where it can.

    ``*`` and ``?`` stand for letters of one name, ``**`` for folders, a final ``/`` for all below a folder.
    A lock begins with the name of a folder or file at the root, so that none covers everything.
    """
    plain = glob.removesuffix("/")
    fault = _fault_in_path(plain)
    if fault or len(glob) > _GLOB_LIMIT:
        return f"{glob[:60]!r} {fault or 'is too long'}"
    if "*" in plain.split("/")[0] or "?" in plain.split("/")[0]:
        return f"{glob[:60]!r} does not begin with the name of a folder or file at the root"
    if any(_ANY_RUN in part and part != _ANY_RUN for part in plain.split("/")):
        return f"{glob[:60]!r} has ** inside a name; it stands for whole folders"
    return ""


def changed_paths(data: bytes) -> frozenset[str]:
    """Every path that a diff names on either side.

    Raises:
        UnreadableDiffError: it is not a whole diff of git, between two trees.
    """
    if data.startswith(_MARK):
        data = data.partition(b"\n")[2]
    return frozenset(_name(raw) for raw in _names(data.removesuffix(b"\n").split(b"\n")))


def _names(lines: list[bytes]) -> Iterator[bytes]:
    """Names as they are written; the lines of hunks are passed over by the counts of their header."""
    old = new = 0
    inside = binary = False
    untold = moved = 0  # a header whose names only its rename lines can tell, and how many of those came
    for number, line in enumerate(lines, 1):
        if old or new:
            old, new = _counted(line, old, new, number)
        elif line.startswith(b"diff --git "):
            _require_told(untold, moved)
            found = _of_header(line.removeprefix(b"diff --git "))
            inside, binary, untold, moved = True, False, 0 if found else number, 0
            yield from found
        elif not inside:
            if line:
                raise UnreadableDiffError(f"line {number} stands before the first file of a git diff")
        elif hunk := _HUNK.match(line):
            old, new = (int(part) if part is not None else 1 for part in hunk.groups())
        elif line == b"GIT binary patch":
            binary = True
        elif not (binary and _BINARY.fullmatch(line)):
            moved += line.startswith(_MOVES)
            yield from _of_line(line, number)
    _require_told(untold, moved)
    if old or new:
        raise UnreadableDiffError("the diff ends within a hunk")


def _counted(line: bytes, old: int, new: int, number: int) -> tuple[int, int]:
    kind = line[:1]
    if kind == b"\\":
        return old, new
    takes_old, takes_new = kind in (b"-", b" ", b""), kind in (b"+", b" ", b"")
    if not (takes_old or takes_new) or old < takes_old or new < takes_new:
        raise UnreadableDiffError(f"line {number}: a hunk holds something else than its header counts")
    return old - takes_old, new - takes_new


def _of_line(line: bytes, number: int) -> Iterator[bytes]:
    if _LEADS_AWAY.match(line):
        raise UnreadableDiffError(f"line {number}: a link or a submodule leads to what is not in the diff")
    if not line or line.startswith((*_HEADERS, b"\\ ")):
        return
    for start, side in _SIDES:
        if line.startswith(start):
            name = _unquoted(line.removeprefix(start).removesuffix(b"\t"))
            if side and name == b"/dev/null":
                return
            if not name.startswith(side):
                raise UnreadableDiffError(f"line {number}: a name without the a/ and b/ of git")
            yield name.removeprefix(side)
            return
    raise UnreadableDiffError(f"line {number} is no line of a git diff between two trees")


def _require_told(line: int, moved: int) -> None:
    if line and moved < 2:  # noqa: PLR2004 -- from and to
        raise UnreadableDiffError(f"line {line}: the names of the file cannot be told apart")


def _of_header(text: bytes) -> tuple[bytes, ...]:
    """The two names of ``diff --git a/x b/y``; none where blanks in them keep them from being told apart."""
    quoted = [found.group() for found in _QUOTED.finditer(text)] if text.startswith(b'"') else []
    if len(quoted) == 2 and b" ".join(quoted) == text:  # noqa: PLR2004 -- two sides
        first, second = map(_unquoted, quoted)
    elif text.startswith(b'"') or text.endswith(b'"'):
        first, second = _mixed(text)
    else:
        first, second = _halves(text)
    if not (first.startswith(b"a/") and second.startswith(b"b/")):
        return ()
    return first.removeprefix(b"a/"), second.removeprefix(b"b/")


def _mixed(text: bytes) -> tuple[bytes, bytes]:
    """One name is quoted and the other is not."""
    if text.startswith(b'"'):
        found = _QUOTED.match(text)
        return (_unquoted(found.group()), text[found.end() + 1 :]) if found else (b"", b"")
    before, _, after = text.partition(b' "')
    return before, _unquoted(b'"' + after)


def _halves(text: bytes) -> tuple[bytes, bytes]:
    middle = len(text) // 2
    if text[middle : middle + 1] == b" " and text[2:middle] == text[middle + 3 :]:
        return text[:middle], text[middle + 1 :]
    parts = text.split(b" ")
    return (parts[0], parts[1]) if len(parts) == 2 else (b"", b"")  # noqa: PLR2004 -- two sides


def _unquoted(name: bytes) -> bytes:
    if not _QUOTED.fullmatch(name):
        return name
    return _ESCAPE.sub(_letter, name[1:-1])


def _letter(found: re.Match[bytes]) -> bytes:
    what = found[1]
    return bytes([int(what, 8) & 0xFF]) if what.isdigit() else _NAMED.get(what, what)


def _name(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableDiffError("a name in the diff is not written in UTF-8") from None


def _fault_in_path(path: str) -> str:
    if not path or path.startswith("/") or _DRIVE.match(path):
        return "is no path from the root of the repository"
    if "\\" in path or not path.isprintable():
        return "holds a backslash, or what cannot be seen"
    if any(part in ("", ".", "..") for part in path.split("/")):
        return "leads through . or .. or an empty name"
    return ""


def _parts_of(glob: str) -> list[str]:
    """The parts of a glob; what ends in a folder means at least one name below it."""
    parts = glob.removesuffix("/").split("/")
    if glob.endswith("/"):
        parts.append(_ANY_RUN)
    return [*parts[:-1], "*", _ANY_RUN] if parts[-1] == _ANY_RUN else parts


def _fits_part(part: str, wanted: str) -> bool:
    return _fits(part, wanted, "*", _fits_letter)


def _fits_letter(letter: str, wanted: str) -> bool:
    return wanted in ("?", letter)


def _fits(items: Sequence[str], pattern: Sequence[str], run: str, fits: Callable[[Any, Any], bool]) -> bool:
    """Whether a sequence fits a pattern in which ``run`` stands for any number of items; never backtracks."""
    reached = _past_runs({0}, pattern, run)
    for item in items:
        ahead = {place for place in reached if place < len(pattern)}
        stays = {place for place in ahead if pattern[place] == run}
        steps = {place + 1 for place in ahead - stays if fits(item, pattern[place])}
        reached = _past_runs(stays | steps, pattern, run)
    return len(pattern) in reached


def _past_runs(places: set[int], pattern: Sequence[str], run: str) -> set[int]:
    """The places, and those behind each run that begins there, for a run may stand for nothing."""
    found: set[int] = set()
    for place in places:
        end = place
        while end < len(pattern) and pattern[end] == run:
            found.add(end)
            end += 1
        found.add(end)
    return found
