"""Reads of clearance: may exactly this artefact go to exactly this environment now? Nothing is written.

It is open only where a final decision to go stands for this digest and this environment with every condition
met at this moment, or where the release's class lets its gates decide and nothing reserves it for people.
Everything else, and everything that is not known, is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from flightrules.engine.condition_sentence import read_number
from flightrules.engine.deploy_conditions import Reading, check_text
from flightrules.engine.human_signoff import needs_person, risk_score
from flightrules.reports.wording import moment
from flightrules.rules.environments import Environment
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of, visible_products
from flightrules.service.clearance.answer import Clearance, ConditionStanding, Reason
from flightrules.service.clearance.apart import not_by_you
from flightrules.service.clearance.confirmers import still_counts
from flightrules.service.clearance.decided import (
    Decision,
    final_decision,
    lacks_of_decision,
    people_were_asked,
    required_gates,
    signers_of,
    was_authorised,
)
from flightrules.service.clearance.gates import (
    class_of,
    environment_of,
    gates_named,
    guards_of,
    path_gates,
    shut_gates,
    track_of,
    unspoken,
    upstream_of,
)
from flightrules.service.clearance.hindrances import hindrances
from flightrules.service.clearance.models import ConditionReading
from flightrules.service.people.access import sees_product
from flightrules.service.readiness.queries import risks
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.releases.queries import Artefact, Release, artefacts, get_release

__all__ = [
    "Asked",
    "clearance",
    "clearance_of_release",
    "condition_readings",
    "conditions_now",
    "verdict",
]

_GOES = frozenset({"GO", "CONDITIONAL GO", "GO BY OVERRIDE"})
_CLOCKS_DIFFER = timedelta(minutes=5)
_CONDITIONAL = "CONDITIONAL GO"
_BY_OVERRIDE = "GO BY OVERRIDE"


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever deploys asks: a digest in hexadecimal, where to, which share of users a flag gets."""

    artefact: str
    environment: str
    product: str = ""
    flag: Decimal | None = None


def clearance(*, asked: Asked, by: Actor, at: datetime) -> Clearance:
    """The answer for one artefact and one environment.

    An artefact of a product that the asker may not see is as unknown as one that does not exist.
    """
    found = _releases_of(asked, by, at)
    products = {one.product_id for one in found}
    if not found:
        return _closed(asked, at, "unknown_artefact", "no release that you may see ships this digest")
    if len(products) > 1:
        text = "several products ship this digest, and they may decide differently"
        return _closed(asked, at, "ambiguous_artefact", text)
    answers = [clearance_of_release(one, asked, by, at) for one in _deciding(found)]
    return next((one for one in answers if not one.is_open), answers[0])


def verdict(*, release: str, by: Actor, at: datetime) -> tuple[Clearance, ...]:
    """The answer for each artefact of a release, at the environment that it is meant for.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    row = get_release(key=release, by=by, at=at)
    decision = final_decision(row)
    where = decision.environment if decision else row.target
    shipped = artefacts(row)
    if not shipped:
        return (_closed(Asked("", where), at, "unknown_artefact", "the release ships no artefact yet", row),)
    return tuple(
        clearance_of_release(row, Asked(one.digest, where, row.product_id), by, at) for one in shipped
    )


def condition_readings(*, release: str, by: Actor, at: datetime) -> QuerySet[ConditionReading]:
    """All that was ever read of the conditions of a release.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    return ConditionReading.objects.filter(release=get_release(key=release, by=by, at=at))


def conditions_now(decision: Decision, at: datetime) -> tuple[ConditionStanding, ...]:
    """How each condition of a decision stands at a moment."""
    rows = ConditionReading.objects.filter(release=decision.release_id).order_by("taken_at", "key")
    known = [_reading(one) for one in rows if still_counts(one, decision, at)]
    texts = [_text(one) for one in decision.conditions]
    return tuple(ConditionStanding(text, check_text(text, known, at)) for text in texts)


