"""SARIF results as findings: each is understood by itself first, then joined with its run's rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from sys import intern
from typing import Any, ClassVar

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import require
from flightrules.evidence.reading.json_shapes import Column, Kind, Path, Raw, Told, decoded
from flightrules.evidence.reading.json_stream import fields
from flightrules.evidence.records.sarif_rows import Numbers, Rows, SarifPiles, Standing, finding_of, printed
from flightrules.evidence.records.sarif_rules import LEVELS, Rule, Rules, checked_level, security_severity
from flightrules.values import NamedTuple

__all__ = ["SarifResults", "tool_name"]

Reference = tuple[Any, ...]
"""A result's ``ruleId``, ``ruleIndex`` and ``rule``."""

_KINDS: dict[str | None, str] = {
    None: "fail",
    "fail": "fail",
    "open": "open",
    "review": "open",
    "pass": "",
    "notApplicable": "",
    "informational": "",
}
_MARKS: dict[str | None, str] = {
    None: "",
    "new": "new",
    "unchanged": "unchanged",
    "existing": "unchanged",  # until the final 2.1.0
    "updated": "updated",
    "absent": "absent",
}
_LINE_NUMBER = re.compile(r"(\blines? |:)\d+", re.IGNORECASE)
_SHORT = 200
_STANDING = ("level", "kind", "baselineState", "suppressions", "suppressionStates", "properties")
_PLACE = ("locations", "[0]", "physicalLocation")
_RESULT_LIMIT = 500_000  # more would not fit into the memory that one artefact may take


def tool_name(run: dict[str, Any]) -> str:
    """The name of the run's tool; SARIF 2.0.0 has no driver between."""
    return text(run, "tool", "driver", "name") or text(run, "tool", "name")


class _Draft(NamedTuple):
    """One result as far as it is understood without its run's tool, which may stand behind it."""

    rule: Reference
    standing: Standing
    uri: str
    artifact: int | None
    line: int | str | None
    identity: str
    message: Any


class _Run:
    """One run while its results come by."""

    def __init__(self, run: dict[str, Any], name: str, numbers: Numbers[Rule], *, patient: bool) -> None:
        self.run = run
        self.count = 0
        self.waiting: list[_Draft] = []
        self.known: dict[Any, Rule] = {}
        self.rules = Rules(run, name) if run.get("tool") is not None and not patient else None
        self.told = Told(self._tell)
        self.hasty = self.rules is not None and "invocations" not in run
        self._name = name
        self._numbers = numbers

    def _tell(self, raws: Column) -> int | Reference:
        """The number of the rule that these texts mean, or where the tool stands behind the results what they
        say.
        """
        reference = tuple(map(decoded, raws))
        return self._numbers.of(self.rule(reference)) if self.rules is not None else reference

    def rule(self, key: Reference) -> Rule:
        """The rule of a result by its ``ruleId``, ``ruleIndex`` and ``rule``; each is looked up once."""
        try:
            found = self.known.get(key)
        except TypeError:  # a list stands where a reference should
            raise EvidenceError("E_WRONG_TYPE", "result.rule is no reference", file=self._name) from None
        if found is None:
            if self.rules is None:
                self.rules = Rules(self.run, self._name)
            found = self.known[key] = self.rules.find(*key)
        return found

    def place(self, draft: _Draft) -> str:
        """The file of a result, by name or by its index in the run's artifacts."""
        if draft.uri or draft.artifact is None or draft.artifact == -1:
            return draft.uri
        artifacts = objects(self.run.get("artifacts"), "artifacts", self._name, optional=True)
        if not 0 <= draft.artifact < len(artifacts):
            raise EvidenceError(
                "E_REFERENCE", f"artifact index {draft.artifact} points at nothing", file=self._name
            )
        return text(artifacts[draft.artifact], "location", "uri")


