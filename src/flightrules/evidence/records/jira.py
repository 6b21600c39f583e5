"""Jira issues as decoded by ``reading.json_stream``, made into defect records one at a time.

The state comes from ``statusCategory.key`` alone: status names are free text and translated.
Custom fields have numbers; only the ``names`` of an expanded answer tell what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import add
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json_shapes import Column, Kind, Path, Told, decoded
from flightrules.evidence.reading.json_stream import fields
from flightrules.evidence.records.defects import DEFECT_DEFINITIONS, Defect, DefectList, Late, Sort, State

__all__ = ["JIRA_STATES", "JiraIssues", "custom_meaning", "jira_reading", "known_custom_fields"]

Pairs = tuple[tuple[str, str], ...]

JIRA_STATES: dict[str, State] = {"done": "done", "new": "open", "indeterminate": "open"}
_MEANINGS = {
    "severity": "severity",
    "defect severity": "severity",
    "bug severity": "severity",
    "affected users": "affected_users",
    "users affected": "affected_users",
    "affected users estimate": "affected_users",
    "mitigation": "mitigation",
    "workaround": "mitigation",
    "business impact": "business_impact",
    "monitoring": "monitoring",
    "resolution target": "resolution_target",
    "target date": "resolution_target",
}
_FIELDS = (
    *("summary", "created", "updated", "labels"),
    *("priority", "issuetype", "status"),
    *("components", "fixVersions"),
    *("assignee", "duedate"),
)
_RATED, _PLACED, _OWNED, _CUSTOM = slice(6, 9), slice(9, 11), slice(11, 13), slice(13, None)
_MEMORY = 4096
_TEXT_DEPTH = 12


def known_custom_fields(names: Any) -> dict[str, str]:
    """Which custom fields hold what we know by name, from the ``names`` of an answer."""
    if not isinstance(names, (dict, tuple)):
        return {}
    pairs = ((key, custom_meaning(str(title))) for key, title in dict(names).items())
    return {key: meaning for key, meaning in pairs if meaning and key.startswith("customfield_")}


def custom_meaning(title: str) -> str:
    """What a custom field of this name holds, in our words; empty where we do not know it."""
    return _MEANINGS.get(title.strip().casefold(), "")


def jira_reading(format_name: str, found: DefectList, notices: Sequence[Notice] = ()) -> Reading:
    """The reading of Jira issues."""
    return Reading(
        format_name,
        found.defects(),
        notices=(*notices, *found.notices()),
        facts={"tool": "Jira"},
        definitions={**DEFECT_DEFINITIONS, "state": "statusCategory.key, never the status name"},
    )


class JiraIssues:
    """Takes issues from a stream; ``pages`` counts them for each page of the answer.

    Fifty thousand issues share a few hundred users, versions and states: each part is understood once and
    remembered, by its JSON text where the stream gives texts, else by its decoded value.
    """

    def __init__(self, name: str, custom: Mapping[str, str] | None = None) -> None:
        self.found = DefectList()
        self.pages: list[int] = []
        self._name = name
        self._custom = dict(custom or {})
        self.wanted: dict[Path, Kind] = {("key",): "text", ("self",): "any"}
        self.wanted |= {("fields", one): "any" for one in (*_FIELDS, *self._custom)}
        self._ratings: dict[Any, Sort] = {}
        self._placings: dict[Any, Pairs] = {}
        self._owners: dict[Any, Pairs] = {}
        self._labels: dict[Any, tuple[str, ...]] = {}
        self._same: dict[Any, Any] = {}
        self._told_rating = Told(lambda raws: self._rating(*map(decoded, raws)))
        self._told_placing = Told(lambda raws: _placing([_listed(decoded(one)) for one in raws]))
        self._told_owning = Told(lambda raws: _owning(map(decoded, raws)))

    def enter(self, _page: dict[str, Any]) -> None:
        """A page begins."""
        self.pages.append(0)

    def __call__(self, item: Any) -> None:
        """One issue."""
        if self.pages:
            self.pages[-1] += 1
        self.found.add(self._defect(fields(item, "issue", self._name)))

    def take(self, columns: Sequence[Column]) -> bool:
        """Issues as the JSON texts of what is ``wanted`` of them; false where something is wrong with one."""
        try:
            ratings = list(map(self._told_rating.__getitem__, zip(*columns[_RATED], strict=True)))
        except EvidenceError:
            return False  # the whole issue says what is wrong
        placings = list(map(self._told_placing.__getitem__, zip(*columns[_PLACED], strict=True)))
        owners = list(map(self._told_owning.__getitem__, zip(*columns[_OWNED], strict=True)))
        if self._custom:
            rows = zip(*columns[_CUSTOM], strict=True)
            contents = [dict(zip(self._custom, map(decoded, row), strict=True)) for row in rows]
            pairs = map(add, placings, owners)
            told = [self._customised(*one) for one in zip(contents, ratings, pairs, strict=True)]
            ratings, placings = [one for one, _ in told], [one for _, one in told]
            owners = [()] * len(told)
        ids, texts = list(map(decoded, columns[0])), list(map(_lined, columns[1:6]))
        self.found.add_later(ids, Late(ratings, partial(_records, ids, texts, ratings, placings, owners)))
        if self.pages:
            self.pages[-1] += len(ratings)
        return True

    def fresh(self) -> JiraIssues:
        """Another one, which has taken no issue."""
        return JiraIssues(self._name, self._custom)

    def part(self) -> tuple[DefectList, int]:
        """The issues of one page or a part of it, and their number."""
        return self.found, self.pages[-1]

    def join(self, part: tuple[DefectList, int]) -> bool:
        """Take the rest of the last page; false where an issue of it is known."""
        found, count = part
        self.pages[-1] += count
        return self.found.join(found)

    def _defect(self, issue: dict[str, Any]) -> Defect:
        inside = issue.get("fields")
        content = {} if inside is None else fields(inside, "issue.fields", self._name)
        get = content.get
        key = issue.get("key") or issue.get("id")
        if type(key) is not str:
            raise EvidenceError("E_MISSING_FIELD", "an issue has no key", file=self._name)
        rated = get("priority"), get("issuetype"), get("status")
        rating = _remembered(self._ratings, rated, lambda told: self._rating(*told))
        placed = _listed(get("components")), _listed(get("fixVersions"))
        owned = get("assignee"), get("duedate")
        pairs = _remembered(self._placings, placed, _placing) + _remembered(self._owners, owned, _owning)
        if self._custom:
            rating, pairs = self._customised(content, rating, pairs)
        labels = _remembered(self._labels, _listed(get("labels")), _texts)
        severity, kind, state = rating
        same = self._same
        return Defect(
            key,
            _text(get("summary")),
            severity,
            state,
            kind,
            "" if state == "done" else _address(issue.get("self"), key),
            labels,
            _remembered(same, pairs, _itself),
            _remembered(same, _text(get("created")), _itself),
            _remembered(same, _text(get("updated")), _itself),
        )

    def _rating(self, priority: Any, kind: Any, status: Any) -> Sort:
        return self._named(priority, "priority"), self._named(kind, "issuetype"), self._state(status)

    def _state(self, status: Any) -> State:
        if status is None:
            return "unknown"
        category = fields(status, "issue.fields.status", self._name).get("statusCategory")
        if category is None:
            return "unknown"
        key = fields(category, "issue.fields.status.statusCategory", self._name).get("key")
        return JIRA_STATES.get(key, "unknown") if isinstance(key, str) else "unknown"

    def _named(self, value: Any, key: str) -> str:
        return "" if value is None else _text(fields(value, f"issue.fields.{key}", self._name).get("name"))

    def _customised(self, content: dict[str, Any], rating: Sort, pairs: Pairs) -> tuple[Sort, Pairs]:
        """What the named custom fields say goes before what the standard fields say."""
        texts = ((meaning, _text(content.get(key))) for key, meaning in self._custom.items())
        found = {meaning: value for meaning, value in texts if value}
        severity = found.pop("severity", rating[0])
        kept = [pair for pair in pairs if pair[0] not in found]
        return (severity, *rating[1:]), tuple(sorted([*kept, *found.items()]))


def _remembered(memory: dict[Any, Any], raw: Any, understand: Callable[[Any], Any]) -> Any:
    """What ``understand`` makes of the value, remembered while there is room and the value can be a key."""
    try:
        return memory[raw]
    except KeyError:
        made = understand(raw)
        if len(memory) < _MEMORY:
            memory[raw] = made
        return made
    except TypeError:
        return understand(raw)


def _lined(column: Column) -> str:
    """JSON texts in one, a line for each, empty for nothing; ends of lines inside stand between tokens."""
    text = "\n".join([one or "" for one in column])
    if text.count("\n") < len(column):
        return text
    return "\n".join([(one or "").replace("\n", " ") for one in column])


def _records(
    ids: Sequence[str],
    texts: Sequence[str],
    ratings: Iterable[Sort],
    placings: Iterable[Pairs],
    owners: Iterable[Pairs],
) -> Iterator[Defect]:
    """The issues of which some parts are understood, and of the others the JSON texts are at hand."""
    columns = [[decoded(one or None) for one in text.split("\n")] for text in texts]
    pairs = map(add, placings, owners)
    for key, address, summary, created, updated, labels, (severity, kind, state), pair in zip(
        ids, *columns, ratings, pairs, strict=True
    ):
        url = "" if state == "done" else _address(address, key)
        title, named = _text(summary), _texts(_listed(labels))
        yield Defect(key, title, severity, state, kind, url, named, pair, _text(created), _text(updated))


def _itself(value: Any) -> Any:
    return value


def _listed(value: Any) -> tuple[Any, ...]:
    """A list in a form that can be a key of memory; what is no list holds nothing."""
    return tuple(value) if type(value) is list else ()


def _placing(placed: Iterable[tuple[Any, ...]]) -> Pairs:
    components, versions = placed
    found = [("component", name) for name in _texts(components)]
    return tuple(found + [("fix_version", name) for name in _texts(versions)])


def _owning(owned: Iterable[Any]) -> Pairs:
    assignee, due = owned
    found = (("owner", _text(assignee)), ("resolution_target", _text(due)))
    return tuple(pair for pair in found if pair[1])


def _address(address: Any, key: str) -> str:
    place, found, _ = _text(address).partition("/rest/")
    return f"{place}/browse/{key}" if found else ""


def _texts(values: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(sorted({_text(one) for one in values} - {""}))


def _text(value: Any, depth: int = 0) -> str:
    """What a person would read in a field: text, an option's value, a user's name, a rich text's words."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool) or depth > _TEXT_DEPTH:
        return ""
    if isinstance(value, (tuple, dict)):
        inner = dict(value)
        keys = ("displayName", "name", "value", "text", "content")
        return next((found for key in keys if (found := _text(inner.get(key), depth + 1))), "")
    if isinstance(value, list):
        return " ".join(found for one in value if (found := _text(one, depth + 1)))
    return str(value)