def _releases_of(asked: Asked, by: Actor, at: datetime) -> list[Release]:
    rows = Artefact.objects.filter(digest=asked.artefact).select_related("release")
    if asked.product:
        if not sees_product(by, asked.product, at):
            return []
        rows = rows.filter(release__product=asked.product)
    else:
        visible = visible_products(by=by, at=at)
        rows = rows if visible is None else rows.filter(release__product__in=visible)
    return list({one.release_id: one.release for one in rows}.values())


def _deciding(found: list[Release]) -> list[Release]:
    """Of several releases with one digest the one on which people spoke last.

    Where they spoke on none, each that was not withdrawn: nobody gets past the people that one release waits
    for by opening another, of a class that lets gates decide.
    """
    spoken = [(decision.at, one) for one in found if (decision := final_decision(one)) is not None]
    if spoken:
        return [max(spoken, key=lambda pair: pair[0])[1]]
    newest = sorted(found, key=lambda one: one.opened_at, reverse=True)
    return [one for one in newest if one.state != Release.State.WITHDRAWN] or newest[:1]


def clearance_of_release(release: Release, asked: Asked, by: Actor, at: datetime) -> Clearance:
    """The answer for a release in hand, for who may read it."""
    edition = edition_in_force(release.product_id)
    if edition is None:
        text = f"{release.product_id} has adopted no rulebook"
        return _closed(asked, at, "no_rulebook", text, release)
    book = rulebook_of(edition)
    environment = environment_of(book, asked.environment)
    if environment is None:
        text = f"the rulebook knows no environment {asked.environment!r}"
        return _closed(asked, at, "unknown_environment", text, release)
    return _Question(release, book, environment, asked, by, at).answered()