class SarifResults:
    """The callback for all results; makes findings at once where the run's tool is known already."""

    wanted: ClassVar[dict[Path, Kind]] = {
        **{(one,): "any" for one in ("ruleId", "ruleIndex", "rule", *_STANDING)},
        ("message",): "some",
        ("fingerprints",): "any",
        ("partialFingerprints",): "any",
        (*_PLACE, "artifactLocation", "uri"): "text",
        (*_PLACE, "region", "startLine"): "whole",
        (*_PLACE, "region", "snippet"): "any",
        (*_PLACE, "artifactLocation", "index"): "whole",
    }

    def __init__(self, name: str, *, patient: bool = False) -> None:
        """Collect findings; a patient collector waits for the whole run before it makes any."""
        self._patient = patient
        self.piles = SarifPiles()
        self._name = name
        self._runs: list[_Run] = []
        self._tool = ""
        self._told_standings = Told(self._told_standing)

    def enter(self, run: dict[str, Any]) -> None:
        """A run's results begin; ``run`` holds what stood before them."""
        self._run = _Run(run, self._name, self.piles.rules, patient=self._patient)
        self._runs.append(self._run)
        self._tool = tool_name(run)

    def __call__(self, item: Any) -> None:
        run = self._run
        run.count += 1
        if run.count > _RESULT_LIMIT:
            raise EvidenceError(
                "E_TOO_MANY_ITEMS",
                f"a run has more than {_RESULT_LIMIT} results",
                file=self._name,
                hint="split the report",
            )
        draft = _draft(fields(item, "runs[].results[]", self._name), self._name)
        if draft is None:
            return
        if run.rules is None or (draft.artifact is not None and not draft.uri and "artifacts" not in run.run):
            run.waiting.append(draft)
        else:
            self._take(draft, run)

    def take(self, columns: Sequence[Column]) -> bool:
        """Results as the JSON texts of what is ``wanted`` of them; false where only whole results will do."""
        run, count = self._run, len(columns[0])
        if run.count + count > _RESULT_LIMIT:
            return False
        try:
            standings = list(map(self._told_standings.__getitem__, zip(*columns[3:9], strict=True)))
            rules = list(map(run.told.__getitem__, zip(*columns[:3], strict=True)))
            if self._later(rules, standings, columns[10:14]):
                run.count += count
                return True
            identities = list(map(self._identity, *columns[9:12], columns[14]))
        except EvidenceError:
            return False  # the whole result says what is wrong with it
        run.count += count
        parts = zip(rules, standings, *columns[12:14], identities, columns[9], strict=True)
        for rule, number, file, line, identity, message in parts:
            standing = self.piles.standings.values[number]
            if standing is None:
                continue
            draft = _Draft(rule, standing, decoded(file), None, line, identity, decoded(message))
            if run.rules is None:
                run.waiting.append(draft)
            else:
                self._add(self.piles.rules.values[rule], draft, draft.uri)
        return True

    def _later(self, rules: list[int], standings: list[int], columns: Sequence[Column]) -> bool:
        """Leave findings for later, if each of these results has what they are made of without fault."""
        if self._run.rules is None:
            return False
        first, other, *place = columns
        prints = other
        if any(first):
            prints = tuple(one or another for one, another in zip(first, other, strict=True))
        rows = Rows.of(self._tool, rules, standings, (*place, prints))
        return rows is not None and self.piles.later(rows)

    def _identity(self, message: Raw, first: Raw, other: Raw, snippet: Raw) -> str:
        prints = decoded(first) or decoded(other)
        return printed(prints) if prints else _words(decoded(snippet), decoded(message), self._name)

    def _told_standing(self, raws: Column) -> int:
        standing = _standing(dict(zip(_STANDING, map(decoded, raws), strict=True)), self._name)
        return self.piles.standings.of(standing)

    def finish(self) -> None:
        """Make the findings of results that stood before what they refer to."""
        for run in self._runs:
            self._tool = tool_name(run.run)
            for draft in run.waiting:
                self._take(draft, run)
            run.waiting.clear()

    def count_of(self, run: dict[str, Any]) -> int:
        """How many results of any kind stand in the run."""
        return sum(known.count for known in self._runs if known.run is run)

    def overtaken(self) -> bool:
        """Whether a run changed its rules' levels behind its results, so that they must be read again."""
        return any(known.hasty and _overrides(known.run) for known in self._runs)

    def _take(self, draft: _Draft, run: _Run) -> None:
        rule = run.rule(draft.rule)
        self._add(rule, draft, draft.uri or run.place(draft))

    def _add(self, rule: Rule, draft: _Draft, file: str) -> None:
        title = rule.title or intern(_message(draft.message, self._name)[:_SHORT])
        place = file, draft.line
        made = finding_of(self._tool, rule, draft.standing, place, draft.identity, title)
        self.piles.add(draft.standing, made)


def _overrides(run: dict[str, Any]) -> bool:
    found = run.get("invocations")
    listed = found if isinstance(found, list) else []
    return any(isinstance(one, dict) and one.get("ruleConfigurationOverrides") for one in listed)


