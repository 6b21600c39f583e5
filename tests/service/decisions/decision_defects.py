"""What happens around a known defect: found, found worse or milder, mended, and shipped all the same."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from flightrules.service.readiness import defects
from flightrules.service.readiness.models import Defect
from service.decisions.decision_oracle_defects import ASKED
from service.decisions.decision_surroundings import Surroundings
from service.decisions.decision_world import TRUE, WHO

FOUND, CHANGED = "readiness:defect:recorded", "readiness:defect:changed"
ACCEPTED, VOIDED = "readiness:defect:accepted", "readiness:acceptance:voided"
NUMBER = "SHOP-1"


class Defects(Surroundings):
    """Acts on one defect of the register."""

    @rule(severity=st.sampled_from(["P2", "P2", "P1", "P3"]), who=st.sampled_from(["manager", "qa", "eng"]))
    def find_a_defect_or_look_again(self, severity, who):
        """Found first, its severity changed later; one that was mended comes back."""
        known = self.oracle.known
        may = any(self.oracle.seats_of(who, role) for role in ("release-manager", "qa-lead"))
        self.remember()
        if not known.severity:
            facts = defects.DefectFacts(NUMBER, "Gift cards are refused", severity)
            wanted = {"product": "shop", "facts": facts, "by": self.by(who)}
            done = self.ask(defects.record_defect, may, FOUND, **wanted)
        else:
            wanted = {"key": self.defect(), "changes": {"severity": severity, "state": "open"}}
            done = self.ask(defects.change_defect, may, CHANGED, by=self.by(who), **wanted)
        if done is not None:
            known.change(severity)
            known.is_open, known.revision = True, done.revision

    @rule()
    def mend_it(self):
        known = self.oracle.known
        if not known.is_open:
            return
        self.remember()
        may = bool(self.oracle.seats_of("manager", "release-manager"))
        wanted = {"key": self.defect(), "changes": {"state": "done"}, "by": self.by("manager")}
        done = self.ask(defects.change_defect, may, CHANGED, **wanted)
        if done is not None:
            known.is_open, known.revision = False, done.revision

    @rule(
        who=st.one_of(st.sampled_from(["pm", "qa", "pair", "quinn", "dep"]), WHO),
        role=st.sampled_from([*ASKED, *ASKED, "cto", "product-owner"]),
        days=st.sampled_from([1, 9]),
        proved=TRUE,
    )
    def accept_it(self, who, role, days, proved):
        oracle, known = self.oracle, self.oracle.known
        if not known.severity:
            return
        self.remember()
        here, until = known.acceptance, self.at + timedelta(days=days)
        target = (self.at + timedelta(days=400)).date()
        waits = here is not None and here.until > self.at
        said = ("3 % of buyers", "Gift cards come later.", "Support refunds them.", "A count of refusals")
        terms = None if waits else defects.Terms(*said, resolution_target=target, expires_at=until)
        may = oracle.state == "open" and known.may_accept(who, role, self.at)
        foretold = may and bool(oracle.seats_of(who, role)) and proved
        wanted = {"key": self.defect(), "release": self.world.key, "role": role, "terms": terms}
        done = self.ask(defects.accept_defect, foretold, ACCEPTED, by=self.by(who, proved), **wanted)
        if done is not None:
            known.accept(who, role, until, self.at, str(done.key))

    @rule(who=st.sampled_from(["pm", "qa", "ops"]), proved=TRUE)
    def take_the_acceptance_back(self, who, proved):
        here = self.oracle.known.acceptance
        if here is None:
            return
        self.remember()
        may = any(self.oracle.seats_of(who, role) for role in ASKED)
        foretold = may and proved and here.until > self.at
        wanted = {"key": here.key, "reason": "Support is not staffed.", "by": self.by(who, proved)}
        if self.ask(defects.end_acceptance, foretold, VOIDED, **wanted) is not None:
            self.oracle.known.acceptance = None

    @rule(found=st.sampled_from(["P2", "P1"]))
    def the_known_defect_round(self, found):
        """Found, accepted by both where that helps at all, and judged again."""
        acts = (
            lambda: self.find_a_defect_or_look_again(found, "qa"),
            lambda: self.accept_it("pm", "product-manager", 9, True),
            lambda: self.accept_it("quinn", "qa-lead", 9, True),
            self.judge,
        )
        for act in acts:
            self.step()
            act()

    def defect(self):
        return str(Defect.objects.values_list("key", flat=True).get(number=NUMBER))
