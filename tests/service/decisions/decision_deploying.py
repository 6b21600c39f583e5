"""What happens after a decision: conditions are shown to hold or not, and somebody asks whether it may go."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from flightrules.service.clearance import services as clearing
from flightrules.service.clearance.queries import Asked, clearance
from service.decisions.decision_defects import Defects
from service.decisions.decision_oracle_deploying import BERLIN
from service.decisions.decision_world import OFF_PEAK, TRUE

SENTENCES = {
    "off-peak": OFF_PEAK,
    "flag": "flag new-checkout <= 20 %",
    "backup": "backup of orders done within 4h",
    "word": "confirmed by operations: support is staffed",
}
READ = {
    "flag": ("flag new-checkout", "20", "21", "%"),
    "backup": ("backup of orders", "done", "failed", ""),
}
"""What is read of a condition: its name, a value that shows that it holds, one that does not, the unit."""
PROVED, GIVEN, REFUSED = (
    "clearance:condition:proved",
    "clearance:clearance:given",
    "clearance:clearance:refused",
)
PLACES = st.sampled_from(["prod", "prod", "prod", "production", "uat", "sit", "moon"])


class Deploying(Defects):
    """Acts at the end of the way, and what may be deployed after each step."""

    @rule(
        which=st.sampled_from(sorted(READ)),
        good=TRUE,
        old=st.sampled_from([0, 0, 0, 10, 600, -2, -6]),
        who=st.sampled_from(["", "", "eng", "pm"]),
    )
    def something_is_read(self, which, good, old, who):
        """Minutes ago; what a clock says that is a little ahead counts from when it came."""
        name, yes, no, unit = READ[which]
        facts = clearing.ReadingFacts(name, yes if good else no, unit, self.at - timedelta(minutes=old))
        actor = self.by(who) if who else self.world.machine
        foretold = old > -6 and (not who or bool(self.oracle.seats_of(who, "engineering-lead")))
        wanted = {"release": self.world.key, "facts": facts, "by": actor}
        if self.ask(clearing.bring_reading, foretold, PROVED, **wanted) is not None:
            self.oracle.proofs.see(which, min(facts.taken_at, self.at), good)

    @rule(who=st.sampled_from(["ops", "ops", "ops", "eng", "manager"]), holds=TRUE, proved=TRUE)
    def somebody_confirms(self, who, holds, proved):
        """Only what a decision that stands asks for, and only in the role that it names."""
        last = self.oracle.last_final()
        asked = last is not None and not last.voided and "word" in last.conditions
        foretold = bool(self.oracle.seats_of(who, "operations")) and asked and proved
        wanted = {"release": self.world.key, "condition": SENTENCES["word"], "holds": holds}
        if self.ask(clearing.confirm, foretold, PROVED, by=self.by(who, proved), **wanted) is not None:
            self.oracle.proofs.see("word", self.at, holds, who)

    @rule(place=PLACES, former=st.sampled_from([False, False, True]))
    def ask_to_deploy(self, place, former):
        """The answer goes on record, but the same refusal not twice."""
        wanted = self.asked_of(place, "f" * 64 if former else self.oracle.artefact)
        foretold = self.oracle.cleared(wanted.artefact, place)
        found = clearing.answer(asked=wanted, by=self.world.machine, at=self.at)
        assert found.is_open == bool(foretold), (foretold, found)
        told, codes = self.entries(), sorted({one.code for one in found.reasons})
        kept = self.answers.get((wanted.artefact, found.environment))
        assert told == ([GIVEN] if found.is_open else [] if kept == codes else [REFUSED])
        self.answers[wanted.artefact, found.environment] = None if found.is_open else codes
        self.world.seen[f"deploying {found.state}"] += 1

    @rule(hour=st.sampled_from([22, 22, 12]), bound=st.sampled_from(["go", "go-with-conditions"]))
    def the_round_in_the_window(self, hour, bound):
        """The window is reached, all of it is decided, every condition is shown, and somebody asks."""
        self.oracle.now = max(self.at, self.world.opens_at)
        while self.at.astimezone(BERLIN).hour != hour:
            self.step(20)
        self.the_usual_round(9, bound, "final")
        acts = (
            *(partial(self.something_is_read, which, True, 0, "") for which in READ),
            partial(self.somebody_confirms, "ops", True, True),
            partial(self.ask_to_deploy, "prod", False),
        )
        for act in acts:
            self.step()
            act()

    @invariant()
    def only_what_was_decided_may_go_and_nowhere_else(self):
        if self.oracle.run is None:
            return
        for place, artefact in (("prod", self.oracle.artefact), ("uat", self.oracle.artefact)):
            found = clearance(asked=self.asked_of(place, artefact), by=self.world.machine, at=self.at)
            foretold = self.oracle.cleared(artefact, place)
            assert (found.state if found.is_open else "") == foretold, (foretold, found)

    def asked_of(self, place, artefact):
        return Asked(artefact, place, "shop")
