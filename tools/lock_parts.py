"""Write requirements/service.txt, check.txt and build.txt: parts of dev.txt with their hashes.

The container needs the first and the last, a pipeline that checks the last two. One lock for everything: what the
tests ran against is what runs. Markers are kept as they stand.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "requirements"
_NAME = re.compile(r"^[A-Za-z0-9._-]+")
_EXTRAS = re.compile(r"\[([^\]]*)\]")


def main() -> int:
    blocks = _blocks((FOLDER / "dev.txt").read_text())
    parts = {"service": _ours("service"), "check": _ours(), "build": [("hatchling", frozenset())]}
    for part, roots in parts.items():
        names = sorted(_closure(roots))
        text = "".join(blocks[name] for name in names if name in blocks)
        (FOLDER / f"{part}.txt").write_text(f"# written by tools/lock_parts.py from dev.txt\n{text}")
        print(f"requirements/{part}.txt: {len(names)} packages")
    return 0


def _ours(*extras: str) -> list[tuple[str, frozenset[str]]]:
    """What the package itself and these extras of it ask for."""
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["project"]
    optional = [line for extra in extras for line in project["optional-dependencies"][extra]]
    return [_asked(line) for line in (*project["dependencies"], *optional)]


def _blocks(text: str) -> dict[str, str]:
    """Each package's lines, by its name in normal form; comments about who needs it are left out."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("#") or not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith(" "):
            name = _normal(_NAME.match(line)[0])  # type: ignore[index] -- the form of the file
            found.setdefault(name, "")  # one name may stand there once for each Python
        found[name] += line + "\n"
    return found


def _closure(roots: list[tuple[str, frozenset[str]]]) -> set[str]:
    """The packages that these need, as installed here, whatever the platform's markers say."""
    seen: set[tuple[str, frozenset[str]]] = set()
    open_ones = list(roots)
    while open_ones:
        one = open_ones.pop()
        if one in seen:
            continue
        seen.add(one)
        open_ones += _needs(*one)
    return {name for name, _ in seen}


def _needs(name: str, extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    try:
        needed = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    found = []
    for line in needed:
        what, _, marker = line.partition(";")
        asked = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker)
        if asked is None or asked[1] in extras:
            found.append(_asked(what))
    return found


def _asked(line: str) -> tuple[str, frozenset[str]]:
    wanted = _EXTRAS.search(line)
    more = frozenset(map(str.strip, wanted[1].split(","))) if wanted else frozenset()
    return _normal(_NAME.match(line)[0]), more  # type: ignore[index] -- the form of a requirement


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
