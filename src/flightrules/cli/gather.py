"""Find and read the evidence of every method that the rulebook declares."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flightrules.cli.files import Tree
from flightrules.cli.parallel import beside, read_all
from flightrules.engine.facts import Changes, Facts, Found, Refusal
from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Evidence, Notice, Reading
from flightrules.evidence.registry import read
from flightrules.evidence.source import Beside, Source
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import Binding, EvidenceSource
from flightrules.values import frozen, replace

if TYPE_CHECKING:
    from flightrules.connectors.git import Asked

__all__ = ["Gathering", "gather"]

_EFFORT = {  # of a byte, in hundredths; what is not named costs 100
    "jmeter-csv": 85,
    "cobertura": 130,
    "jacoco": 150,
    "lcov": 250,
    "clover": 250,
    "opencover": 250,
}

_FARTHEST_ZONE = timedelta(hours=14)


@frozen
class Gathering:
    """What the gathering needs to know beside the rulebook.

    ``extra`` adds paths to a method (``--evidence METHOD=PATH``). ``base`` overrides the commit that new-code
    coverage compares with. ``received_at`` is the one clock reading.
    """

    root: str
    received_at: datetime
    bindings: Mapping[str, Binding]
    extra: Mapping[str, tuple[str, ...]]
    base: str | None = None


@frozen
class _Read:
    """One file as read; what a worker process hands back.

    Where nothing ran (every case skipped) there are both: a refusal, and a reading that counts beside others.
    """

    path: str
    digest: str
    size: int
    modified_at: float | None
    reading: Reading | None
    refusal: Refusal | None


def gather(
    rulebook: Rulebook,
    plan: Gathering,
    step: Callable[[int, int, str], None],
    beside: Callable[[], None] = lambda: None,
) -> Facts:
    """Read all that the rulebook looks for; a file that cannot be read becomes a refusal, never a gap.

    Args:
        rulebook: the sources.
        plan: where, and as of when.
        step: told before each file.
        beside: done before this process reads, and while another one reads already where there are two.
    """
    tree = Tree(plan.root)
    baselines = {source.name: tree.match(source.baseline) for source in rulebook.sources if source.baseline}
    wanted = {
        source.name: _without(_paths(source, tree, plan), baselines.get(source.name, ()), plan.root)
        for source in rulebook.sources
    }
    files = _unique(rulebook.sources, wanted, baselines)
    asked: dict[str, Asked] = {}

    def first() -> None:
        asked.update(_asked(rulebook, wanted, plan))
        beside()

    read_files = _read_all(files, plan.root, step, first)
    found = {
        source.name: _found(source, wanted[source.name], baselines.get(source.name, []), read_files, plan)
        for source in rulebook.sources
    }
    changes = _changes(rulebook, found, plan, asked)
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


def _unmatched(source: EvidenceSource, wanted: list[str], plan: Gathering) -> tuple[str, ...]:
    """Files that the source names one by one and that are not there, while others of it are."""
    if not wanted or source.name in plan.extra:
        return ()
    named = [path for path in source.paths if not any(mark in path for mark in "*?[!")]
    return tuple(path for path in named if os.path.normpath(path) not in wanted)


File = tuple[str, str | None, tuple[tuple[str, str], ...]]


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
    files: list[File], root: str, step: Callable[[int, int, str], None], first: Callable[[], None]
) -> dict[File, _Read]:
    efforts = [_effort(os.path.join(root, file[0]), file[1]) for file in files]
    helper = beside if len(files) == 1 else None  # several files are divided as they are
    return read_all(
        files,
        efforts,
        lambda file: _read_one(file, root, helper),
        lambda at, of, file: step(at, of, file[0]),
        first,
    )


def _effort(path: str, format_name: str | None) -> int:
    """What reading will cost, in bytes of an ordinary report."""
    try:
        size = os.stat(path).st_size
    except OSError:
        return 0
    return size * _EFFORT.get(format_name or "", 100) // 100


def _read_one(file: File, root: str, helper: Beside | None) -> _Read:
    path, expected, columns = file
    shown = path
    digest, size, modified = "", 0, None
    try:
        with Source.open(os.path.join(root, path)) as source:
            source.name, source.beside = shown, helper
            size, modified = source.size, source.modified_at
            digest = source.digest()
            reading = read(source, expected=expected, columns=dict(columns))
            return _Read(path, digest, size, modified, reading, None)
    except EvidenceError as error:
        refusal = Refusal(
            shown, error.code, error.message, error.line, error.column, error.hint, digest, size
        )
        return _Read(path, digest, size, modified, getattr(error, "reading", None), refusal)


def _found(
    source: EvidenceSource,
    wanted: list[str],
    baseline: list[str],
    done: Mapping[File, _Read],
    plan: Gathering,
) -> Found:
    files = [done[path, source.format, source.columns] for path in wanted]
    before = [done[path, source.format, source.columns] for path in baseline]
    ran = any(one.refusal is None for one in files)
    counted = [one for one in files if one.reading is not None and (ran or one.refusal is None)]
    refused = [one for one in files if one.refusal is not None and one not in counted]
    return Found(
        evidence=tuple(_evidence(one, source, plan) for one in counted),
        refused=tuple(one.refusal for one in refused if one.refusal is not None),
        baseline=tuple(_evidence(one, source, plan) for one in before if one.reading and not one.refusal),
        baseline_refused=tuple(one.refusal for one in before if one.refusal is not None),
        looked_for=plan.extra.get(source.name, source.paths),
        unmatched=_unmatched(source, wanted, plan),
    )


def _evidence(one: _Read, source: EvidenceSource, plan: Gathering) -> Evidence:
    reading = one.reading or Reading("")
    binding = plan.bindings.get(one.digest)
    facts = reading.facts
    environment, build, bound = _bound(facts, binding, source)
    taken_at = _taken_at(reading, binding, plan.received_at)
    if binding is not None:
        reading = _with_binding(reading, binding)
    if taken_at is None and one.modified_at is not None:
        taken_at = datetime.fromtimestamp(one.modified_at, UTC)
        notice = Notice("W_FILE_TIME", "the artefact states no time; its age is the file's own time stamp")
        reading = replace(reading, notices=(*reading.notices, notice))
    return Evidence(
        source.name,
        one.path,
        one.digest,
        one.size,
        reading,
        plan.received_at,
        taken_at,
        environment,
        build,
        bound,
    )


def _bound(
    facts: Mapping[str, str], binding: Binding | None, source: EvidenceSource
) -> tuple[str | None, str | None, str]:
    """Environment, build, and how they are known: the content first, then a binding, then the declaration."""
    environment = facts.get("environment") or (binding.environment if binding else None) or source.environment
    build = facts.get("build") or (binding.build if binding else None)
    if facts.get("environment") or facts.get("build"):
        return environment, build, "content"
    if binding is not None:
        return environment, build, "binding"
    return environment, build, "source" if environment else "unknown"


def _with_binding(reading: Reading, binding: Binding) -> Reading:
    """What the binding adds: the artefact that was tested, and a word where artefact and binding disagree."""
    facts, notices = dict(reading.facts), list(reading.notices)
    if binding.artefact:
        facts["artefact"] = binding.artefact
    for name, said in (("environment", binding.environment), ("build", binding.build)):
        if said and facts.get(name, said) != said:
            words = f"the artefact says {name} {facts[name]}, its binding says {said}; the artefact stands"
            notices.append(Notice("W_BINDING_DIFFERS", words))
    return replace(reading, facts=facts, notices=tuple(notices))


def _taken_at(reading: Reading, binding: Binding | None, received_at: datetime) -> datetime | None:
    """When it was taken. A time without zone is read as UTC; where that lies ahead of the clock by no more
    than a zone can, the zone is what is ahead, and the artefact is as old as its arrival.
    """
    stated = reading.facts.get("taken_at")
    if not stated:
        return binding.taken_at if binding else None
    try:
        taken = datetime.fromisoformat(stated)
    except ValueError:
        return None
    naive = taken.tzinfo is None or any(notice.code == "W_NAIVE_TIME" for notice in reading.notices)
    taken = taken if taken.tzinfo is not None else taken.replace(tzinfo=UTC)
    ahead = naive and received_at < taken <= received_at + _FARTHEST_ZONE
    return received_at if ahead else taken


def _asked(rulebook: Rulebook, wanted: Mapping[str, list[str]], plan: Gathering) -> dict[str, Asked]:
    """Git, set to work on every base that a criterion on new code may ask for, while the evidence is read."""
    if not any(rule.criterion.metric == "coverage.new_lines" for rule in rulebook.rules):
        return {}
    bases = {plan.base or source.compare_with for source in rulebook.sources if wanted[source.name]}
    from flightrules.connectors.git import Asked

    return {base: Asked(plan.root, base) for base in sorted(base for base in bases if base is not None)}


def _changes(
    rulebook: Rulebook, found: Mapping[str, Found], plan: Gathering, asked: Mapping[str, Asked]
) -> dict[str, Changes]:
    """Changed lines since the base commit, for the sources that yielded lines."""
    of_source = {
        source.name: base
        for source in rulebook.sources
        if (base := plan.base or source.compare_with) and base in asked and _has_lines(found[source.name])
    }
    known = {base: _changed_since(base, asked[base]) for base in dict.fromkeys(of_source.values())}
    for base in asked.keys() - known.keys():
        asked[base].forget()
    return {name: known[base] for name, base in of_source.items()}


def _has_lines(found: Found) -> bool:
    return any(type(one.reading.records).__name__ == "Lines" for one in found.evidence)


def _changed_since(base: str, asked: Asked) -> Changes:
    try:
        changed = asked.answer()
    except EvidenceError as error:
        return Changes(base, refusal=Refusal(base, error.code, error.message, hint=error.hint))
    return Changes(changed.merge_base, changed.files, changed.tracked)
