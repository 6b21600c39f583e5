"""What a sentence's subject means: which metric of the catalogue, narrowed by which selectors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flightrules.errors import RulebookError
from flightrules.patterns import late
from flightrules.rules.levels import FINDING_LEVELS, IMPACTS, UPWARDS, impacts, severities
from flightrules.rules.metrics import METRICS, Metric
from flightrules.rules.rewritten import elsewhere, rewritten
from flightrules.rules.sentence import near, refused
from flightrules.values import frozen

__all__ = ["Subject", "level_selectors", "of_new_code", "read_subject", "suite_of"]

_PERCENTILE = late(r"p([0-9]{1,2}(?:\.[0-9]+)?)\Z", re.IGNORECASE)
_ORDINAL = late(r"([0-9]{1,2}(?:\.[0-9]+)?)(?:st|nd|rd|th)\Z", re.IGNORECASE)
_MEDIAN = "50"
_STATISTICS = frozenset(["average", "mean", "avg", "max", "maximum", "longest", "slowest"])
_DURATIONS = frozenset(["load.percentile", "load.mean", "load.max"])
_NO_PERCENTILE = _STATISTICS | {"worst", "min", "minimum", "best"}
_DEFECT_LEVEL = late(r"p[1-4](?:[/|]p[1-4])*\Z", re.IGNORECASE)
_FINDING_LEVELS = frozenset(FINDING_LEVELS)
_IMPACTS = frozenset(IMPACTS)
_SUITES = frozenset(
    [
        "regression",
        "critical-path",
        "critical",
        "smoke",
        "unit",
        "integration",
        "contract",
        "e2e",
        "end-to-end",
        "system",
        "acceptance",
        "sit",
        "uat",
        "cross-browser",
        "browser",
        "targeted",
        "chrome",
        "firefox",
        "safari",
    ]
)
_NEW_CODE = late(
    r"(?:the )?(?:new|changed|modified|added)[ -](?:code|lines?|statements?|(?P<files>files?))", re.IGNORECASE
)
_KNOWS_NEW = frozenset(["findings", "a11y", "defects", "api"])
"""Families in which the word leaves nothing out: what is new is told apart, or everything counts."""

_CATEGORIES = {
    "performance": "performance",
    "accessibility": "accessibility",
    "practices": "best-practices",
    "best-practices": "best-practices",
    "seo": "seo",
    "pwa": "pwa",
}
"""Of Lighthouse, which scores each on its own."""

_STANDARDS = frozenset(["wcag", "2.0", "2.1", "2.2", "a", "aa", "aaa"])
_FILLER = frozenset(["the", "a", "an", "of", "our", "new-code"]) - {"new-code"}


@frozen
class Subject:
    """A metric and what narrows it."""

    metric: Metric
    selectors: dict[str, str]


def read_subject(tokens: list[Any], place: dict[str, Any]) -> Subject:
    """Find the metric that the words name.

    Args:
        tokens: the words before the operator, and those behind the threshold.
        place: ``file``, ``line`` and ``column`` of the sentence.

    Raises:
        RulebookError: E_METRIC at the word that belongs to no metric, with the nearest valid one.
    """
    quoted = [str(token)[1:-1] for token in tokens if str(token).startswith('"')]
    tokens = [token for token in tokens if not str(token).startswith('"')]
    words = [_plain_word(str(token)) for token in tokens]
    metric = METRICS.get(" ".join(words)) or _best(_normalised(words))
    if metric is None:
        raise _no_metric(tokens, words, place)
    selectors = _named(metric, quoted, tokens, place)
    for at, word in enumerate(words):
        if word != metric.name and not _take(word, metric, selectors, words):
            raise _odd_word(tokens[at], words, at, metric, place)
    if metric.name == "lighthouse.score" and "category" not in selectors:
        hint = "write Performance score, Accessibility score, Best practices score or SEO score"
        raise refused("E_METRIC", "a Lighthouse score needs its category", place, hint)
    return Subject(metric, _finished(selectors))


def of_new_code(metric: Metric, clauses: dict[str, str], place: dict[str, Any]) -> Metric:
    """``Coverage for new code`` is that of the lines that changed, never that of everything.

    Args:
        metric: what the subject names.
        clauses: scope and environment among them; the one that says it is taken out.
        place: ``file``, ``line`` and ``column`` of the sentence.

    Raises:
        RulebookError: E_METRIC, where nothing measures it of new code.
    """
    said = {
        name: found
        for name in ("scope", "environment")
        if (found := _NEW_CODE.fullmatch(clauses.get(name, "")))
    }
    if not said or metric.families != ("coverage",):
        return metric
    name, found = next(iter(said.items()))
    if metric.name not in ("coverage.lines", "coverage.new_lines") or found["files"]:
        hint = "write New-code statement coverage"
        raise _at(None, place, f"{metric.title} of {clauses[name]} is not known", hint)
    del clauses[name]
    return METRICS["coverage.new_lines"]


def level_selectors(words: Iterable[str], metric: Metric, place: dict[str, Any]) -> dict[str, str]:
    """What ``of severity …`` or ``of impact …`` narrows a metric to.

    Raises:
        RulebookError: E_METRIC, where the metric has no levels or a word is none of them.
    """
    family = metric.families[0]
    if family not in ("findings", "defects", "a11y"):
        raise refused("E_METRIC", f"{metric.title} has no severity", place, "name findings or defects")
    name, known = ("impact", _IMPACTS) if family == "a11y" else ("severity", _FINDING_LEVELS)
    said = impacts(words) if family == "a11y" else severities(words)
    for word in said.lower().split("|"):
        own = family == "defects" and word not in UPWARDS  # a rulebook may have words of its own for them
        if word not in known and not own:
            guess = near(word, sorted(known))
            hint = f"did you mean {guess!r}?" if guess else "name each level that counts"
            raise refused("E_METRIC", f"{word!r} is no level of {metric.title}", place, hint)
    return {name: said}


def suite_of(words: list[str]) -> str:
    """The suite's name: ``critical path`` for ``critical-path`` and ``critical``."""
    name = " ".join(
        dict.fromkeys("critical path" if word in ("critical", "critical-path") else word for word in words)
    )
    return {"e2e": "end-to-end"}.get(name, name)


