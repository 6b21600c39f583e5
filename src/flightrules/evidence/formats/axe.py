"""axe-core results in five shapes: reporters v1, v2, raw, the command line's list of pages, bare violations.

One violation is one element that breaks one rule. ``incomplete`` results need a person and are no violations.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.violations import VIOLATION_DEFINITIONS, Violation, Violations, violation
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Violations, one for each element and rule.

    Raises:
        EvidenceError: E_NO_RUNS where nothing shows that rules were run, E_SCAN_FAILED, E_CONTRADICTION,
            E_WRONG_TYPE, E_MISSING_FIELD.
    """
    pages = _Pages(source.name)
    document = decode(source, free_text=True)
    if isinstance(document, list):
        pages.several(objects(document, "the report", source.name))
    else:
        pages.page(mapping(document, "the report", source.name))
    return Reading(
        "axe",
        Violations(pages.found),
        notices=pages.notices(),
        facts=pages.facts,
        definitions=dict(VIOLATION_DEFINITIONS),
    )


_RESULTS = ("passed", "failed", "inapplicable", "cantTell", "")


class _Pages:
    def __init__(self, name: str) -> None:
        self._name = name
        self.found: list[Violation] = []
        self.facts: dict[str, str] = {"tool": "axe-core"}
        self._incomplete = 0

    def several(self, items: list[dict[str, Any]]) -> None:
        """A list: of pages, of raw rules, or of violations alone."""
        if not items:
            raise self._nothing("the list is empty")
        for item in items:
            if "violations" in item and "result" not in item and "id" not in item:
                self.page(item)
            elif "result" in item or "violations" in item:
                self._raw_rule(item)
            else:
                self._rule(item, item.get("nodes"), "")

    def page(self, page: dict[str, Any]) -> None:
        """One page's results. A page without any tested rule proves nothing."""
        if "violations" not in page and page.get("error"):
            message = f"axe failed: {str(page['error'])[:200]}"
            raise EvidenceError("E_SCAN_FAILED", message, file=self._name, hint="mend the scan and repeat it")
        name = self._name
        violations = objects(page.get("violations"), "violations", name)
        groups = {
            key: objects(page.get(key), key, name, optional=True)
            for key in ("passes", "incomplete", "inapplicable")
        }
        if not violations and not any(groups.values()):
            raise self._nothing("no rule passed, failed or was found inapplicable")
        url = text(page, "url")
        for rule in violations:
            self._rule(rule, rule.get("nodes"), url)
        self._incomplete += len(groups["incomplete"])
        facts = {
            "tool_version": text(page, "testEngine", "version"),
            "taken_at": text(page, "timestamp"),
        }
        self.facts.update({key: value for key, value in facts.items() if value})

    def notices(self) -> tuple[Notice, ...]:
        """Rules that axe could not decide."""
        if not self._incomplete:
            return ()
        return (Notice("W_NOT_TESTED", f"axe could not decide {self._incomplete} rules; they need a person"),)

    def _raw_rule(self, rule: dict[str, Any]) -> None:
        nodes = objects(rule.get("violations"), "violations", self._name, optional=True)
        if text(rule, "result") == "failed" and not nodes:
            raise EvidenceError(
                "E_CONTRADICTION", f"the rule {text(rule, 'id')} failed on no element", file=self._name
            )
        result = text(rule, "result")
        if result not in _RESULTS:
            raise EvidenceError(
                "E_ENUM", f"the result {result[:40]!r} is none of {', '.join(_RESULTS)}", file=self._name
            )
        self._incomplete += result == "cantTell"
        if nodes:
            self._rule(rule, nodes, text(rule, "url"))

    def _rule(self, rule: dict[str, Any], nodes: Any, url: str) -> None:
        identity = require(rule.get("id"), str, "a violation's id", self._name)
        tags = tuple(
            tag for tag in require(rule.get("tags") or [], list, "tags", self._name) if isinstance(tag, str)
        )
        found = objects(nodes, f"{identity}.nodes", self._name)
        if not found:
            raise EvidenceError(
                "E_CONTRADICTION", f"the rule {identity} is violated by no element", file=self._name
            )
        for node in found:
            inner = node.get("node")
            place = inner if isinstance(inner, dict) else node
            target = _target(place.get("target", place.get("selector")))
            impact = text(node, "impact") or text(rule, "impact")
            self.found.append(violation(identity, impact, tags, url, target, text(rule, "help")))

    def _nothing(self, why: str) -> EvidenceError:
        hint = "check that the page loaded and that axe ran its rules"
        return EvidenceError(
            "E_NO_RUNS", f"nothing shows that rules were run: {why}", file=self._name, hint=hint
        )


def _target(value: Any) -> str:
    """A selector; elements inside frames and shadow trees have a list of them, possibly nested."""
    if isinstance(value, list):
        return " >> ".join(_target(one) for one in value[:50])
    return value if isinstance(value, str) else ""
