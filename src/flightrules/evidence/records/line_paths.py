"""Which file of a repository a coverage report means: the longest unambiguous common end of both paths.

Reports name files absolutely, below a source folder, package-relative (JaCoCo) or with back slashes.
A path is taken for a file of the repository only if one of the two names ends with the other completely
and no other file of the repository fits as well; two candidates are no match, never a guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

__all__ = ["PathIndex", "escapes", "glob_pattern", "normalised"]

_DRIVE = re.compile(r"[A-Za-z]:/")


def normalised(path: str) -> str:
    """Forward slashes, no ``./``, ``..`` folded where it can be."""
    plain = path.replace("\\", "/")
    if "/." not in plain and not plain.startswith(".") and "//" not in plain:
        return plain
    lead = "/" if plain.startswith("/") else ""
    parts: list[str] = []
    for part in plain.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return lead + "/".join(parts)


def is_absolute(path: str) -> bool:
    """Whether a normalised path starts at a root or a drive."""
    return path.startswith("/") or _DRIVE.match(path) is not None


def escapes(path: str) -> bool:
    """Whether a normalised path leads above the folder that it is relative to."""
    return path == ".." or path.startswith(("../", "/../"))


def glob_pattern(globs: Iterable[str]) -> re.Pattern[str]:
    """One pattern for several globs: ``*`` and ``?`` within a folder, ``**`` over folders.

    A glob may match the whole path or its end behind a slash, because reports often name files absolutely.
    """
    return re.compile("|".join(f"(?:.*/)?{_glob(normalised(one))}" for one in globs) or r"(?!)", re.DOTALL)


def _glob(glob: str) -> str:
    text = re.escape(glob).replace(r"\?", "[^/]")
    text = text.replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return text.lstrip("/") if glob.startswith("/") else text


class PathIndex:
    """The repository's files by their last part, to find the one that a report means."""

    def __init__(self, repository: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in repository:
            self._by_name[path.rpartition("/")[2]].append(path)

    def names(self) -> frozenset[str]:
        """The last parts of all paths."""
        return frozenset(self._by_name)

    def find(self, reported: str) -> tuple[str, ...]:
        """The files that fit best; exactly one is a match, several are ambiguous."""
        if self._by_name.get(reported.rpartition("/")[2]) == [reported]:
            return (reported,)
        parts = [part for part in reported.split("/") if part]
        best = 0
        found: list[str] = []
        for path in self._by_name.get(parts[-1] if parts else "", ()):
            own = path.split("/")
            length = min(len(parts), len(own))
            if length >= best and parts[-length:] == own[-length:]:
                found = [*found, path] if length == best else [path]
                best = length
        return tuple(sorted(found))
