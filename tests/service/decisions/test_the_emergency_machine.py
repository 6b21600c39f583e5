"""Emergencies against a second opinion: classified, locked, throttled, confirmed, decided and owed in any order.

Each step is one act on one of a few hotfixes, with an answer that the oracle foretells. After it, what each of
them lacks, how often it is and what is owed are compared too. Each example is rolled back.
"""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from flightrules.service.decisions import decisions, polls, votes
from flightrules.service.decisions.dossiers import dossier_of, keep
from flightrules.service.door.refusals import InvalidError
from flightrules.service.emergencies import queries, services
from flightrules.service.obligations import services as obligations
from flightrules.service.obligations.models import Obligation
from flightrules.service.readiness import intake, runs
from flightrules.service.records import blobs
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.releases.models import Release
from service.decisions.decision_asking import Asking
from service.decisions.decision_world import TRUE
from service.decisions.emergency_oracle import GIVEN, OWNS, ROLES, EmergencyOracle, Hotfix, Stopped
from service.decisions.emergency_world import AUTHORS, HOTFIXES, Counted, made_trouble, smoke
from service.decisions.running import run, run_long
from service.emergencies.conftest import REASON, diff
from service.shop import coverage, tracker

LINK = "https://ci.example.org/512"
WHICH = st.integers(0, HOTFIXES - 1)
WHO = st.sampled_from(sorted(ROLES))
CLASSIFIED, THROTTLED = "emergency:emergency:classified", "emergency:emergency:throttled"
POINT_TAGS = {"qa-agreed": "emergency:sign-off:spoken", "review-scheduled": "emergency:review:scheduled"}


