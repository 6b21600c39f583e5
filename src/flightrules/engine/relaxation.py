"""What an emergency may leave aside: the rulebook as it holds for one release on a classified track.

Only criteria and categories that the track names under ``relaxes`` become advisory: they are measured and
shown as before. Nothing that it names under ``never_relaxes`` does, nor anything that counts the worst
defects, whatever the track says. A rule in words relaxes nothing here; people read it.
"""

from __future__ import annotations

from flightrules.rules.criterion import Enforcement, Rule
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import ReleaseClass, Track
from flightrules.values import frozen, replace

__all__ = ["Relaxed", "class_called", "counts_the_worst", "is_emergency", "relaxed", "track_called"]

_ALWAYS_KEPT = "override-only"


@frozen
class Relaxed:
    """The rulebook for the run, and what has to be said about it beside the verdict."""

    rulebook: Rulebook
    criteria: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


def is_emergency(track: Track) -> bool:
    """Whether a track is an emergency's: one that is classified in writing, or is called so."""
    return track.classified_in_writing or track.id.casefold() == "emergency"


def track_called(book: Rulebook, said: str) -> Track | None:
    """The track that is meant, by its id or title, however it is spelt."""
    wanted = _key(said)
    return next((one for one in book.tracks if wanted and wanted in (_key(one.id), _key(one.title))), None)


def class_called(book: Rulebook, said: str) -> ReleaseClass | None:
    """The release class that is meant, in the same way."""
    wanted = _key(said)
    return next((one for one in book.classes if wanted and wanted in (_key(one.id), _key(one.title))), None)


def counts_the_worst(rule: Rule, book: Rulebook) -> bool:
    """Whether a criterion counts defects of a level that only an override lifts, or of every level."""
    if not rule.criterion.metric.startswith("defects."):
        return False
    named = rule.criterion.selector("severity")
    if named is None:
        return True
    worst = book.severity.levels[0]
    levels = [book.severity.level(word) or worst for word in named.split("|")]
    return any(level is worst or level.decision == _ALWAYS_KEPT for level in levels)


def relaxed(book: Rulebook, track: str) -> Relaxed:
    """The rulebook for a release that was classified onto this track; as it is for any other track."""
    way = track_called(book, track)
    if way is None or not is_emergency(way):
        return Relaxed(book)
    chosen = [rule for rule in book.rules if _may_be_relaxed(rule, way, book)]
    names = tuple(rule.id for rule in chosen if rule.enforcement is not Enforcement.ADVISORY)
    if not names:
        return Relaxed(book)
    rules = tuple(
        replace(rule, enforcement=Enforcement.ADVISORY) if rule.id in names else rule for rule in book.rules
    )
    made = replace(book, rules=rules)
    made.__dict__["digest"] = book.digest  # what was signed; it says itself what an emergency relaxes
    said = f"relaxed by the track {way.id}: {', '.join(names)}; measured and shown, and does not block"
    return Relaxed(made, names, (said,))


def _may_be_relaxed(rule: Rule, track: Track, book: Rulebook) -> bool:
    return (
        _is_named(rule, track.relaxes)
        and not _is_named(rule, track.never_relaxes)
        and not counts_the_worst(rule, book)
    )


def _is_named(rule: Rule, said: tuple[str, ...]) -> bool:
    names = {_key(one) for one in said}
    return _key(rule.id) in names or bool(rule.category and _key(rule.category) in names)


def _key(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
