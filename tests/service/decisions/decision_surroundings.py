"""What happens around a decision: time, evidence, waivers, blockers, people, the board, the agreement."""

from __future__ import annotations

import io
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from flightrules.service.blockers import services as blockers
from flightrules.service.board import changes, voting
from flightrules.service.board.models import AgendaItem
from flightrules.service.board.shown import digest_of, shown_of
from flightrules.service.catalogue import services as catalogue
from flightrules.service.people import services as people
from flightrules.service.people.models import RoleGrant
from flightrules.service.readiness import intake, runs, waivers
from flightrules.service.records import blobs
from flightrules.service.releases import services as releases
from service.decisions.decision_acts import Acts
from service.decisions.decision_oracle import Seat
from service.decisions.decision_world import (
    BOOK,
    ROLES,
    TRUE,
    on_agenda,
    raised_change,
)
from service.shop import coverage, junit, tracker


class Surroundings(Acts):
    """Acts that change what people decide on, and who may."""

    # -- time, evidence, gate

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
        holder=st.sampled_from(["quinn", "owner", "manager", "pair"]),
        to=st.sampled_from(["stand", "stand", "eng"]),
    )
    def lend_a_role_or_end_it(self, holder, to):
        """Who has several roles and lends one speaks once, through whomever."""
        role = "qa-lead" if holder in ("quinn", "pair") else "product-owner"
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
