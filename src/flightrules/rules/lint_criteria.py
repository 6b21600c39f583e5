"""Lint of criteria, gates and evidence: what can never be measured, never be met, or blocks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flightrules.rules.criterion import Enforcement, Operator, Rule
from flightrules.rules.finding import LintFinding, own
from flightrules.rules.metrics import METRICS
from flightrules.rules.reach import asks_the_opposite, cannot_fail
from flightrules.rules.render import number, render
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.shape import nearest
from flightrules.rules.source import EvidenceSource, name_key
from flightrules.values import replace

__all__ = ["lint_criteria"]

_SCOPED = frozenset({"tests", "coverage", "load"})
_USUAL = {
    "coverage": "coverage report",
    "findings": "security scan",
    "load": "load test",
    "a11y": "accessibility scan",
    "contracts": "contract verification",
    "api": "API diff tool",
    "defects": "issue tracker",
    "checklist": "release checklist",
    "monitoring": "monitoring snapshot",
    "lighthouse": "Lighthouse run",
}
"""What a method is usually called, to propose where the rulebook knows none."""

_YIELDS = {  # families of the registry of formats in the words of the catalogue of metrics
    "security": ("findings",),
    "performance": ("load",),
    "accessibility": ("a11y", "lighthouse"),
    "contracts": ("contracts", "api"),
    "trackers": ("defects", "checklist"),
}


def lint_criteria(book: Rulebook, families: Mapping[str, str] | None) -> Iterator[LintFinding]:
    """Findings on criteria, then on gates, then on sources."""
    for rule in book.rules:
        yield from _measurable(book, rule, families)
        yield from _meaningful(book, rule)
    yield from _blocks(book)
    yield from _gates(book)
    yield from _sources(book, families)


def _error(code: str, rule: Rule, message: str, suggestion: str) -> LintFinding:
    return LintFinding(code, "error", rule.origin, f"{rule.id}: {message}", suggestion)


def _warning(code: str, rule: Rule, message: str, suggestion: str) -> LintFinding:
    return LintFinding(code, "warning", rule.origin, f"{rule.id}: {message}", suggestion)


def _measurable(book: Rulebook, rule: Rule, families: Mapping[str, str] | None) -> Iterator[LintFinding]:
    criterion = rule.criterion
    if "rulebook" in METRICS[criterion.metric].families:
        return
    if criterion.method is None:
        hint = f"write: {render(replace(criterion, method=_method_for(book, rule, families)))}"
        yield _error("L_NO_METHOD", rule, "says nothing about how it is measured", hint)
        return
    source = book.source(criterion.method)
    if source is None:
        hint = _declare(book, criterion.method)
        yield _error("L_UNKNOWN_METHOD", rule, f"no evidence source is called {criterion.method!r}", hint)
        return
    yield from _family(rule, source, families)
    yield from _parts(book, rule, source)
    yield from _needs(book, rule, source)


def _method_for(book: Rulebook, rule: Rule, families: Mapping[str, str] | None) -> str:
    """A method that could measure it: one that measures its kind already, else by format, else usual."""
    wanted = set(METRICS[rule.criterion.metric].families)
    for one in book.rules:
        if one.criterion.method and wanted & set(METRICS[one.criterion.metric].families):
            return one.criterion.method
    for source in book.sources:
        family = (families or {}).get(source.format or "", "")
        if wanted & set(_YIELDS.get(family, (family,))):
            return source.name
    return next(
        (_USUAL[family] for family in METRICS[rule.criterion.metric].families if family in _USUAL), "CI run"
    )


def _declare(book: Rulebook, method: str) -> str:
    """How an unknown method becomes a known one."""
    for one in book.sources:
        if any(method.casefold().startswith(f"{name.casefold()} ") for name in (one.name, *one.also)):
            return f"add `also: [{method}]` to the source {one.name!r}, or declare it under `evidence`"
    close = nearest(method, [name for one in book.sources for name in (one.name, *one.also)])
    return f"did you mean {close!r}?" if close else f"add `evidence: {{{method}: [path/to/report]}}`"


def _family(rule: Rule, source: EvidenceSource, families: Mapping[str, str] | None) -> Iterator[LintFinding]:
    family = (families or {}).get(source.format or "")
    metric = METRICS[rule.criterion.metric]
    if family is None or family == "generic" or set(_YIELDS.get(family, (family,))) & set(metric.families):
        return  # generic evidence may hold any metric
    message = f"{source.name!r} yields {source.format} ({family}), which cannot measure {metric.title}"
    hint = f"name a method that yields {' or '.join(metric.families)}"
    yield _error("L_METHOD_CANNOT_MEASURE", rule, message, hint)


def _parts(book: Rulebook, rule: Rule, source: EvidenceSource) -> Iterator[LintFinding]:
    criterion = rule.criterion
    parts = [name for name in (criterion.selector("suite"), criterion.scope) if name]
    for name in parts:
        if book.scope(name) is None and not source.covers_part(name):
            vague = "critical" in name.casefold()
            code = "L_CRITICAL_UNDEFINED" if vague else "L_SCOPE_UNDEFINED"
            hint = f"add `scopes: {{{name}: {{tests: [...]}}}}`, or `covers: [{name}]` to {source.name!r}"
            yield _error(code, rule, f"nobody agreed on what {name!r} is in the evidence", hint)
    metric = METRICS[criterion.metric]
    narrowed = parts or criterion.selectors or criterion.environment or source.covers
    if not narrowed and own(rule.origin) and _SCOPED & set(metric.families):
        product = book.product.name or "checkout service"
        hint = f"write: {render(replace(criterion, scope=product))}"
        yield _warning("L_NO_SCOPE", rule, "says nothing about the part of the product it is for", hint)
    if criterion.environment and book.environments and book.environment(criterion.environment) is None:
        names = [name for one in book.environments for name in (one.id, *one.also)]
        close = nearest(criterion.environment, names)
        hint = (
            f"did you mean {close!r}?"
            if close
            else f"add it under `environments`: known are {', '.join(names)}"
        )
        yield _warning(
            "L_UNKNOWN_ENVIRONMENT", rule, f"no environment is called {criterion.environment!r}", hint
        )


def _needs(book: Rulebook, rule: Rule, source: EvidenceSource) -> Iterator[LintFinding]:
    metric = rule.criterion.metric
    if metric.endswith(".new") and not source.baseline and own(rule.origin):
        message = f"NEW needs something to compare with and {source.name!r} names no baseline"
        yield _warning("L_NO_BASELINE", rule, message, "add `baseline: [path/to/last/report]` to the source")
    if metric == "coverage.new_lines" and not source.compare_with:
        message = f"new code is what changed since a base and {source.name!r} names none"
        yield _warning("L_NO_BASE", rule, message, "add `compare_with: origin/main` to the source")
    for name, fact in (("defects.density", "kloc"), ("load.projected_share", "projected_rps")):
        if metric == name and getattr(book.release, fact) is None and own(book.origin):
            message = f"it is computed with release.{fact}, which is not stated"
            yield _warning("L_MISSING_FACT", rule, message, f"add `release: {{{fact}: ...}}`")


def _meaningful(book: Rulebook, rule: Rule) -> Iterator[LintFinding]:
    criterion, metric = rule.criterion, METRICS[rule.criterion.metric]
    if asks_the_opposite(criterion):
        right = Operator.AT_LEAST if metric.better == "higher" else Operator.AT_MOST
        message = (
            f"{metric.better} is better for {metric.title}, and {criterion.operator} asks for the opposite"
        )
        hint = f"write: {render(replace(criterion, operator=right))}"
        yield _warning("W_DIRECTION", rule, message, hint)
    if cannot_fail(criterion):
        message = f"every value is {criterion.operator} {number(criterion.threshold)}, so it decides nothing"
        yield _error("L_ALWAYS_TRUE", rule, message, "choose a threshold that can be missed")
    if metric.better == "lower" and criterion.operator is Operator.LESS and criterion.threshold == 0:
        hint = f"write: {render(replace(criterion, operator=Operator.EQUAL))}"
        yield _error("L_NEVER_TRUE", rule, "nothing is less than zero, so it can never be met", hint)
    yield from _waivable(book, rule)


def _waivable(book: Rulebook, rule: Rule) -> Iterator[LintFinding]:
    if rule.enforcement is Enforcement.WAIVABLE and not rule.waivable_by:
        hint = "add `waivable_by: [qa_lead]`"
        yield _warning("L_WAIVABLE_BY_NOBODY", rule, "is waivable and does not say by whom", hint)
    for name in rule.waivable_by:
        role = book.authority.role(name)
        if role is not None and not role.may_waive and any(one.may_waive for one in book.authority.roles):
            message = f"{name!r} is to waive it and has no power to waive"
            yield _error(
                "L_WAIVER_POWERLESS",
                rule,
                message,
                f"add `authority: {{roles: {{{name}: {{may_waive: yes}}}}}}`",
            )


def _blocks(book: Rulebook) -> Iterator[LintFinding]:
    if not book.rules:
        hint = "add `criteria:`, or `extends: web-feature`"
        yield LintFinding("L_NO_CRITERIA", "error", book.origin, "the rulebook holds no criterion", hint)
    elif not book.blocking():
        message = f"all {len(book.rules)} criteria are advisory, so nothing ever blocks"
        yield LintFinding(
            "W_NOTHING_BLOCKS", "warning", book.origin, message, "make at least one criterion blocking"
        )


def _gates(book: Rulebook) -> Iterator[LintFinding]:
    named = {name for gate in book.gates for name in gate.criteria}
    for rule in book.rules:
        if rule.id not in named:
            hint = "name it in a gate, or add a gate of `kind: exit`"
            yield _warning("L_IN_NO_GATE", rule, "stands in no gate, so it decides nothing", hint)
    for gate in book.gates:
        powerless = [
            name for name in gate.sign_off if (role := book.authority.role(name)) and not role.may_sign
        ]
        if len(gate.sign_off) - len(powerless) < (gate.quorum or len(gate.sign_off)):
            message = f"{gate.id}: nobody can satisfy it; these roles may not sign: {', '.join(powerless)}"
            hint = "give them `may_sign: yes`, or choose a preset such as `authority: {preset: qa-led}`"
            yield LintFinding("L_GATE_UNSATISFIABLE", "error", gate.origin, message, hint)
        if gate.kind == "stage" and not gate.blocks and own(gate.origin):
            message = f"{gate.id}: does not say what it blocks"
            yield LintFinding(
                "L_BLOCKS_NOTHING", "warning", gate.origin, message, "add `blocks: merge to trunk`"
            )


def _sources(book: Rulebook, families: Mapping[str, str] | None) -> Iterator[LintFinding]:
    used = {name_key(rule.criterion.method) for rule in book.rules if rule.criterion.method}
    for source in book.sources:
        names = {name_key(name) for name in (source.name, *source.also)}
        if own(source.origin) and not names & used:
            message = f"no criterion is measured by {source.name!r}"
            yield LintFinding(
                "L_UNUSED_SOURCE", "warning", source.origin, message, "use it in a sentence, or remove it"
            )
        if families is not None and source.format is not None and source.format not in families:
            close = nearest(source.format, tuple(families))
            hint = f"did you mean {close!r}?" if close else "see `flightrules formats`"
            message = f"{source.name}: no format is called {source.format!r}"
            yield LintFinding("L_UNKNOWN_FORMAT", "error", source.origin, message, hint)
