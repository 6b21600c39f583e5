"""Find and read the evidence of every method that the rulebook declares."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from flightrules.cli.files import Tree
from flightrules.cli.parallel import beside, read_all
from flightrules.cli.plan import Gathering
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource

if TYPE_CHECKING:
    from flightrules.cli.reading import File, FileRead
    from flightrules.cli.second import Second
    from flightrules.connectors.git import Asked
    from flightrules.engine.facts import Changes, Facts

__all__ = ["gather"]

_EFFORT = {  # of a byte, in hundredths; what is not named costs 100
    "jmeter-csv": 85,
    "cobertura": 130,
    "jacoco": 150,
    "lcov": 250,
    "clover": 250,
    "opencover": 250,
}


def gather(
    rulebook: Rulebook,
    plan: Gathering,
    step: Callable[[int, int, str], None],
    beside: Callable[[], None] = lambda: None,
    second: Second | None = None,
) -> Facts:
    """Read all that the rulebook looks for; a file that cannot be read becomes a refusal, never a gap.

    What reads and what the engine is given is loaded here when it is needed: a second process reads by then.

    Args:
        rulebook: the sources.
        plan: where, and as of when.
        step: told before each file.
        beside: done before this process reads, and while another one reads already where there are two.
        second: a process that waits to be told what to read.
    """
    tree = Tree(plan.root)
    baselines = {source.name: tree.match(source.baseline) for source in rulebook.sources if source.baseline}
    wanted = {
        source.name: _without(_paths(source, tree, plan), baselines.get(source.name, ()), plan.root)
        for source in rulebook.sources
    }
    files = _unique(rulebook.sources, wanted, baselines)
    changed: dict[str, Changes] = {}

    def first() -> None:
        asked.update(_asked(rulebook, wanted, plan))
        beside()

    def last() -> None:
        from flightrules.cli.gathered import changed_since

        changed.update({base: changed_since(base, one) for base, one in asked.items()})

    asked: dict[str, Asked] = {}
    read_files = _read_all(files, plan.root, step, first, last, second)
    from flightrules.cli.gathered import changes_of, found_of
    from flightrules.engine.facts import Facts

    found = {
        source.name: found_of(source, wanted[source.name], baselines.get(source.name, []), read_files, plan)
        for source in rulebook.sources
    }
    changes = changes_of(rulebook, found, plan, changed)
    return Facts(found, changes, (*_named_instead(rulebook, plan), *tree.unread()))


def _paths(source: EvidenceSource, tree: Tree, plan: Gathering) -> list[str]:
    named = plan.extra.get(source.name, ())
    here = [os.path.relpath(os.path.abspath(path), plan.root) for path in named]
    return sorted(set(tree.match(here if named else source.paths)))


def _without(paths: list[str], baseline: Iterable[str], root: str) -> list[str]:
    """Without the baseline itself, under whatever name: what is compared with itself holds nothing new."""
    known = {_file_id(os.path.join(root, path)) for path in baseline}
    return [path for path in paths if _file_id(os.path.join(root, path)) not in known] if known else paths


def _named_instead(rulebook: Rulebook, plan: Gathering) -> tuple[str, ...]:
    """The command line stands in for the agreed paths, which may hold what it leaves out."""
    return tuple(
        f"{source.name}: files named on the command line, not those at {', '.join(source.paths)}"
        for source in rulebook.sources
        if source.name in plan.extra
    )


def _file_id(path: str) -> tuple[int, int] | str:
    try:
        known = os.stat(path)
    except OSError:
        return path
    return known.st_dev, known.st_ino


def _unique(
    sources: tuple[EvidenceSource, ...], wanted: Mapping[str, list[str]], baselines: Mapping[str, list[str]]
) -> list[File]:
    """Every file once for each way of reading it, the largest effort first in the list's natural order."""
    found: dict[File, None] = {}
    for source in sources:
        for path in (*wanted[source.name], *baselines.get(source.name, ())):
            found[path, source.format, source.columns] = None
    return list(found)


def _read_all(
    files: list[File],
    root: str,
    step: Callable[[int, int, str], None],
    first: Callable[[], None],
    last: Callable[[], None],
    second: Second | None,
) -> dict[File, FileRead]:
    def work(file: File) -> FileRead:
        from flightrules.cli.reading import read_one

        return read_one(file, root, helper)

    efforts = [_effort(os.path.join(root, file[0]), file[1]) for file in files]
    helper = beside if len(files) == 1 else None  # several files are divided as they are
    return read_all(
        files,
        efforts,
        work,
        lambda at, of, file: step(at, of, file[0]),
        first,
        last,
        second.begin(root) if second is not None else None,
    )


def _effort(path: str, format_name: str | None) -> int:
    """What reading will cost, in bytes of an ordinary report."""
    try:
        size = os.stat(path).st_size
    except OSError:
        return 0
    return size * _EFFORT.get(format_name or "", 100) // 100


def _asked(rulebook: Rulebook, wanted: Mapping[str, list[str]], plan: Gathering) -> dict[str, Asked]:
    """Git, set to work on every base that a criterion on new code may ask for, while the evidence is read."""
    if not any(rule.criterion.metric == "coverage.new_lines" for rule in rulebook.rules):
        return {}
    bases = {plan.base or source.compare_with for source in rulebook.sources if wanted[source.name]}
    from flightrules.connectors.git import Asked

    return {base: Asked(plan.root, base) for base in sorted(base for base in bases if base is not None)}
