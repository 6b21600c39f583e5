"""What a rulebook may say and should not: findings with a rewritten suggestion, all at once.

``lint_text`` reads a file in collecting mode, so that one vague sentence does not hide the other faults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from flightrules.errors import RulebookError
from flightrules.rules.finding import LintFinding, own
from flightrules.rules.lint_authority import lint_authority
from flightrules.rules.lint_criteria import lint_criteria
from flightrules.rules.loading import load_rulebook
from flightrules.rules.promotion import judged_in
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import Track
from flightrules.rules.trigger import Trigger

__all__ = ["LintFinding", "lint", "lint_text"]

_QUARANTINE_LIMIT = 5


def lint_text(
    data: bytes,
    name: str = ".flightrules.yml",
    *,
    as_of: datetime | None = None,
    families: Mapping[str, str] | None = None,
) -> list[LintFinding]:
    """Everything that is wrong with a rulebook file or should not be said in it.

    Args:
        data: the file's bytes.
        name: the file's name, for positions.
        as_of: the moment against which expiries are held; without it they are not looked at.
        families: format names and the family of metrics that each yields, from the registry of formats.
    """
    errors: list[RulebookError] = []
    book = load_rulebook(data, name, collect=errors)
    refused = [LintFinding(e.code, "error", e.where, e.message, e.hint or "") for e in errors]
    if not book.authority.roles:  # the catalogue of roles is always there, unless nothing could be read
        return refused
    return refused + lint(book, as_of=as_of, families=families)


def lint(
    book: Rulebook, *, as_of: datetime | None = None, families: Mapping[str, str] | None = None
) -> list[LintFinding]:
    """What a loaded rulebook should not say; errors first, then warnings, each in the order of the file."""
    found = [
        *lint_criteria(book, families),
        *lint_authority(book),
        *_quarantine(book, as_of),
        *_rollback(book),
        *_tracks(book),
        *_chain(book),
        *_indicators(book),
        *_removals(book),
    ]
    return sorted(found, key=lambda finding: finding.level != "error")


def _quarantine(book: Rulebook, as_of: datetime | None) -> Iterator[LintFinding]:
    held = book.quarantine
    where = f"{book.origin}: quarantine"
    if len(held.entries) > held.limit:
        yield LintFinding("L_QUARANTINE_SIZE", "error", where, held.fault, "mend tests until the list fits")
    elif held.fault:
        yield LintFinding("L_QUARANTINE_GROWS", "error", where, held.fault, "mend one test more than you add")
    if held.limit > _QUARANTINE_LIMIT:
        message = f"the quarantine list may grow to {held.limit}"
        yield LintFinding("L_QUARANTINE_LIMIT", "warning", where, message, "write `limit: 5` or less")
    for entry in held.entries:
        if as_of is not None and entry.expires_at <= as_of:
            ended = f"{entry.expires_at:%Y-%m-%d}"
            message = f"the quarantine of {entry.test!r} ended on {ended}; {entry.owner} owns it"
            hint = "mend the test or agree on a new expiry; it counts again"
            yield LintFinding("L_QUARANTINE_EXPIRED", "error", entry.origin, message, hint)


def _rollback(book: Rulebook) -> Iterator[LintFinding]:
    plan, where = book.rollback, f"{book.origin}: rollback"
    if not any(one.kind == "automatic" and one.has_threshold for one in plan.triggers):
        message = "nothing says at which error rate the release is rolled back"
        hint = "add `triggers: {error-rate: {signal: error_rate, factor: 5, within: 10m}}`"
        yield LintFinding("L_NO_TRIGGERS", "error", where, message, hint)
    for trigger in plan.triggers:
        yield from _trigger(trigger, f"{where}.triggers.{trigger.id}")
    lacking = [name for name in ("method", "owner", "estimated_minutes") if not getattr(plan, name)]
    if lacking:
        message = f"the rollback plan does not say: {', '.join(lacking)}"
        hint = "write for example `method: blue/green switch`, `owner: on-call`, `estimated_minutes: 5`"
        yield LintFinding("L_ROLLBACK_PLAN", "warning", where, message, hint)


def _trigger(trigger: Trigger, where: str) -> Iterator[LintFinding]:
    if trigger.kind == "automatic" and not trigger.has_threshold:
        message = f"the automatic trigger {trigger.id!r} has no threshold"
        hint = "state `factor` (times the baseline), `limit` or `count`"
        yield LintFinding("L_TRIGGER_THRESHOLD", "error", where, message, hint)
    if trigger.kind == "manual" and not trigger.decided_by:
        message = f"nobody decides on the manual trigger {trigger.id!r}"
        yield LintFinding(
            "L_TRIGGER_DECIDER", "error", where, message, "write `decided_by: [qa_lead, on_call]`"
        )
    if trigger.kind == "manual" and not trigger.has_threshold and not trigger.reason:
        message = f"the manual trigger {trigger.id!r} does not say what to look for"
        yield LintFinding("L_TRIGGER_THRESHOLD", "warning", where, message, "state `reason` or a threshold")
    if trigger.action == "flag" and not trigger.reason:
        message = f"the trigger {trigger.id!r} only flags and does not say why that is enough"
        yield LintFinding(
            "L_TRIGGER_FLAG", "error", where, message, "state `reason`, or write `action: rollback`"
        )


def _tracks(book: Rulebook) -> Iterator[LintFinding]:
    for track in book.tracks:
        where = f"{book.origin}: tracks.{track.id}"
        both = sorted(set(track.relaxes) & set(track.never_relaxes))
        if both:
            message = f"the track {track.id!r} relaxes and never relaxes: {', '.join(both)}"
            yield LintFinding(
                "L_RELAX_CONTRADICTION", "error", where, message, "keep each in one of the two lists"
            )
        if track.id == "emergency":
            yield from _emergency(track, where)


def _emergency(track: Track, where: str) -> Iterator[LintFinding]:
    wanted = {
        "classifier": "who classifies a release as an emergency, in writing, before it starts",
        "max_share": "the largest share of emergencies, at most 10 %",
        "written_sign_off_within": "when the written sign-off is due",
        "review_within": "when the review is due",
        "never_relaxes": "what it never relaxes",
    }
    for name, meaning in wanted.items():
        if not getattr(track, name):
            message = f"the emergency track does not say {meaning}"
            yield LintFinding("L_EMERGENCY", "warning", where, message, f"add `{name}:`")


def _chain(book: Rulebook) -> Iterator[LintFinding]:
    """Environments that others wait for, and where no gate says what it takes to pass."""
    waiting: dict[str, list[str]] = {}
    for one in book.environments:
        for name in one.requires_pass_in:
            waiting.setdefault(name, []).append(one.id)
    for one in book.environments:
        if one.id in waiting and not judged_in(book, one):
            later, where = ", ".join(waiting[one.id]), f"{book.origin}: environments.{one.id}"
            message = f"a build has to pass in {one.id!r} before {later}, and no gate is judged there"
            hint = f"add `environment: {one.id}` to a gate, or bring a verdict of it to each check"
            yield LintFinding("L_PASS_UNJUDGED", "warning", where, message, hint)


def _indicators(book: Rulebook) -> Iterator[LintFinding]:
    for kind, meaning in (("leading", "foretells the next release"), ("lagging", "looks back on the last")):
        if not any(one.kind == kind for one in book.indicators):
            message = f"no {kind} indicator; each report shows one that {meaning}"
            hint = f"add an indicator with `kind: {kind}`, or extend a shipped profile"
            yield LintFinding("L_NO_INDICATOR", "warning", f"{book.origin}: indicators", message, hint)


def _removals(book: Rulebook) -> Iterator[LintFinding]:
    for one in book.removals:
        if own(one.where):
            message = f"{one.id!r} of the profile's {one.section} is left out: {one.reason}"
            yield LintFinding(
                "L_REMOVED", "warning", one.where, message, "keep it out only while the reason holds"
            )