@dataclass(frozen=True, slots=True)
class _Question:
    """All that an answer is made from."""

    release: Release
    book: Rulebook
    environment: Environment
    asked: Asked
    by: Actor
    at: datetime

    def answered(self) -> Clearance:
        decision = final_decision(self.release)
        target = environment_of(self.book, decision.environment if decision else self.release.target)
        reasons = [*self._of_artefact(), *hindrances(self.release, decision, self.at)]
        reasons += not_by_you(self.release, self.book, decision, self.by, self.at)
        if target is not None and target.id == self.environment.id:
            return self._at_target(decision, reasons)
        return self._on_the_way(decision, target, reasons)

    def _at_target(self, decision: Decision | None, reasons: list[Reason]) -> Clearance:
        reasons += self._in_window()
        if decision is None:
            return self._by_gates(reasons)
        conditions = conditions_now(decision, self.at)
        reasons += self._against(decision)
        reasons += _unmet(decision, conditions)
        if decision.outcome != _BY_OVERRIDE:
            reasons += self._guards()
        return self._answer(reasons, "decision", decision, conditions, self._taken_on_trust())

    def _by_gates(self, reasons: list[Reason]) -> Clearance:
        """CI/CD mode: the gates decide, unless a person has to."""
        known = class_of(self.book, self.release)
        because = (
            self._asked()
            + self._track()
            + needs_person(
                known,
                production=self.environment.production,
                version=self.release.version,
                risk=self._risk(),
                flag=self._flag(),
            )
        )
        if because:
            said = "it was authorised; the final poll is open" if was_authorised(self.release) else ""
            text = f"nobody has decided on it, and {'; '.join((*because, *([said] if said else [])))}"
            reasons.append(Reason("no_decision", text, "have it decided by the people who sign", waits=True))
            reasons += [one for one in self._guards() if one.waits]  # told while the release takes more
            return self._answer(reasons, "decision")
        gates = gates_named(self.book, required_gates(self.book, self.release))
        if not gates:
            reasons.append(Reason("no_gate", "no gate with a criterion is required", "agree on gates"))
        named = {one.id: one for one in (*gates, *path_gates(self.book, self.environment))}
        reasons += shut_gates(self.release, named.values(), self.at)
        reasons += self._not_shown()
        remark = f"its class {self.release.release_class} lets the gates decide; nobody signed it"
        return self._answer(reasons, "gates", remarks=(remark,))

    def _on_the_way(
        self, decision: Decision | None, target: Environment | None, reasons: list[Reason]
    ) -> Clearance:
        """An environment before the one that it is meant for: what the gates on the way up to it say."""
        before = target is not None and self.environment in upstream_of(self.book, target)
        if not before or self.environment.production:
            meant = target.id if target else self.release.target or "nowhere"
            text = f"it is decided for {meant}" if decision else f"it is meant for {meant}"
            fix = f"deploy it to {meant}, or have it decided for {self.environment.id}"
            reasons.append(Reason("other_environment", f"{text}, not for {self.environment.id}", fix))
            return self._answer(reasons, "decision", decision)
        guards = guards_of(self.book, self.environment)
        if not guards:
            text = f"no gate of the rulebook speaks of {self.environment.id}"
            fix = f"agree on a stage gate that blocks deployment to {self.environment.id}"
            reasons.append(Reason("no_gate", text, fix))
        reasons += self._guards()
        reasons += self._not_shown()
        return self._answer(reasons, "gates")

    def _guards(self) -> Iterator[Reason]:
        """Gates that keep a build out of this environment, and out of those that it must have passed."""
        return shut_gates(self.release, path_gates(self.book, self.environment), self.at)

    def _not_shown(self) -> Iterator[Reason]:
        """Where no person decided, a pass that nothing can show is not there."""
        for name in unspoken(self.book, self.environment):
            text = f"a pass in {name} is required before {self.environment.id}, and no gate is judged there"
            fix = f"agree on a gate with `environment: {name}`, bring its evidence and run it"
            yield Reason("no_pass", text, fix)

    def _taken_on_trust(self) -> tuple[str, ...]:
        """Passes that no gate can show: the people who decided answer for them."""
        names = unspoken(self.book, self.environment)
        said = f"no gate says what it takes to pass in {', '.join(names)}; who decided answers for it"
        return (said,) if names else ()

    def _of_artefact(self) -> Iterator[Reason]:
        if self.release.state == Release.State.WITHDRAWN:
            yield Reason("withdrawn", f"{self.release.version} was withdrawn", "open another release")
        if self.asked.artefact not in {one.digest for one in artefacts(self.release)}:
            fix = "deploy the artefact that the release ships now"
            yield Reason("artefact_replaced", "another artefact took the place of this digest", fix)

    def _in_window(self) -> Iterator[Reason]:
        opens, closes = self.release.opens_at, self.release.closes_at
        if opens is not None and self.at < opens:
            text = f"the release window opens at {moment(opens)}"
            yield Reason("window_not_open", text, "wait for it", waits=True)
        if closes is not None and self.at >= closes:
            text = f"the release window closed at {moment(closes)}"
            yield Reason("window_over", text, "agree on another window and have it decided again")

    def _against(self, decision: Decision) -> Iterator[Reason]:
        again = "have it decided again"
        if decision.voided_at is not None:
            text = f"the decision was voided: {decision.voided_because}"
            yield Reason("voided", text, "look at what changed, and have it decided again", waits=True)
        if decision.outcome not in _GOES:
            waits = decision.outcome == "DEFERRED"
            yield Reason("not_decided_to_go", f"the decision is {decision.outcome}", again, waits=waits)
        elif decision.valid_until <= self.at:
            text = f"the decision was valid until {moment(decision.valid_until)}"
            yield Reason("expired", text, again)
        if decision.at > self.at + _CLOCKS_DIFFER:
            text = f"it was decided at {moment(decision.at)}, which is yet to come: a clock was set back"
            yield Reason("clock", text, "set the clock of the service right", waits=True)
        if self.asked.artefact not in decision.artefacts.values():
            yield Reason(
                "other_artefact", "the decision is about other digests", "deploy what was decided on"
            )
        if self._goes_on_paper(decision) and (stale := lacks_of_decision(decision, self.at)):
            text = f"what was decided on has changed: {'; '.join(stale[:5])}"
            yield Reason("stale", text, "look at the difference, and have it decided again", waits=True)
        if self.by.kind is Kind.PERSON and signers_of(decision) == {self.by.key}:
            text = "you alone signed it, and nobody deploys what only they signed"
            yield Reason("four_eyes", text, "let somebody else deploy it")

    def _track(self) -> tuple[str, ...]:
        """What goes on a track that people approve, such as an emergency, never goes by gates alone."""
        track = track_of(self.book, self.release)
        if track is None or not (track.approver or track.classifier or track.classified_in_writing):
            return ()
        return (f"people approve what takes the track {track.id}",)

    def _asked(self) -> tuple[str, ...]:
        """Who asked people has to hear them out: no other class afterwards gets past what they say."""
        return ("people were asked about it",) if people_were_asked(self.release) else ()

    def _risk(self) -> int | None:
        """The score of the worst open risk; None where the register is empty, so that nobody rated it."""
        rated = risks(release=str(self.release.key), by=self.by, at=self.at)
        known = list(rated.values_list("state", "impact", "probability"))
        if not known:
            return None
        return risk_score((impact, likely) for state, impact, likely in known if state == "open") or 0

    def _goes_on_paper(self, decision: Decision) -> bool:
        return decision.voided_at is None and decision.outcome in _GOES and decision.valid_until > self.at

    def _flag(self) -> Decimal | None:
        """The share that is asked for, or the largest that was ever read of a flag of this release."""
        rows = ConditionReading.objects.filter(release=self.release, name__startswith="flag ", unit="%")
        shares = [read_number(value) for value in rows.values_list("value", flat=True)]
        return max((one for one in (*shares, self.asked.flag) if one is not None), default=None)

    def _answer(
        self,
        reasons: list[Reason],
        basis: str,
        decision: Decision | None = None,
        conditions: tuple[ConditionStanding, ...] = (),
        remarks: tuple[str, ...] = (),
    ) -> Clearance:
        return Clearance(
            artefact=self.asked.artefact,
            environment=self.environment.id,
            as_of=self.at,
            reasons=tuple(reasons),
            release=self.release,
            decision=decision,
            conditions=conditions,
            basis=basis,
            remarks=remarks,
        )


