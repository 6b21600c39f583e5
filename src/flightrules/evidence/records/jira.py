"""Jira issues as decoded by ``reading.json_stream``, made into defect records one at a time.

The state comes from ``statusCategory.key`` alone: status names are free text and translated.
Custom fields have numbers; only the ``names`` of an expanded answer tell what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json_stream import fields
from flightrules.evidence.records.defects import DEFECT_DEFINITIONS, Defect, DefectList, State

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

    Fifty thousand issues share a few hundred users, versions and states: each decoded part is
    understood once and remembered by its value.
    """

    def __init__(self, name: str, custom: Mapping[str, str] | None = None) -> None:
        self.found = DefectList()
        self.pages: list[int] = []
        self._name = name
        self._custom = dict(custom or {})
        self._ratings: dict[Any, tuple[str, str, State]] = {}
        self._placings: dict[Any, Pairs] = {}
        self._owners: dict[Any, Pairs] = {}
        self._labels: dict[Any, tuple[str, ...]] = {}
        self._same: dict[Any, Any] = {}

    def enter(self, _page: dict[str, Any]) -> None:
        """A page begins."""
        self.pages.append(0)

    def __call__(self, item: Any) -> None:
        """One issue."""
        if self.pages:
            self.pages[-1] += 1
        self.found.add(self._defect(fields(item, "issue", self._name)))

    def _defect(self, issue: dict[str, Any]) -> Defect:
        inside = issue.get("fields")
        content = {} if inside is None else fields(inside, "issue.fields", self._name)
        get = content.get
        key = issue.get("key") or issue.get("id")
        if type(key) is not str:
            raise EvidenceError("E_MISSING_FIELD", "an issue has no key", file=self._name)
        rated = get("priority"), get("issuetype"), get("status")
        severity, kind, state = _remembered(self._ratings, rated, self._rating)
        placed = _listed(get("components")), _listed(get("fixVersions"))
        owned = get("assignee"), get("duedate")
        pairs = _remembered(self._placings, placed, _placing) + _remembered(self._owners, owned, _owning)
        if self._custom:
            severity, pairs = self._customised(content, severity, pairs)
        labels, same = _listed(get("labels")), self._same
        return Defect(
            key,
            _text(get("summary")),
            severity,
            state,
            kind,
            "" if state == "done" else _address(issue, key),
            _remembered(self._labels, labels, _texts) if labels else (),
            _remembered(same, pairs, _itself),
            _remembered(same, _text(get("created")), _itself),
            _remembered(same, _text(get("updated")), _itself),
        )

    def _rating(self, rated: tuple[Any, Any, Any]) -> tuple[str, str, State]:
        priority, kind, status = rated
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

    def _customised(self, content: dict[str, Any], severity: str, pairs: Pairs) -> tuple[str, Pairs]:
        """What the named custom fields say goes before what the standard fields say."""
        texts = ((meaning, _text(content.get(key))) for key, meaning in self._custom.items())
        found = {meaning: value for meaning, value in texts if value}
        severity = found.pop("severity", severity)
        kept = [pair for pair in pairs if pair[0] not in found]
        return severity, tuple(sorted([*kept, *found.items()]))


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


def _itself(value: Any) -> Any:
    return value


def _listed(value: Any) -> tuple[Any, ...]:
    """A list in a form that can be a key of memory; what is no list holds nothing."""
    return tuple(value) if type(value) is list else ()


def _placing(placed: tuple[tuple[Any, ...], tuple[Any, ...]]) -> Pairs:
    components, versions = placed
    found = [("component", name) for name in _texts(components)]
    return tuple(found + [("fix_version", name) for name in _texts(versions)])


def _owning(owned: tuple[Any, Any]) -> Pairs:
    assignee, due = owned
    found = (("owner", _text(assignee)), ("resolution_target", _text(due)))
    return tuple(pair for pair in found if pair[1])


def _address(issue: dict[str, Any], key: str) -> str:
    place, found, _ = _text(issue.get("self")).partition("/rest/")
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