class Emergencies(Asking, RuleBasedStateMachine):
    """A few hotfixes of one product, and everything that may be asked of them as emergencies."""

    def __init__(self, world):
        super().__init__(world, EmergencyOracle(world.start, [Hotfix(author) for author in AUTHORS]))
        self.number, self.others = 0, []
        self.counted = Counted(self.others)
        self.counted.__enter__()

    def roll_back(self):
        self.counted.__exit__()
        super().roll_back()

    @initialize(often=st.sampled_from([0, 9, 19, 30]), ready=TRUE)
    def begin(self, often, ready):
        """Some products are young; most stories begin with one hotfix that has everything."""
        self.others_go(often)
        if ready:
            self.all_of_it(0)
            assert self.oracle.hotfixes[0].decided

    # -- time, and releases that are none

    @rule(hours=st.sampled_from([1, 3, 25, 49]))
    def time_passes(self, hours):
        self.step(60 * hours)

    @rule(number=st.sampled_from([1, 5, 10]))
    def others_go(self, number):
        for _ in range(number):
            self.others.append((f"other-{len(self.others)}", self.at, "prod"))
            self.oracle.others.append(self.at)

    # -- classified in writing, throttled, lifted, ended

    @rule(
        which=WHICH,
        who=st.sampled_from(["cto", "vp", "vp", "pm", "manager"]),
        reference=st.sampled_from(["CVE-2026-12345"] * 5 + ["SHOP-1"]),
        paths=st.sampled_from([["src/pay/"]] * 5 + [[], ["**"]]),
        proved=TRUE,
    )
    def classify(self, which, who, reference, paths, proved):
        one = self.oracle.hotfixes[which]
        may = self.oracle.may_classify(one, who, reference, paths, proved)
        author = self.world.people[one.author].key
        stated = services.Stated(REASON, reference, paths, [author])
        wanted = {"release": self.world.keys[which], "stated": stated, "by": self.by(who, proved)}
        if may and self.oracle.is_too_often(one) and self.oracle.lifting(one, who) is None:
            self.throttled(one, who, wanted)
        elif self.ask(services.classify, may, CLASSIFIED, **wanted) is not None:
            self.oracle.classify(one, who)

    def throttled(self, one, who, wanted):
        """The refusal is on record, with what a second authority may lift."""
        with pytest.raises(InvalidError) as refused:
            services.classify(**wanted, at=self.at)
        assert refused.value.code == "E_THROTTLE_EXCEEDED"
        assert self.entries() == [THROTTLED]
        one.stopped.append(Stopped(who, refused.value.detail["throttling"]))
        self.world.seen["throttled"] += 1

    @rule(which=WHICH, who=st.sampled_from(["pm", "pm", "qa", "cto", "vp", "engineer"]), proved=TRUE)
    def lift(self, which, who, proved):
        for stopped in self.oracle.hotfixes[which].stopped[-1:]:
            foretold = self.oracle.may_lift(stopped, who, proved)
            wanted = {"key": stopped.key, "reason": "Every hour costs 40,000.", "by": self.by(who, proved)}
            if self.ask(services.lift, foretold, "emergency:throttle:lifted", **wanted) is not None:
                stopped.lifted_by, stopped.until = who, self.at + timedelta(days=1)

    @rule(which=WHICH, who=st.sampled_from(["cto", "vp", "qa", "pm"]), proved=TRUE)
    def end(self, which, who, proved):
        one = self.oracle.hotfixes[which]
        foretold = ROLES[who] == "cto" and one.is_open() and bool(one.classified_by) and proved
        wanted = {"release": self.world.keys[which], "reason": "It can wait.", "by": self.by(who, proved)}
        if self.ask(services.end, foretold, "emergency:emergency:ended", **wanted) is not None:
            self.oracle.end(one)

    # -- the lock, the gate, the list

    def bring(self, which, method, data, **more):
        digest, size = blobs.store(io.BytesIO(data), 1 << 20)
        wanted = {
            "release": self.world.keys[which],
            "said": intake.Statement(method, f"{method}.out", **more),
        }
        one = self.oracle.hotfixes[which]
        wanted |= {"digest": digest, "size": size, "by": self.machine}
        if self.ask(intake.take_evidence, one.is_open(), "readiness:evidence:received", **wanted) is None:
            return False
        one.inputs += 1
        return True

    @property
    def machine(self):
        key, scopes = self.world.machine.key, frozenset({"read", "bring-evidence"})
        return Actor(key=key, kind=Kind.MACHINE, account_key=key, via="token", scopes=scopes)

    @rule(which=WHICH, inside=TRUE)
    def bring_a_diff(self, which, inside):
        self.number += 1
        one = self.oracle.hotfixes[which]
        path = f"src/{'pay' if inside else 'shop'}/part{self.number}.py"
        if self.bring(which, "CI pipeline", diff(path), part="changes"):
            one.inside, one.change = inside, one.change + 1

    @rule(which=WHICH, good=TRUE)
    def judge(self, which, good):
        """Every report is new, so that none is known again as another release's."""
        self.number += 1
        one, stamp = self.oracle.hotfixes[which], self.at.isoformat(timespec="seconds")
        for method, data in (
            ("smoke run", smoke(good, stamp)),
            ("coverage report", coverage(900 + self.number, 1000 + self.number)),
            ("issue tracker", tracker((f"PROJ-{self.number}", "P3"))),
        ):
            self.bring(which, method, data)
        wanted = {"release": self.world.keys[which], "gate": "hotfix", "claim": None, "by": self.machine}
        tag = "readiness:gate-run:recorded"
        if self.ask(runs.ask_gate_run, one.is_open(), tag, **wanted) is not None:
            one.judged = (one.inputs, good)

    @rule(
        which=WHICH,
        who=WHO,
        point=st.sampled_from([*GIVEN, "scope-locked", "regression", "confirmed", "no-point"]),
        slow=st.sampled_from([False, False, True]),
        proved=TRUE,
    )
    def say(self, which, who, point, slow, proved):
        """One's own word, where it is quality's; somebody else says when quality's was spoken."""
        one = self.oracle.hotfixes[which]
        value, said = self.said(who, point, slow)
        foretold = self.oracle.may_say(one, who, point, proved)
        wanted = {"release": self.world.keys[which], "point": point, "said": services.Said(**said)}
        tag = POINT_TAGS.get(point, "emergency:checklist:confirmed")
        if self.ask(services.confirm_point, foretold, tag, by=self.by(who, proved), **wanted) is not None:
            self.oracle.say(one, who, point, value)

    def said(self, who, point, slow):
        if point == "rollback-tested":
            seconds = 300 if slow else 299
            return seconds, {"link": LINK, "seconds": seconds}
        if point == "on-call":
            until = self.at + timedelta(hours=2 if slow else 9)
            return until, {"until": until}
        if point == "review-scheduled":
            return None, {"said_at": self.at + timedelta(hours=48 if slow else 12)}
        if point == "qa-agreed" and ROLES[who] != "qa-lead":
            heard = {"person": self.world.people["qa"].key, "said_at": self.at - timedelta(hours=1)}
            return None, {**heard, "text": "Go ahead, I have seen the smoke run."}
        return None, {"link": LINK}

    # -- the decision, and what is owed after it

    @rule(which=WHICH, who=st.sampled_from(["cto", "vp", "vp"]))
    def let_it_go(self, which, who):
        """Asked, voted and decided in one step; where it may not go, the poll is closed again."""
        one, key, row = self.oracle.hotfixes[which], self.world.keys[which], self.release(which)
        able = one.judged is not None and one.judged[0] == one.inputs and bool(one.classified_by)
        if not one.is_open() or not able or who == one.author:
            return
        wanted = {"release": key, "moment": "final", "by": self.by("manager")}
        poll = self.ask(polls.open_poll, True, "decision:poll:opened", **wanted)
        for voter, role in ((who, "cto"), ("pm", "product-manager"))[: 1 + one.lifted]:
            said = votes.Said("go", self.digest(row), "", [])
            votes.vote(poll=str(poll.key), role=role, said=said, by=self.by(voter), at=self.at)
            self.step()  # a proof signs once
        self.entries()
        may, wanted = self.oracle.may_go(one), {"poll": str(poll.key), "by": self.by(who)}
        decided = decisions.Decided("GO", self.digest(row), "")
        tag = "decision:decision:recorded"
        if self.ask(decisions.decide, may, tag, said=decided, **wanted) is not None:
            self.oracle.go(one)
        else:
            said = {"key": str(poll.key), "reason": "It lacks something.", "by": self.by("manager")}
            self.ask(polls.close_poll, True, "decision:poll:closed", **said)

    @rule(which=WHICH, who=st.sampled_from(["qa", "qa", "quinn", "cto"]), proved=TRUE)
    def write_it_down(self, which, who, proved):
        one = self.oracle.hotfixes[which]
        foretold = self.oracle.may_write(one, who, proved)
        wanted = {"release": self.world.keys[which], "text": "I agreed at noon, on the smoke run."}
        tag = "emergency:sign-off:written"
        if (
            self.ask(services.sign_off_in_writing, foretold, tag, by=self.by(who, proved), **wanted)
            is not None
        ):
            self.oracle.write(one, who)

    @rule(event=st.sampled_from(sorted(OWNS)), who=st.sampled_from(["manager", "manager", "qa", "cto"]))
    def pay(self, event, who):
        for each in [one for one in self.oracle.debts if one.event == event and not one.paid][:1]:
            rows = Obligation.objects.filter(release=self.world.keys[each.release], event=event)
            [row] = rows.filter(due_at=each.due)
            foretold = self.oracle.may_pay(event, who)
            wanted = {"key": str(row.key), "text": "It was held, and this came out.", "by": self.by(who)}
            if self.ask(obligations.pay, foretold, "obligation:obligation:paid", **wanted) is not None:
                each.paid = True

    @rule(which=WHICH, steps=st.sampled_from([3, 6, 11, 11]))
    def all_of_it(self, which, steps=11):
        """What people usually do with an emergency, in its order."""
        words = (("engineer", "reviewed"), ("qa", "qa-agreed"), ("engineer", "rollback-tested"),
                 ("engineer", "on-call"), ("manager", "review-scheduled"), ("engineer", "unit-tests"),
                 ("manager", "extra-1"))  # fmt: skip
        self.classify(which, "vp", "CVE-2026-12345", ["src/pay/"], True)
        self.bring_a_diff(which, True)
        self.judge(which, True)
        for who, point in words[: steps - 3]:
            self.step()
            self.say(which, who, point, False, True)
        if steps > len(words):
            self.let_it_go(which, "vp")

    # -- what holds after every step

    @invariant()
    def the_office_and_the_oracle_agree(self):
        self.step()
        self.world.steps += 1
        for number, one in enumerate(self.oracle.hotfixes):
            row = self.release(number)
            there = queries.classification_of(row)
            assert (there is not None) == bool(one.classified_by), number
            assert (row.state == "decided") == (not one.is_open()), number
            if there is None:
                continue
            _, places = queries.points(release=str(row.key), by=SYSTEM, at=self.at)
            assert {each.point for each in places if not each.met} == self.oracle.lacking(one), number
            share = queries.share_with(row, self.at, None)
            assert share.is_exceeded == self.oracle.is_too_often(one), share
        owed = Obligation.objects.filter(paid_at__isnull=True, emergency=True)
        found = [(str(each.release_id), each.event, each.due_at) for each in owed]
        told = [
            (self.world.keys[each.release], each.event, each.due)
            for each in self.oracle.debts
            if not each.paid
        ]
        assert sorted(found) == sorted(told)

    def release(self, which):
        return Release.objects.select_related("product").get(pk=self.world.keys[which])

    def digest(self, row):
        dossier = dossier_of(row, self.at)
        keep(dossier)
        return dossier.digest


@pytest.fixture
def trouble(shop, person):
    return made_trouble(shop, person, shop.ci)


def test_whatever_becomes_of_an_emergency_the_rules_hold(trouble):
    run(lambda: Emergencies(trouble), 2, 8)


@pytest.mark.slow
def test_whatever_becomes_of_an_emergency_the_rules_hold_for_long(trouble):
    run_long(lambda: Emergencies(trouble), trouble)
