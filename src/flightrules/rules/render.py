"""Criterion to text: the one canonical sentence, which parses back to the same criterion."""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.rules.criterion import Criterion
from flightrules.rules.levels import DEFECT_LEVELS, FINDING_LEVELS
from flightrules.rules.metrics import METRICS
from flightrules.rules.quantity import may_be_thousands

__all__ = ["number", "render"]

_PLAIN = re.compile(r"[^\W_](?:[\w\-\/.:+#&'*@~]*[\w\/#*+])?")
_RESERVED = frozenset(
    [
        "no",
        "every",
        "each",
        "all",
        "has",
        "have",
        "for",
        "under",
        "at",
        "measured",
        "by",
        "with",
        "where",
        "on",
        "in",
        "against",
        "from",
        "as",
        "excluding",
        "if",
        "when",
        "or",
        "and",
        "below",
        "above",
        "equals",
        "equal",
        "is",
        "are",
        "must",
        "shall",
        "does",
        "not",
        "less",
        "more",
        "fewer",
        "greater",
        "the",
        "a",
        "an",
        "our",
        "quarantine",
    ]
)


def render(criterion: Criterion) -> str:
    """The canonical sentence, with a full stop."""
    parts = [_head(criterion)]
    if criterion.requires and criterion.metric != "defects.undocumented":
        parts.append("each with " + ", ".join(_name(name) for name in criterion.requires))
    parts += _clauses(criterion)
    return " ".join(parts) + "."


def number(value: Decimal) -> str:
    """A decimal without exponent and without needless zeros: ``97``, ``0.5``."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _head(criterion: Criterion) -> str:
    if criterion.metric == "defects.undocumented":
        severity = criterion.selector("severity")
        level = f"{severity.replace('|', '/')} " if severity and not _own_levels(criterion) else ""
        return f"Every open {level}defect has: " + ", ".join(_name(name) for name in criterion.requires)
    unit = {"%": "%", "ms": " ms", "s": " s", "1/s": " rps", "1/KLOC": " defects/KLOC"}.get(
        criterion.unit, ""
    )
    title = _title(criterion)
    if criterion.metric != "load.percentile":
        title = title[:1].upper() + title[1:]
    threshold = (
        _counted(criterion.threshold) if criterion.unit in ("1", "1/s") else number(criterion.threshold)
    )
    return f"{title} {criterion.operator} {threshold}{unit}"


def _counted(value: Decimal) -> str:
    """A count or a load, never so that it could be read as a thousand times as much."""
    text = number(value)
    return f"{text}0" if may_be_thousands(text) else text


def _title(criterion: Criterion) -> str:
    title = METRICS[criterion.metric].title
    if criterion.metric == "checklist.done_rate":
        return f'checklist "{criterion.selector("checklist")}"'
    if criterion.metric == "monitoring.value":
        return f'monitored value "{criterion.selector("series")}"'
    if criterion.metric == "load.percentile":
        return f"p{criterion.selector('percentile')} {title}"
    if criterion.metric == "lighthouse.score":
        return f"{(criterion.selector('category') or '').replace('-', ' ')} score"
    severity = criterion.selector("severity")
    if severity and criterion.metric.startswith("defects") and not _own_levels(criterion):
        return title.replace("defect", f"{severity.replace('|', '/')} defect")
    if severity and criterion.metric.startswith("findings"):
        return title.replace("finding", f"{severity.replace('|', '/').upper()} finding")
    impact = (criterion.selector("impact") or "").replace("|", "/")
    narrow = criterion.selector("suite") or criterion.selector("standard")
    return " ".join(part for part in (impact, narrow, title) if part)


def _own_levels(criterion: Criterion) -> list[str]:
    """Severities, where one of them is a word of the rulebook's own scheme: no sentence begins with it."""
    words = (criterion.selector("severity") or "").split("|")
    known = {*FINDING_LEVELS, *DEFECT_LEVELS}
    return [] if known.issuperset(word.lower() for word in words if word) else words


def _clauses(criterion: Criterion) -> list[str]:
    load = criterion.load
    load_units = {"users": " users", "rps": " RPS", "projected": "% of projected load"}
    accepted_by = criterion.selector("accepted_by")
    pairs = [
        ("for the", _name(criterion.scope)),
        ("of severity", " or ".join(map(_name, _own_levels(criterion)))),
        ("under", f"{_counted(load.amount)}{load_units[load.unit]}" if load else ""),
        ("excluding", '"tests in the quarantine list"' if criterion.selector("quarantine") else ""),
        ("measured by the", _name(criterion.method)),
        ("with", criterion.condition or ""),
        ("in", _name(criterion.environment)),
        ("as of build", _name(criterion.build)),
        ("at", _name(criterion.moment)),
        ("if release touches", _touches(criterion)),
    ]
    if accepted_by:
        pairs.insert(3, ("by", _name(accepted_by)))
    return [f"{lead} {text}" for lead, text in pairs if text] + _remarks(criterion)


def _remarks(criterion: Criterion) -> list[str]:
    tracked = ["(tracked, not blocking)"] if criterion.tracked else []
    return tracked + ([f"({criterion.note})"] if criterion.note else [])


def _touches(criterion: Criterion) -> str:
    return ", ".join(_name(word) for word in criterion.applies_when)


def _name(text: str | None) -> str:
    """A name as it stands in a sentence; in quotes where it holds a keyword or a sign."""
    if not text:
        return ""
    words = text.split(" ")
    plain = all(_PLAIN.fullmatch(word) and word.lower() not in _RESERVED for word in words)
    starts_well = not words[0][:1].isdigit() or len(words) == 1
    return text if plain and starts_well else f'"{text}"'
