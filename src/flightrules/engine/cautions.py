"""What a reader must know before relying on a verdict: nothing here changes it, all of it is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from flightrules.engine.criterion_result import Case
from flightrules.engine.selection import Joined
from flightrules.engine.verdict import CriterionResult, EvidenceUse, Status
from flightrules.evidence.measurement import Evidence
from flightrules.evidence.records.defects import Defects
from flightrules.rules.criterion import Criterion, Enforcement, Rule
from flightrules.rules.exceptions import Waiver
from flightrules.rules.finding import own
from flightrules.rules.gate import Gate
from flightrules.rules.levels import FINDING_LEVELS, IMPACTS
from flightrules.rules.metrics import METRICS
from flightrules.rules.reach import asks_the_opposite
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.severity_policy import SCHEMES

__all__ = ["cautions_of"]

_QUARANTINE_LIMIT = 5
_NAMED = 3
_SCALES = {"findings": ("severity", FINDING_LEVELS), "a11y": ("impact", IMPACTS)}
_NOUNS = {"findings": "findings", "a11y": "violations"}
_SAMPLED = {"tests.total": "tests", "load.requests": "requests"}
_TWO = 2
_STRICTNESS = ("override-only", "accept", "acknowledge", "ignore")


def cautions_of(
    gate: Gate, case: Case, results: tuple[CriterionResult, ...], waivers: tuple[Waiver, ...]
) -> tuple[str, ...]:
    """Sentences with names and numbers, on the agreement first, then on the evidence; each once."""
    book = case.rulebook
    said = [
        *_on_the_gate(gate, book, results),
        *_on_criteria(tuple(result.rule for result in results), case.version),
        *_on_quarantine(book),
        *_on_severity(book),
        *_on_waivers(book, waivers),
        *_on_evidence(results, case),
        *_on_defects(gate, results, case),
        *_on_worse_levels(results, case),
        *case.facts.cautions,
    ]
    return tuple(dict.fromkeys(said))


def _on_the_gate(gate: Gate, book: Rulebook, results: tuple[CriterionResult, ...]) -> Iterator[str]:
    weighty = [result for result in results if result.enforcement is not Enforcement.ADVISORY]
    if not weighty:
        yield f"nothing in the gate {gate.id!r} can block: all {len(results)} criteria are advisory"
    elif all(result.status is Status.NOT_APPLICABLE for result in weighty):
        yield f"no criterion that may block applied, of {len(weighty)} in the gate"
    if gate.on_failure == "alert" and any(result.would_block for result in results):
        yield f"the gate {gate.id!r} alerts and does not block: a person decides"
    if gate.sign_off:
        also = "also asks" if gate.criteria else "waits"
        yield f"the gate {also} for signatures, which no file gives: {', '.join(gate.sign_off)}"
    named = {name for one in book.gates for name in one.criteria}
    idle = [rule.id for rule in book.rules if rule.id not in named]
    if idle:
        yield f"in no gate, so never evaluated: {_some(idle)}"
    gone = [one.id for one in book.removals if one.section == "criteria" and own(one.where)]
    if gone:
        yield f"left out of the profile {book.extends}: {_some(gone)}"


def _on_criteria(rules: tuple[Rule, ...], version: str) -> Iterator[str]:
    for rule in rules:
        criterion = rule.criterion
        if asks_the_opposite(criterion):
            yield f"{rule.id} asks for worse values than better ones: {criterion.operator} on this metric"
        if METRICS[criterion.metric].rate and not asks_the_opposite(criterion) and _is_fraction(criterion):
            yield f"{rule.id} asks for {criterion.threshold:f} %, which is next to nothing; 1 is 100 %"
        if criterion.build and version and criterion.build not in version and version not in criterion.build:
            yield f"{rule.id} is as of build {criterion.build}; the release is {version}"
        if criterion.load is not None and rule.minimum_duration is None and own(rule.origin):
            yield f"{rule.id} does not say how long the load must last; state minimum_duration"


def _is_fraction(criterion: Criterion) -> bool:
    """Whether a share was written where a percentage stands: 0.97 % of tests that pass."""
    return METRICS[criterion.metric].better == "higher" and 0 < criterion.threshold <= 1


def _on_quarantine(book: Rulebook) -> Iterator[str]:
    held = book.quarantine
    bare = [entry.test for entry in held.entries if not entry.is_stated]
    if bare:
        yield f"quarantined without an owner or a reason, so not left out: {_some(bare)}"
    if held.fault:
        yield f"{held.fault}, so no test is left out"
    elif held.limit > _QUARANTINE_LIMIT and held.entries:
        yield f"the quarantine list may hold {held.limit} tests; {_QUARANTINE_LIMIT} is what was shipped"


def _on_severity(book: Rulebook) -> Iterator[str]:
    shipped = {level.name: level.decision for level in SCHEMES.get(book.severity.scheme, ())}
    for level in book.severity.levels:
        usual = shipped.get(level.name, level.decision)
        if _STRICTNESS.index(level.decision) > _STRICTNESS.index(usual):
            yield f"{level.name} defects: the rulebook says {level.decision}; the scheme says {usual}"


def _on_waivers(book: Rulebook, waivers: tuple[Waiver, ...]) -> Iterator[str]:
    for waiver in waivers:
        if book.rule(waiver.criterion) is None:
            yield f"the waiver {waiver.id} is for {waiver.criterion!r}, which is no criterion"


def _on_evidence(results: tuple[CriterionResult, ...], case: Case) -> Iterator[str]:
    used = {(use.method, use.path): use for result in results for use in result.evidence}
    dated = [use.path for use in used.values() if _by_file_time(use) and _age_asked(use, case.rulebook)]
    if dated:
        yield f"age known only from the file's own time stamp, which copying renews: {_some(dated)}"
    for use in used.values():
        yield from (f"{use.path}: {said[13:]}" for said in use.notices if said.startswith("W_SUPPRESSED "))
    claimed = [use.path for use in used.values() if use.claimed]
    if claimed:
        yield f"numbers stated, not counted: {_some(claimed)}"
    for method in sorted({use.method for use in used.values()}):
        yield from _on_method(case, method)


def _on_method(case: Case, method: str) -> Iterator[str]:
    found = case.facts.of(method)
    for paths in _twins(found.evidence):
        yield f"the same bytes under {len(paths)} names, counted once: {_some(paths)}"
    for count, paths in _counted_twice(found.evidence):
        yield f"{_some(paths)} hold {count} each in two formats; a run that is in both counts twice"
    before = {one.digest for one in found.baseline}
    same = [one.path for one in found.evidence if one.digest in before]
    if same:
        yield f"the baseline holds the same bytes as the report, so nothing can be new: {_some(same)}"


def _on_defects(gate: Gate, results: tuple[CriterionResult, ...], case: Case) -> Iterator[str]:
    """Open defects of the worst level in the evidence, where no criterion of an exit gate counts defects."""
    if gate.kind != "exit" or any(one.rule.criterion.metric.startswith("defects.") for one in results):
        return
    policy = case.rulebook.severity
    for method in sorted(case.facts.found):
        for one in case.facts.of(method).evidence:
            records = one.reading.records
            if isinstance(records, Defects):
                levels = [policy.level(each.severity) or policy.levels[0] for each in records.open_defects()]
                worst = sum(level is policy.levels[0] for level in levels)
                name = policy.levels[0].name
                if worst:
                    yield f"{one.path} lists {worst} open {name}, and no criterion counts them"


def _on_worse_levels(results: tuple[CriterionResult, ...], case: Case) -> Iterator[str]:
    """Findings and violations that are worse than what is asked for, where no criterion counts them."""
    asked: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for result in results:
        family = result.rule.criterion.metric.partition(".")[0]
        if family in _SCALES:
            word, scale = _SCALES[family]
            levels = (result.rule.criterion.selector(word) or "|".join(scale)).split("|")
            for method in {use.method for use in result.evidence}:
                asked[method, family].update(levels)
    for (method, family), named in sorted(asked.items()):
        for level in _worse_than(named, _SCALES[family][1]):
            count = _live(case.facts.of(method).joined, family, level)
            if count:
                yield f"{method} holds {count} {level} {_NOUNS[family]}, and no criterion counts them"


def _worse_than(named: set[str], scale: tuple[str, ...]) -> list[str]:
    """The levels that are worse than the mildest of those that are named, and not named themselves."""
    last = max((at for at, level in enumerate(scale) if level in named), default=0)
    return [level for level in scale[:last] if level not in named]


def _live(joined: Joined, family: str, level: str) -> Decimal:
    key = (f"findings.{level}", ()) if family == "findings" else ("a11y.violations", (("impact", level),))
    return joined.values().get(key, Decimal(0))


def _twins(evidence: tuple[Evidence, ...]) -> Iterator[list[str]]:
    paths: defaultdict[str, list[str]] = defaultdict(list)
    for one in evidence:
        paths[one.digest].append(one.path)
    return (names for names in paths.values() if len(names) > 1)


def _counted_twice(evidence: tuple[Evidence, ...]) -> Iterator[tuple[str, list[str]]]:
    """Reports that hold as many tests, or requests, and are not of one format."""
    if len({one.reading.format for one in evidence}) < _TWO:
        return
    alike: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for one in evidence:
        for number in one.reading.measurements:
            if number.metric in _SAMPLED and not number.labels:
                alike[f"{number.value:f} {_SAMPLED[number.metric]}"].setdefault(one.reading.format, one.path)
                break
    yield from ((count, list(paths.values())) for count, paths in alike.items() if len(paths) >= _TWO)


def _by_file_time(use: EvidenceUse) -> bool:
    return any(notice.startswith("W_FILE_TIME") for notice in use.notices)


def _age_asked(use: EvidenceUse, book: Rulebook) -> bool:
    source = book.source(use.method)
    return source is not None and source.max_age is not None


def _some(names: list[str] | tuple[str, ...]) -> str:
    chosen = sorted(names)
    more = f" and {len(chosen) - _NAMED} more" if len(chosen) > _NAMED else ""
    return ", ".join(chosen[:_NAMED]) + more