def _plain_word(word: str) -> str:
    return word.lower().removesuffix("-severity")


def _named(metric: Metric, quoted: list[str], tokens: list[Any], place: dict[str, Any]) -> dict[str, str]:
    """A checklist or a series has its name in quotes."""
    name = {"checklist.done_rate": "checklist", "monitoring.value": "series"}.get(metric.name)
    if name and len(quoted) == 1:
        return {name: quoted[0].lower() if name == "checklist" else quoted[0]}
    if name or quoted:
        raise _at(
            tokens[0],
            place,
            f"{metric.title} needs {'one name in quotes' if name else 'no text in quotes'}",
            'write for example: checklist "runbooks published" = 100%',
        )
    return {}


def _normalised(words: list[str]) -> frozenset[str]:
    found = {part for word in words for part in (word.split("_") if word not in METRICS else [word])}
    if "new" in found and found & {"code", "line", "lines"}:
        found |= {"new-code", "code"} if "coverage" in found else {"new-code"}
    of_requests = found & {"api", "load", "page", "request", "requests", "transaction", "transactions"}
    if of_requests and "time" in found and found & _STATISTICS:
        found.add("response")
    if found & {"latency", "percentile"} or any(_PERCENTILE.match(word) for word in words):
        found.add("response")
    if any(_DEFECT_LEVEL.match(word) for word in words) and not found & {"findings"}:
        found.add("defects")
    return frozenset(
        found
        | {word.rstrip("s") for word in found if word in ("rates", "defects")}
        | ({"defects"} if "defect" in found else set())
    )


def _best(words: frozenset[str]) -> Metric | None:
    matches = [(len(core), metric) for metric in METRICS.values() for core in metric.core if core <= words]
    return max(matches, key=lambda match: match[0])[1] if matches else None


def _take(word: str, metric: Metric, selectors: dict[str, str], words: list[str]) -> bool:
    """Whether the word has a meaning for this metric; a narrowing word is noted."""
    if metric.name == "lighthouse.score" and word in _CATEGORIES:
        return selectors.setdefault("category", _CATEGORIES[word]) == _CATEGORIES[word]
    known = metric.extra.union(_FILLER, *metric.core)
    if known.issuperset(word.split("_")):
        return True
    if metric.name == "load.percentile" and (percentile := _percentile(word, words)):
        return selectors.setdefault("percentile", percentile) == percentile
    if narrowed := _narrowed_by(word, metric, selectors):
        return _note(selectors, narrowed, word)
    if metric.families[0] in ("tests", "contracts", "coverage") and word in _SUITES:
        return _note(selectors, "suite", word)
    if metric.families[0] == "tests" and word == "path" and "critical" in words:
        return True
    if word == "new":
        return metric.families[0] in _KNOWS_NEW
    if word == "percentile":
        return "percentile" in selectors
    return word in ("defect", "defects", "aa", "and", "or", "p/s")