def _draft(result: dict[str, Any], name: str) -> _Draft | None:
    """What one result says; None where its kind is no finding. What is not needed is not looked at."""
    standing = _standing(result, name)
    if standing is None:
        return None
    get = result.get
    message, rule = get("message"), (get("ruleId"), get("ruleIndex"), get("rule"))
    if message is None and rule == (None, None, None):
        raise EvidenceError("E_MISSING_FIELD", "a result has neither a message nor a rule", file=name)
    uri, artifact, line, snippet = _location(get("locations"), name)
    prints = get("fingerprints") or get("partialFingerprints")
    identity = printed(prints) if prints else _words(snippet, message, name)
    return _Draft(rule, standing, uri, artifact, line, identity, message)


def _standing(result: dict[str, Any], name: str) -> Standing | None:
    get = result.get
    kind = _word(get("kind"), _KINDS, "kind", name)
    if not kind:
        return None
    level = get("level")
    if level is not None and (type(level) is not str or level not in LEVELS):
        level = checked_level(level, name)
    mark = _word(get("baselineState"), _MARKS, "baselineState", name)
    suppressions, properties = get("suppressions") or get("suppressionStates"), get("properties")
    suppressed = bool(suppressions) and _is_suppressed(suppressions, name)
    sure = security_severity(properties) if properties else ""
    if kind == "open" and level is None:
        sure = sure or "unknown"
    return Standing(sure, LEVELS[level] if level else "", mark, suppressed, kind == "open")


def _word(word: Any, known: dict[str | None, str], what: str, name: str) -> str:
    try:
        return known[word]
    except (KeyError, TypeError):
        allowed = ", ".join(one for one in known if one)
        raise EvidenceError(
            "E_ENUM", f"{what} is {str(word)[:40]!r}; expected one of {allowed}", file=name
        ) from None


def _words(snippet: Any, message: Any, name: str) -> str:
    """What a result without fingerprints is known by: its code, else its message, without line numbers."""
    code = fields(snippet, "snippet", name).get("text") if snippet else None
    words = code if isinstance(code, str) and code else _message(message, name)
    return " ".join(_LINE_NUMBER.sub(r"\1", words).split())


def _location(locations: Any, name: str) -> tuple[str, int | None, int | None, Any]:
    """File, index of the file, line and snippet of the first location, checked only where they are odd."""
    if not locations:
        return "", None, None, ""
    if type(locations) is not list:
        require(locations, list, "result.locations", name)
    first = fields(locations[0], "result.locations[]", name)
    physical = first.get("physicalLocation")
    if physical is None:
        return _logical(first, name), None, None, ""
    place = fields(physical, "physicalLocation", name)
    file = fields(place.get("artifactLocation") or place.get("fileLocation") or (), "artifactLocation", name)
    region = fields(place["region"], "region", name) if place.get("region") else {}
    uri, index, line = file.get("uri") or "", file.get("index"), region.get("startLine")
    if type(uri) is not str:
        require(uri, str, "artifactLocation.uri", name)
    if index is not None and type(index) is not int:
        require(index, int, "artifactLocation.index", name)
    if line is not None and type(line) is not int:
        require(line, int, "region.startLine", name)
    return uri, index, line, region.get("snippet")


def _logical(location: dict[str, Any], name: str) -> str:
    """The name of a place that is no file."""
    known = location.get("logicalLocations")
    place = fields(known[0], "logicalLocations[]", name) if isinstance(known, list) and known else location
    found = (
        place.get("fullyQualifiedName") or place.get("fullyQualifiedLogicalName") or place.get("name") or ""
    )
    return require(found, str, "logicalLocations[].fullyQualifiedName", name) if found else ""


def _message(message: Any, name: str) -> str:
    if message is None:
        return ""
    told = fields(message, "result.message", name)
    words = told.get("text") or told.get("markdown")
    if isinstance(words, str):
        return words
    values = told.get("arguments")
    rest = [one for one in values if isinstance(one, str)] if isinstance(values, list) else []
    return " ".join([str(told.get("id") or told.get("messageId") or ""), *rest]).strip()


def _is_suppressed(suppressions: Any, name: str) -> bool:
    """Suppressed unless one of the suppressions is under review or rejected (3.35.3)."""
    for one in require(suppressions, list, "result.suppressions", name):
        told = {} if isinstance(one, str) else fields(one, "result.suppressions[]", name)
        if told.get("status", told.get("state")) in ("underReview", "rejected"):
            return False
    return True
