"""SARIF rules: which rule a result means, its level and severity (SARIF 2.1.0, 3.27.5 to 3.27.10, 3.52)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json import require
from flightrules.evidence.reading.json_stream import fields
from flightrules.evidence.reading.text import decimal
from flightrules.evidence.records.findings import severity_of_cvss
from flightrules.values import NamedTuple

__all__ = ["LEVELS", "Rule", "Rules", "checked_level", "security_severity"]

LEVELS = {"error": "high", "warning": "medium", "note": "low", "none": "info"}

_SHORT = 200
_OLD_LEVELS = {"open": "warning", "default": "warning", "notApplicable": "none", "pass": "none"}


class Rule(NamedTuple):
    """What results of one rule share; ``severity`` is set where the rule has a security severity."""

    id: str
    title: str = ""
    level: str = "warning"
    severity: str = ""


class Rules:
    """The rules of one run: those of the driver, of extensions, and overrides of the configuration."""

    def __init__(self, run: dict[str, Any], name: str) -> None:
        """Index the rules; ``run`` must hold its tool already."""
        self._name = name
        tool = require(run.get("tool"), dict, "runs[].tool", name)
        driver = require(tool.get("driver", tool), dict, "runs[].tool.driver", name)
        extensions = require(tool.get("extensions") or [], list, "tool.extensions", name)
        self._components = [self._rules_of(driver)]
        self._components += [
            self._rules_of(require(one, dict, "tool.extensions[]", name)) for one in extensions
        ]
        self._names = [driver.get("name"), *(one.get("name") for one in extensions)]
        self._by_id: dict[str, Rule] = {}
        for rule in self._resources(run) + [rule for rules in self._components for rule in rules or ()]:
            self._by_id.setdefault(rule.id, rule)
        self._overrides: dict[str, str] = {}
        self._override(run)

    def find(self, rule_id: str | None, index: int | None, reference: Any) -> Rule:
        """The rule of a result by its ``ruleId``, ``ruleIndex`` and ``rule``.

        Raises:
            EvidenceError: E_REFERENCE for an index that points at nothing, E_WRONG_TYPE.
        """
        component: list[Rule] | None = self._components[0]
        if reference is not None:
            told = fields(reference, "result.rule", self._name)
            component = self._component(told.get("toolComponent"))
            rule_id = told.get("id") if rule_id is None else rule_id
            index = told.get("index") if index is None else index
        if rule_id is not None:
            require(rule_id, str, "result.ruleId", self._name)
        found = self._at(component, index, known=rule_id is not None)
        if found is not None and (
            rule_id is None or rule_id == found.id or rule_id.startswith(found.id + "/")
        ):
            found = found._replace(id=rule_id or found.id)
        else:
            found = self._named(rule_id or "")
        level = self._overrides.get(found.id)
        return found if level is None else found._replace(level=level)

    def _named(self, rule_id: str) -> Rule:
        """The rule of that id, or of the id that it refines (``CA1000/1`` refines ``CA1000``)."""
        found = self._by_id.get(rule_id) or self._by_id.get(rule_id.rpartition("/")[0])
        return found._replace(id=rule_id) if found is not None else Rule(rule_id)

    def _at(self, rules: list[Rule] | None, index: Any, *, known: bool) -> Rule | None:
        if index is None or index == -1:
            return None
        at: int = require(index, int, "result.ruleIndex", self._name)
        if rules is not None and 0 <= at < len(rules):
            return rules[at]
        if rules is None and known and at >= 0:
            return None  # the tool leaves its rules out altogether and names them in the results
        raise EvidenceError("E_REFERENCE", f"ruleIndex {index} points at no rule", file=self._name)

    def _component(self, reference: Any) -> list[Rule] | None:
        if reference is None:
            return self._components[0]
        told = fields(reference, "result.rule.toolComponent", self._name)
        index: Any = told.get("index")
        if index is None:
            wanted = told.get("name")
            known = wanted is not None and wanted in self._names
            return self._components[self._names.index(wanted) if known else 0]
        at: int = require(index, int, "result.rule.toolComponent.index", self._name) + 1
        if not 0 <= at < len(self._components):
            raise EvidenceError(
                "E_REFERENCE", f"toolComponent.index {index} points at nothing", file=self._name
            )
        return self._components[at]

    def _rules_of(self, component: dict[str, Any]) -> list[Rule] | None:
        rules = component.get("rules")
        if rules is None:
            return None
        return [self._rule(one) for one in require(rules, list, "rules", self._name)]

    def _rule(self, one: Any, level_key: str = "defaultConfiguration") -> Rule:
        rule = require(one, dict, "rules[]", self._name)
        configuration = require(rule.get(level_key) or {}, dict, f"rules[].{level_key}", self._name)
        level = configuration.get("level", configuration.get("defaultLevel", "warning"))
        title = rule.get("shortDescription") or rule.get("name") or ""
        if isinstance(title, dict):
            title = title.get("text", "")
        return Rule(
            require(rule.get("id", ""), str, "rules[].id", self._name),
            title[:_SHORT] if isinstance(title, str) else "",
            checked_level(level, self._name),
            security_severity(rule.get("properties")),
        )

    def _resources(self, run: dict[str, Any]) -> list[Rule]:
        """SARIF 2.0.0 keeps its rules in ``resources``, by key or as a list."""
        resources = run.get("resources")
        rules = resources.get("rules") if isinstance(resources, dict) else None
        listed = list(rules.values()) if isinstance(rules, dict) else rules if isinstance(rules, list) else []
        return [self._rule(one, "configuration") for one in listed]

    def _override(self, run: dict[str, Any]) -> None:
        """Levels that the invocation set in place of the defaults."""
        for invocation in require(run.get("invocations") or [], list, "invocations", self._name):
            overrides = invocation.get("ruleConfigurationOverrides") if isinstance(invocation, dict) else None
            for one in require(overrides or [], list, "ruleConfigurationOverrides", self._name):
                self._override_one(require(one, dict, "ruleConfigurationOverrides[]", self._name))

    def _override_one(self, one: dict[str, Any]) -> None:
        level = require(one.get("configuration") or {}, dict, "override.configuration", self._name).get(
            "level"
        )
        told = require(one.get("descriptor"), dict, "override.descriptor", self._name)
        rule = self.find(told.get("id"), told.get("index"), told if told.get("toolComponent") else None)
        if level is not None:
            self._overrides[rule.id] = checked_level(level, self._name)


def security_severity(properties: Any) -> str:
    """The severity band of ``properties.security-severity``, a CVSS score; empty where there is none."""
    found = dict(properties) if isinstance(properties, (dict, tuple)) else {}
    score = found.get("security-severity")
    if isinstance(score, str):
        try:
            score = decimal(score.strip(), "security-severity", "")
        except EvidenceError:
            return ""
    if isinstance(score, bool) or not isinstance(score, (int, Decimal)):
        return ""
    band = severity_of_cvss(score)
    return "" if band == "unknown" else band


def checked_level(word: Any, name: str) -> str:
    """The level, if it is one; words of earlier drafts are read as what they became.

    Raises:
        EvidenceError: E_ENUM.
    """
    if isinstance(word, str) and word in LEVELS:
        return word
    if isinstance(word, str) and word in _OLD_LEVELS:
        return _OLD_LEVELS[word]
    raise EvidenceError(
        "E_ENUM", f"level is {str(word)[:40]!r}; expected one of {', '.join(LEVELS)}", file=name
    )
