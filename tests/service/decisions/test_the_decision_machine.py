"""The whole decision machine against a second opinion: whatever people do in whatever order, the rules hold.

Each step is one act, with an answer that the oracle foretells from the rules alone. After it, what counts, what
may be decided, what stands and what is on record is compared too. Each example is rolled back.
"""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from flightrules.service.blockers import services as blockers
from flightrules.service.board import changes, voting
from flightrules.service.board.models import AgendaItem
from flightrules.service.board.shown import digest_of, shown_of
from flightrules.service.catalogue import services as catalogue
from flightrules.service.decisions import decisions, jobs, overrides, polls, standing, verdicts, votes
from flightrules.service.decisions.models import Override, Poll, SignOff
from flightrules.service.door.refusals import RefusalError
from flightrules.service.people import services as people
from flightrules.service.people.models import RoleGrant
from flightrules.service.readiness import intake, runs, waivers
from flightrules.service.records import blobs
from flightrules.service.records.models import Entry
from flightrules.service.releases import services as releases
from flightrules.service.releases.models import Release
from people_stories import actor_of
from service.decisions.decision_checks import Checks
from service.decisions.decision_oracle import AUTHORITIES, VOTERS, Oracle, Seat
from service.decisions.decision_world import (
    BOOK,
    DENIED,
    LOST,
    OFF_PEAK,
    ON_RECORD,
    ROLES,
    TRUE,
    WHO,
    on_agenda,
    raised_change,
    rows,
)
from service.shop import DIGEST, coverage, junit, tracker