def _narrowed_by(word: str, metric: Metric, selectors: dict[str, str]) -> str:
    """The selector that the word belongs to: severity, impact or standard; empty where it is of none."""
    family, words = metric.name.partition(".")[0], word.split("/")
    if family == "a11y" and (word in _STANDARDS or _IMPACTS.issuperset(words)):
        return "standard" if word in _STANDARDS else "impact"
    if family in ("defects", "findings") and _FINDING_LEVELS.issuperset(words):
        return "severity"
    if family == "defects" and _DEFECT_LEVEL.match(word):
        return "severity"
    return next((one for one in ("severity", "impact") if word in UPWARDS and one in selectors), "")


def _percentile(word: str, words: list[str]) -> str | None:
    """``p95``, ``95th percentile`` and ``median`` as the percentile that they name."""
    if word == "median":
        return _MEDIAN
    found = _PERCENTILE.match(word) or (_ORDINAL.match(word) if "percentile" in words else None)
    return found[1] if found else None


def _note(selectors: dict[str, str], name: str, word: str) -> bool:
    selectors[name] = f"{selectors[name]} {word}" if name in selectors else word
    return True


def _finished(selectors: dict[str, str]) -> dict[str, str]:
    finish = {"severity": severities, "impact": impacts, "suite": suite_of}
    upper = ("standard",)
    done = {name: finish[name](value.split()) for name, value in selectors.items() if name in finish}
    return {**{name: value.upper() if name in upper else value for name, value in selectors.items()}, **done}


def _no_metric(tokens: list[Any], words: list[str], place: dict[str, Any]) -> RulebookError:
    at = tokens[0] if tokens else None
    if there := elsewhere(words):
        return _at(at, place, "the sentence names no metric", there)
    known = sorted({word for metric in METRICS.values() for core in metric.core for word in core})
    for token, word in zip(tokens, words, strict=True):
        guess = None if rewritten([word]) else near(word, known, alike=0.75)
        if guess and guess != word:
            return _at(token, place, f"{str(token)!r} is no metric", f"did you mean {guess!r}?")
    if better := rewritten(words):
        return _at(at, place, "the sentence names no metric", f"write for example: {better}")
    titles = ", ".join(sorted((metric.title for metric in METRICS.values()), key=str.casefold)[:6])
    return _at(
        at,
        place,
        "the sentence names no metric",
        f"begin with a metric such as {titles}; see flightrules explain metrics",
    )


def _odd_word(token: Any, words: list[str], at: int, metric: Metric, place: dict[str, Any]) -> RulebookError:
    from flightrules.rules.severity_policy import shipped_policy

    word = words[at]
    core = {word for core in metric.core for word in core}
    known = sorted(metric.extra | _SUITES | _FINDING_LEVELS | _IMPACTS | core)
    guess = near(word, known)
    if word == "new":
        hint = "of new code there is `New-code statement coverage`, of findings `No NEW findings`"
    elif word in ("should", "may", "might", "could"):
        hint = "leave the word out; a criterion that need not be met says `enforcement: advisory`"
    elif there := elsewhere(words):
        hint = there
    elif metric.name in _DURATIONS and (word in _NO_PERCENTILE or _percentile(word, [word])):
        hint = "write one of them, such as p95 response time; p50 is the median"
    elif metric.name.startswith("defects") and (level := shipped_policy().meant(word)):
        hint = f"did you mean {level!r}? open defects have the levels P1 to P4, or Critical to Low"
    elif guess and guess != word:
        hint = f"did you mean {guess!r}?"
    else:
        hint = f"put what {metric.title} is measured for behind 'for', such as: for the {word}"
    return _at(token, place, f"{str(token)!r} says nothing about {metric.title}", hint)


def _at(token: Any, place: dict[str, Any], message: str, hint: str) -> RulebookError:
    column = place["column"] + (int(token.column) - 1 if token is not None else 0)
    return RulebookError(
        "E_METRIC", message, file=place["file"], line=place["line"], column=column, hint=hint
    )