def _unmet(decision: Decision, conditions: tuple[ConditionStanding, ...]) -> Iterator[Reason]:
    if decision.outcome == _CONDITIONAL and not conditions:
        text = "it goes on conditions, and none is on record"
        yield Reason("condition_unproven", text, "have it decided again")
    for one in conditions:
        if not one.proof.is_met:
            code = f"condition_{one.proof.state.value.lower()}"
            text = f"{one.text}: {one.proof.reason}"
            yield Reason(code, text, "bring what shows that it holds, or wait until it does", waits=True)


def _reading(row: ConditionReading) -> Reading:
    """A clock that is a little ahead says when it was received instead, never later."""
    return Reading(row.name, row.value, row.unit, min(row.taken_at, row.received_at))


def _text(condition: Any) -> str:
    said = condition.get("text") if isinstance(condition, dict) else condition
    return said if isinstance(said, str) else ""


def _closed(asked: Asked, at: datetime, code: str, text: str, release: Release | None = None) -> Clearance:
    fix = {
        "unknown_artefact": "check the digest, and name it among the artefacts of its release",
        "ambiguous_artefact": "say which product you deploy",
        "unknown_environment": "use a name of the rulebook's environments",
        "no_rulebook": "agree on a rulebook first",
    }[code]
    return Clearance(asked.artefact, asked.environment, at, (Reason(code, text, fix),), release)
