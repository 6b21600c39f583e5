"""The whole decision machine against a second opinion: whatever people do in whatever order, the rules hold.

Each step is one act, with an answer that the oracle foretells from the rules alone. After it, what counts, what
may be decided, what stands and what is on record is compared too. Each example is rolled back.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from flightrules.service.decisions import decisions, jobs, overrides, polls, standing, verdicts, votes
from flightrules.service.decisions.models import Override, SignOff
from service.decisions.decision_deploying import SENTENCES, Deploying
from service.decisions.decision_oracle import AUTHORITIES, VOTERS
from service.decisions.decision_world import TRUE, WHO
from service.decisions.running import run, run_long


class Machine(Deploying, RuleBasedStateMachine):
    """One release, its people, and everything that may be asked of the room of decisions."""

    @initialize(way=st.sampled_from(["", "ahead", "decided", "overridden", "deploying", "accepted"]))
    def begin(self, way):
        """Everything is judged; most of the stories begin where others end."""
        self.step()
        self.bring("CI pipeline", True, "")
        self.bring_the_rest()
        self.judge()
        self.here = (self.digest(), self.oracle.table())
        if way == "overridden":
            self.the_sad_round(8)
            assert self.oracle.decisions[-1].outcome == "GO BY OVERRIDE"
        elif way == "deploying":
            self.the_round_in_the_window(22, "go-with-conditions")
        elif way == "accepted":
            self.the_known_defect_round("P2")
        elif way:
            self.the_usual_round(9, "go", "authorisation" if way == "ahead" else "final")
            assert self.oracle.decisions[-1].goes()

    # -- polls, verdicts, votes, decisions

    @rule(moment=st.sampled_from(["final", "final", "authorisation"]))
    def open_poll(self, moment):
        wanted = {"release": self.world.key, "moment": moment, "by": self.by("manager")}
        foretold = self.oracle.may_open()
        if self.ask(polls.open_poll, foretold, "decision:poll:opened", **wanted) is not None:
            self.oracle.open_poll(moment)

    @rule(close=st.sampled_from([False, False, True]))
    def refresh_or_close(self, close):
        key, foretold = str(self.open_poll_key()), bool(self.oracle.poll)
        if not key:
            return
        if close:
            wanted = {"key": key, "reason": "Asked too early.", "by": self.by("manager")}
            if self.ask(polls.close_poll, foretold, "decision:poll:closed", **wanted) is not None:
                self.oracle.poll = 0
        elif self.ask(polls.refresh_poll, foretold, key=key, by=self.by("manager")) is not None:
            self.oracle.refresh()

    @rule(who=WHO, choice=st.sampled_from(["go", "go", "no-go"]), fresh=TRUE, proved=TRUE)
    def give_the_verdict(self, who, choice, fresh, proved):
        digest, table = self.seen(fresh)
        said = votes.Said(choice, digest, "" if choice == "go" else "Payments were not tried on a phone.")
        foretold = self.oracle.may_give_verdict(who, choice, table, proved)
        wanted = {"release": self.world.key, "said": said, "by": self.by(who, proved)}
        if self.ask(verdicts.sign_verdict, foretold, "decision:sign-off:recorded", **wanted) is not None:
            self.oracle.give_verdict(who, choice)

    def said(self, choice, digest, conditions=()):
        reason = "Orders were lost in the rehearsal." if choice == "no-go" else ""
        return votes.Said(choice, digest, reason, [SENTENCES[name] for name in conditions])

    def asked_for(self, choice):
        """Every second time all four, else one that the clock alone shows."""
        self.number += 1
        bound = tuple(SENTENCES) if self.number % 2 else ("off-peak",)
        return bound if choice == "go-with-conditions" else ()

    @rule(
        who=WHO,
        role=st.sampled_from([*VOTERS, "qa-lead"]),
        choice=st.sampled_from(["go", "go", "go-with-conditions", "no-go"]),
        fresh=TRUE,
        proved=TRUE,
    )
    def vote(self, who, role, choice, fresh, proved):
        key = str(self.open_poll_key())
        if not key:
            return
        digest, table = self.seen(fresh)
        bound = self.asked_for(choice)
        foretold = self.oracle.may_vote(who, role, table, proved, conditions=bound)
        said = self.said(choice, digest, bound)
        wanted = {"poll": key, "role": role, "said": said, "by": self.by(who, proved)}
        if self.ask(votes.vote, foretold, "decision:sign-off:recorded", **wanted) is not None:
            self.oracle.refresh()
            self.oracle.sign("vote", who, role, choice, bound)

    @rule(
        which=st.integers(0, 2),
        own=TRUE,
        choice=st.sampled_from(["go", "go-with-conditions", "no-go"]),
        proved=TRUE,
    )
    def change_the_vote(self, which, own, choice, proved):
        standing_ = self.oracle.live("vote")
        if len(standing_) <= which:
            return
        former = standing_[which]
        who = former.person if own else "stand"
        open_ = Q(poll=self.open_poll_key()) | Q(carried__poll=self.open_poll_key())
        rows_ = SignOff.objects.filter(open_, act="vote", voided_at__isnull=True, role=former.role)
        [row] = rows_.distinct()
        digest, table = self.seen(fresh=True)
        mine = who == former.person
        bound = self.asked_for(choice)
        asked = {"changed": former, "conditions": bound}
        foretold = mine and self.oracle.may_vote(who, former.role, table, proved, **asked)
        said = self.said(choice, digest, bound)
        wanted = {"sign_off": str(row.key), "said": said, "by": self.by(who, proved)}
        tags = ("decision:sign-off:recorded", "decision:sign-off:withdrawn")
        if self.ask(votes.change_vote, foretold, *tags, **wanted) is not None:
            former.void = True
            self.oracle.refresh()
            self.oracle.sign("vote", who, former.role, choice, bound)

    @rule(
        who=st.sampled_from(["owner", "olga", "pair", "manager", "stand", "dep", "pm", "eng"]),
        outcome=st.sampled_from(["what may be", "what may be", "GO", "CONDITIONAL GO", "NO-GO", "DEFERRED"]),
        fresh=TRUE,
        proved=TRUE,
    )
    def decide(self, who, outcome, fresh, proved):
        key = str(self.open_poll_key())
        if not key:
            return
        outcome = outcome if outcome != "what may be" else self.oracle.may_go() or "GO"
        digest, table = self.seen(fresh)
        reason = "Payments fail in the rehearsal." if outcome in ("NO-GO", "DEFERRED") else ""
        said = decisions.Decided(outcome, digest, reason)
        foretold = self.oracle.may_decide(who, outcome, table, proved)
        wanted = {"poll": key, "said": said, "by": self.by(who, proved)}
        tags = ("decision:sign-off:recorded", "decision:decision:recorded")
        if self.ask(decisions.decide, foretold, *tags, **wanted) is not None:
            self.world.seen[f"decided {outcome} at the {self.oracle.moment()}"] += 1
            self.oracle.decide(outcome)

    @rule()
    def reopen(self):
        foretold = self.oracle.state == "decided"
        wanted = {"release": self.world.key, "reason": "A partner asked for another day."}
        asked = self.ask(
            standing.reopen_release, foretold, "decision:decision:voided", by=self.by("manager"), **wanted
        )
        if asked is not None:
            self.oracle.reopen()

    # -- overrides

    @rule(who=st.sampled_from(["cto", "cto", "pm", "qa", "pair", "owner"]), rightly=TRUE)
    def ask_override(self, who, rightly):
        accepts = self.oracle.against() if rightly else {"pass-rate", "coverage", "more"}
        foretold = self.oracle.may_ask_override(who, accepts)
        wanted = {
            "release": self.world.key,
            "accepts": sorted(accepts),
            "reason": "The season begins on Monday.",
        }
        made = self.ask(
            overrides.ask_override, foretold, "decision:override:asked", by=self.by(who), **wanted
        )
        if made is not None:
            self.oracle.ask_override(set(accepts))

    @rule(
        who=st.sampled_from(["cto", "cto", "pm", "pair", "qa", "dep"]),
        role=st.sampled_from([*AUTHORITIES, "qa-lead"]),
    )
    def confirm_receipt(self, who, role):
        for one in self.asked():
            foretold = self.oracle.may_confirm(who, role)
            wanted = {"key": str(one.key), "role": role, "statement": one.statement, "by": self.by(who)}
            tag = "decision:override:receipt-confirmed"
            if self.ask(overrides.confirm_receipt, foretold, tag, **wanted) is not None:
                self.oracle.override["receipt"] = who

    @rule(
        who=st.sampled_from(["cto", "cto", "pm", "pair", "qa", "quinn", "dep"]),
        role=st.sampled_from([*AUTHORITIES, "qa-lead", "qa-lead"]),
        choice=st.sampled_from(["agree", "agree", "dissent-acknowledged"]),
        fresh=TRUE,
        proved=TRUE,
    )
    def sign_override(self, who, role, choice, fresh, proved):
        for one in self.asked():
            digest, table = self.seen(fresh)
            foretold = self.oracle.may_sign_override(who, role, choice, table, proved)
            reason = "" if choice == "agree" else "I recommended no-go."
            wanted = {"role": role, "choice": choice, "dossier": digest, "reason": reason}
            tag = "decision:sign-off:recorded"
            done = self.ask(
                overrides.sign_override, foretold, tag, key=str(one.key), by=self.by(who, proved), **wanted
            )
            if done is not None and self.oracle.sign_override(who, role, choice):
                self.world.seen["decided GO BY OVERRIDE"] += 1

    @rule(who=st.sampled_from(["cto", "owner"]))
    def end_override(self, who):
        for one in self.asked():
            foretold = bool(self.oracle.seats_of(who, "cto"))
            wanted = {"key": str(one.key), "reason": "It is mended instead.", "by": self.by(who)}
            if self.ask(overrides.end_override, foretold, "decision:override:ended", **wanted) is not None:
                self.oracle.override = None

    def asked(self):
        return list(Override.objects.filter(release=self.world.key, closed_at__isnull=True))

    # -- what comes by itself, and what people usually do

    @rule()
    def the_office_sweeps(self):
        for due, work in (
            (jobs.outdated, jobs.refresh),
            (jobs.to_void, jobs.void),
            (jobs.to_escalate, jobs.escalate),
        ):
            for key in due(self.at, 10):
                work(key, self.at)
        self.entries()
        oracle = self.oracle
        if oracle.poll:
            oracle.refresh()
        oracle.sweep()
        asked = oracle.override
        late = asked and "escalated" not in asked and self.at >= asked["asked"] + timedelta(hours=2)
        if late and asked["table"] != oracle.table():
            oracle.override = None
        elif late:
            asked["escalated"] = True

    @rule(
        steps=st.sampled_from([5, 7, 8, 9, 9]),
        bound=st.sampled_from(["go", "go", "go-with-conditions"]),
        moment=st.sampled_from(["final", "authorisation"]),
    )
    def the_usual_round(self, steps, bound, moment):
        for act in (
            lambda: self.bring("CI pipeline", True, ""),
            self.bring_the_rest,
            self.judge,
            lambda: self.the_board_answers("approved"),
            lambda: self.open_poll(moment),
            lambda: self.give_the_verdict("quinn", "go", True, True),
            lambda: self.vote("olga", "product-owner", bound, True, True),
            lambda: self.vote("eng", "engineering-lead", "go", True, True),
            lambda: self.decide("olga", "what may be", True, True),
        )[:steps]:
            self.step()
            act()

    @rule(steps=st.sampled_from([3, 5, 6, 8, 8]))
    def the_sad_round(self, steps):
        for act in (
            lambda: self.bring("CI pipeline", False, ""),
            self.judge,
            lambda: self.open_poll("final"),
            lambda: self.decide("olga", "NO-GO", True, True),
            lambda: self.ask_override("pair", True),
            lambda: self.confirm_receipt("pair", "cto"),
            lambda: self.sign_override("quinn", "qa-lead", "dissent-acknowledged", True, True),
            lambda: self.sign_override("pair", "cto", "agree", True, True),
        )[:steps]:
            self.step()
            act()

    # -- what holds after every step


def test_whatever_people_do_the_rules_hold(world):
    run(lambda: Machine(world), 4, 12)


@pytest.mark.slow
def test_whatever_people_do_the_rules_hold_for_long(world):
    run_long(lambda: Machine(world), world)
