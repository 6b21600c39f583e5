"""Which declared evidence sources a sentence's method means."""

from __future__ import annotations

from flightrules.engine.facts import Facts
from flightrules.engine.selection import NotCoveredError
from flightrules.rules.criterion import Rule
from flightrules.rules.finding import own
from flightrules.rules.metrics import METRICS
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource

__all__ = ["families_of", "methods_of"]


def methods_of(rule: Rule, rulebook: Rulebook, facts: Facts) -> tuple[EvidenceSource, ...]:
    """The source that the sentence names; without a name, every source that yields this kind of evidence.

    Raises:
        NotCoveredError: when the named method is not declared.
    """
    if rule.criterion.method is None:
        return _by_family(rule, rulebook, facts)
    source = rulebook.source(rule.criterion.method)
    if source is not None:
        return (source,)
    from difflib import get_close_matches

    known = [source.name for source in rulebook.sources]
    close = get_close_matches(rule.criterion.method, known, n=1, cutoff=0.4)
    did = f"; did you mean {close[0]!r}?" if close else ""
    raise NotCoveredError(f"no evidence source is called {rule.criterion.method!r}{did}")


def _by_family(rule: Rule, rulebook: Rulebook, facts: Facts) -> tuple[EvidenceSource, ...]:
    """Sources that yielded this kind, and those that may have: nothing of them could be read, or nothing is
    there although the rulebook wants it and no criterion tells what for.
    """
    families = set(METRICS[rule.criterion.metric].families)
    named = {one.name for method in _named(rulebook) if (one := rulebook.source(method)) is not None}

    def may_be(source: EvidenceSource) -> bool:
        found = families_of(facts, source)
        silent = own(source.origin) and source.name not in named
        return bool(found & families) or (not found and (silent or bool(facts.of(source.name).refused)))

    return tuple(filter(may_be, rulebook.sources))


def _named(rulebook: Rulebook) -> set[str]:
    return {one.criterion.method for one in rulebook.rules if one.criterion.method is not None}


def families_of(facts: Facts, source: EvidenceSource) -> frozenset[str]:
    """The kinds of evidence that a source really yielded, told by the metrics that were measured."""
    return facts.families.get(source.name, frozenset())