class Machine(Checks, RuleBasedStateMachine):
    """One release, its people, and everything that may be asked of the room of decisions."""

    def __init__(self, world):
        super().__init__()
        self.world, self.number = world, 0
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.names = {caller.key: name for name, caller in world.people.items()}
        oracle = self.oracle = Oracle(world.start, world.opens_at, world.closes_at, artefact=DIGEST)
        for name, roles in ROLES.items():
            oracle.seats += [Seat(name, role, name, "grant", world.start) for role in roles]
        self.last, self.tables, self.waivers, self.blockers = 0, {}, {}, {}
        self.grants, self.stand_ins, self.seen_before = {}, {}, None
        self.here, self.looked, self.change = None, 0, ""
        self.last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first()

    def teardown(self):
        try:
            self.verify()
        finally:
            self.roll_back()

    def roll_back(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # -- how an act is asked

    @property
    def at(self):
        return self.oracle.now

    def by(self, name, proved=True):
        return actor_of(self.world.people[name], proved_at=self.at if proved else None)

    @property
    def root(self):
        return actor_of(self.world.admin, proved_at=self.at)

    def release(self):
        return Release.objects.select_related("product").get(pk=self.world.key)

    def digest(self):
        """Of what lies there now; the checks hold that the same table is always the same dossier."""
        return self.tables.get(self.oracle.table()) or self.digest_now(self.release())

    def open_poll_key(self):
        return Poll.objects.filter(release=self.world.key, closed_at__isnull=True).values_list(
            "pk", flat=True
        ).first() or next(iter(Poll.objects.filter(release=self.world.key).values_list("pk", flat=True)), "")

    def entries(self):
        new = list(Entry.objects.filter(pk__gt=self.last).order_by("pk").values_list("pk", "tag"))
        self.last = new[-1][0] if new else self.last
        return [tag for _, tag in new]

    def step(self, minutes=1):
        self.oracle.now += timedelta(minutes=minutes)

    def ask(self, act, foretold, *tags, **said):
        """One act; asserts that it is answered as foretold, and that exactly this is on record."""
        before = rows()
        asked = f"{act.__name__} {said}"
        try:
            answer = act(**said, at=self.at)
        except RefusalError as refusal:
            assert not foretold, f"refused with {refusal.code} ({refusal.message}): {asked}"
            told = self.entries()
            voided = [tag for tag in told if tag != DENIED]
            assert told.count(DENIED) == int(isinstance(refusal, ON_RECORD)), (told, asked)
            swept = act is decisions.decide and refusal.code in LOST
            assert swept or not voided, (told, asked)
            assert swept or rows() == before, f"a refusal changed something: {asked}"
            if swept and self.oracle.poll:
                self.oracle.refresh()
            self.world.seen[f"{act.__name__} refused"] += 1
            return None
        told = self.entries()
        assert foretold, f"accepted: {asked}"
        self.world.seen[act.__name__] += 1
        assert DENIED not in told, (told, asked)
        for tag in tags:
            assert told.count(tag) == 1, (tag, told, asked)
        return answer

    def seen(self, fresh):
        """What somebody has read: what lies there now, or what lay there before the last change."""
        if fresh or self.seen_before is None:
            return self.digest(), self.oracle.table()
        return self.seen_before

    # -- time, evidence, gate

    @initialize(way=st.sampled_from(["", "", "ahead", "decided", "overridden"]))
    def begin(self, way):
        """Everything is judged; half of the stories begin where others end."""
        self.step()
        self.bring("CI pipeline", True, "")
        self.bring_the_rest()
        self.judge()
        self.here = (self.digest(), self.oracle.table())
        if way == "overridden":
            self.the_sad_round(8)
            assert self.oracle.decisions[-1].outcome == "GO BY OVERRIDE"
        elif way:
            self.the_usual_round(9, "go", "authorisation" if way == "ahead" else "final")
            assert self.oracle.decisions[-1].goes()

    @rule(hours=st.sampled_from([1, 3, 25, 49, 120]))
    def time_passes(self, hours):
        self.step(60 * hours)

    @rule(
        method=st.sampled_from(["CI pipeline", "coverage report"]),
        good=TRUE,
        by=st.sampled_from(["", "", "eng"]),
    )
    def bring(self, method, good, by):
        self.number += 1
        self.remember()
        stamp = self.at.isoformat(timespec="seconds")
        data = junit(100 if good else 90, 0 if good else 10, at=stamp)
        if method == "issue tracker":
            data = tracker((f"PROJ-{self.number}", "P3"))
        elif method != "CI pipeline":
            data = coverage((900 if good else 500) + self.number, 1000 + self.number)
        digest, size = blobs.store(io.BytesIO(data), 1 << 20)
        said = intake.Statement(method, f"{method}.out")
        actor = self.by(by) if by else self.world.machine
        held = not by or bool(self.oracle.seats_of(by, "engineering-lead"))
        foretold = self.oracle.state == "open" and held
        wanted = {"release": self.world.key, "said": said, "digest": digest, "size": size, "by": actor}
        if self.ask(intake.take_evidence, foretold, "readiness:evidence:received", **wanted) is not None:
            taken = self.at.replace(microsecond=0) if method == "CI pipeline" else self.at
            self.oracle.evidence[method] = (self.number, good, taken, by, self.oracle.artefact)

    @rule()
    def bring_the_rest(self):
        for method in ("coverage report", "issue tracker"):
            self.bring(method, True, "")

    @rule()
    def judge(self):
        foretold, by = self.oracle.state == "open", self.world.machine
        wanted = {"release": self.world.key, "gate": "exit", "claim": None, "by": by}
        if self.ask(runs.ask_gate_run, foretold, "readiness:gate-run:recorded", **wanted) is not None:
            self.oracle.judge()

    def remember(self):
        self.seen_before = self.here

    @rule()
    def edit(self):
        self.number += 1
        self.remember()
        changes = {"build": f"4.3.0+{self.number + 100}"}
        wanted = {"key": self.world.key, "changes": changes, "by": self.by("manager")}
        foretold = self.oracle.state == "open" and bool(self.oracle.seats_of("manager", "release-manager"))
        if self.ask(releases.edit_release, foretold, "release:release:changed", **wanted) is not None:
            self.oracle.build, self.oracle.revision = changes["build"], self.oracle.revision + 1

    @rule()
    def ship_something_else(self):
        self.number += 1
        self.remember()
        wanted = {"name": "image", "digest": f"{self.number:064x}", "by": self.by("manager")}
        foretold = self.oracle.state == "open"
        made = self.ask(
            releases.add_artefact, foretold, "release:artefact:added", key=self.world.key, **wanted
        )
        if made is not None:
            self.oracle.artefact, self.oracle.revision = wanted["digest"], self.oracle.revision + 1

    # -- waivers and blockers

    @rule(who=st.sampled_from(["qa", "quinn", "dep", "owner"]), days=st.sampled_from([1, 9]), proved=TRUE)
    def waive(self, who, days, proved):
        if any(end > self.at for end in self.oracle.waivers.values()):
            return
        self.remember()
        end = self.at + timedelta(days=days)
        terms = waivers.WaiverTerms("coverage", "The parser is generated.", "It is fuzzed each night.", end)
        foretold = self.oracle.state == "open" and bool(self.oracle.seats_of(who, "qa-lead")) and proved
        wanted = {"release": self.world.key, "terms": terms, "role": "qa-lead", "by": self.by(who, proved)}
        made = self.ask(waivers.grant_waiver, foretold, "readiness:waiver:granted", **wanted)
        if made is not None:
            self.oracle.waivers[str(made.key)] = end

    @rule()
    def take_the_waiver_back(self):
        for key in [key for key, end in self.oracle.waivers.items() if end > self.at]:
            self.remember()
            foretold = bool(self.oracle.seats_of("qa", "qa-lead"))
            wanted = {"key": key, "reason": "The parser changed.", "by": self.by("qa")}
            if self.ask(waivers.end_waiver, foretold, "readiness:waiver:ended", **wanted) is not None:
                del self.oracle.waivers[key]

    @rule(who=st.sampled_from(["qa", "eng", "ops"]))
    def object_to_it(self, who):
        roles = [role for role in ROLES[who] if role in ("qa-lead", "engineering-lead")]
        foretold = any(self.oracle.seats_of(who, role) for role in roles)
        said = blockers.Objection(
            "Checkout hangs", "About 3 % of orders are lost.", "https://tickets.example/7"
        )
        wanted = {"release": self.world.key, "objection": said, "by": self.by(who)}
        made = self.ask(blockers.raise_blocker, foretold, "blocker:blocker:raised", **wanted)
        if made is not None:
            self.oracle.blockers.add(str(made.key))
            self.blockers[str(made.key)] = who

    @rule(accept=st.booleans(), proved=TRUE)
    def end_the_objection(self, accept, proved):
        for key in sorted(self.oracle.blockers)[:1]:
            if accept:
                said = blockers.Mitigation("Support calls back every lost order.", "the support lead")
                foretold = bool(self.oracle.seats_of("olga", "product-owner")) and proved
                wanted = {"key": key, "mitigation": said, "by": self.by("olga", proved)}
                ended = self.ask(blockers.accept_blocker, foretold, "blocker:blocker:accepted", **wanted)
            else:
                who = self.blockers[key]
                foretold = any(self.oracle.seats_of(who, role) for role in ROLES[who])
                said = blockers.Resolution("The retry was fixed and tried a thousand times.")
                wanted = {"key": key, "resolution": said, "by": self.by(who)}
                ended = self.ask(blockers.resolve_blocker, foretold, "blocker:blocker:resolved", **wanted)
            if ended is not None:
                self.oracle.blockers.discard(key)

    # -- people

    @rule(who=st.sampled_from(["qa", "owner", "eng", "ops", "cto", "pm"]))
    def take_the_role_away(self, who):
        [role] = ROLES[who]
        key = self.world.people[who].key
        grant = RoleGrant.objects.filter(person_id=key, role=role, revoked_at__isnull=True).first()
        if grant is None:
            wanted = {"person": key, "role": role, "product": "shop", "by": self.root}
            self.ask(people.grant_role, True, "people:role:granted", **wanted)
            self.oracle.seats.append(Seat(who, role, who, "grant", self.at + timedelta(hours=24)))
            return
        wanted = {"person": key, "grant": str(grant.key), "by": self.root}
        self.ask(people.revoke_role, True, "people:role:revoked", **wanted)
        for seat in self.oracle.seats:
            if (seat.person, seat.role, seat.through) == (who, role, "grant") and seat.end is None:
                seat.end = self.at

    @rule(holder=st.sampled_from(["qa", "owner", "cto"]))
    def name_or_end_a_deputy(self, holder):
        [role] = ROLES[holder]
        former = self.stand_ins.pop(("deputy", holder), None)
        if former is not None:
            key, seat = former
            self.ask(people.end_deputy, True, "people:deputy:ended", deputy=key, by=self.root)
            seat.end = self.at
            return
        wanted = {"holder": self.world.people[holder].key, "deputy": self.world.people["dep"].key}
        foretold = self.oracle.holds(holder, role)
        made = self.ask(people.name_deputy, foretold, "people:deputy:named", role=role, product="shop",
                        by=self.root, **wanted)  # fmt: skip
        if made is not None:
            seat = Seat("dep", role, holder, "deputy", self.at + timedelta(hours=24))
            self.oracle.seats.append(seat)
            self.stand_ins["deputy", holder] = (str(made.key), seat)

    @rule(
        holder=st.sampled_from(["quinn", "owner", "manager"]), to=st.sampled_from(["stand", "stand", "eng"])
    )
    def lend_a_role_or_end_it(self, holder, to):
        role = "qa-lead" if holder == "quinn" else "product-owner"
        former = self.stand_ins.pop(("delegation", role), None)
        if former is not None:
            key, seat = former
            foretold = seat.end > self.at
            self.ask(people.end_delegation, foretold, "people:delegation:ended", delegation=key, by=self.root)
            seat.end = min(seat.end, self.at)
            return
        ends = self.at + timedelta(days=5)
        wanted = {"delegate": self.world.people[to].key, "role": role, "product": "shop", "ends_at": ends}
        foretold = self.oracle.holds(holder, role)
        made = self.ask(people.delegate_role, foretold, "people:delegation:made", reason="Holidays.",
                        by=self.by(holder), **wanted)  # fmt: skip
        if made is not None:
            seat = Seat(to, role, holder, "delegation", self.at, ends)
            self.oracle.seats.append(seat)
            self.stand_ins["delegation", role] = (str(made.key), seat)

    # -- the board, and what is agreed on

    @rule(outcome=st.sampled_from(["approved", "approved", "approved", "rejected"]))
    def the_board_answers(self, outcome):
        if self.oracle.state != "open" or self.at >= self.world.closes_at:
            return
        if self.change:
            changes.move_change(key=self.change, to="canceled", by=self.by("clerk"), at=self.at)
        self.change = str(raised_change(self.world.key, self.by("clerk"), self.at).key)
        item = on_agenda(self.change, self.by("manager"), self.at)
        shown = digest_of(shown_of(AgendaItem.objects.get(pk=item)))
        for who in ("sec", "biz"):
            said = {"choice": "approve" if outcome == "approved" else "reject", "reason": "As it was shown."}
            voting.vote_on_change(item=item, shown=shown, by=self.by(who), at=self.at, **said)
        self.entries()
        tag = f"board:change-request:{'authorised' if outcome == 'approved' else 'rejected'}"
        said = {"item": item, "outcome": outcome, "rationale": "Tested twice.", "shown": shown}
        self.ask(voting.answer_change, True, tag, by=self.by("manager"), **said)
        self.oracle.board = (self.oracle.always(), self.at) if outcome == "approved" else None

    @rule()
    def agree_on_another_edition(self):
        parties = (("qa", "qa-lead"), ("eng", "engineering-lead"), ("owner", "product-owner"))
        if not all(self.oracle.holds(who, role) for who, role in parties):
            return
        self.number += 1
        self.remember()
        text = BOOK.replace("Line coverage >= 80%", f"Line coverage >= {60 + self.number % 29}%")
        said = {"product": "shop", "data": text.encode(), "file_name": "rules.yml", "reason": "As agreed."}
        edition = catalogue.propose_rulebook(**said, by=self.by("qa"), at=self.at)
        for who, role in parties[:-1]:
            catalogue.sign_rulebook(
                product="shop", number=edition.number, role=role, by=self.by(who), at=self.at
            )
        self.entries()
        wanted = {
            "product": "shop",
            "number": edition.number,
            "role": "product-owner",
            "by": self.by("owner"),
        }
        self.ask(catalogue.sign_rulebook, True, "catalogue:rulebook:adopted", **wanted)
        self.oracle.edition = edition.number

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

    def said(self, choice, digest):
        bound = [OFF_PEAK] if choice == "go-with-conditions" else []
        return votes.Said(
            choice, digest, "Orders were lost in the rehearsal." if choice == "no-go" else "", bound
        )

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
        foretold = self.oracle.may_vote(who, role, table, proved)
        wanted = {"poll": key, "role": role, "said": self.said(choice, digest), "by": self.by(who, proved)}
        if self.ask(votes.vote, foretold, "decision:sign-off:recorded", **wanted) is not None:
            self.oracle.refresh()
            self.oracle.sign("vote", who, role, choice)

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
        foretold = mine and self.oracle.may_vote(who, former.role, table, proved, changed=former)
        wanted = {"sign_off": str(row.key), "said": self.said(choice, digest), "by": self.by(who, proved)}
        tags = ("decision:sign-off:recorded", "decision:sign-off:withdrawn")
        if self.ask(votes.change_vote, foretold, *tags, **wanted) is not None:
            former.void = True
            self.oracle.refresh()
            self.oracle.sign("vote", who, former.role, choice)

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


def machine(world, number, steps):
    run_state_machine_as_test(
        lambda: Machine(world),
        settings=settings(
            max_examples=number,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate,),  # making an example smaller takes minutes here
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_people_do_the_rules_hold(world):
    machine(world, 6, 15)


@pytest.mark.slow
def test_whatever_people_do_the_rules_hold_for_long(world):
    number = int(os.environ.get("FLIGHTRULES_MACHINE_EXAMPLES", "40"))
    machine(world, number, 50)
    said = {"database": connection.vendor, "examples": number, "steps": world.steps, "acts": world.seen}
    print(json.dumps(said), file=sys.stderr)  # noqa: T201 -- the figures, which pytest shows with -s
