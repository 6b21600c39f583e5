"""A second opinion on the decision machine, from the rules alone: it imports nothing of the product.

It knows what lies on the table (as a tuple instead of a digest), who may speak in which seat, what was signed,
and answers yes or no to each act. The machine beside it compares every answer with that of the service.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations

from service.decisions.decision_oracle_defects import Known
from service.decisions.decision_oracle_deploying import Proofs
from service.decisions.decision_oracle_rows import Made, Seat, Signed

__all__ = ["AUTHORITIES", "VOTERS", "Oracle", "Seat"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVIDENCE_HOLDS = 2 * DAY
FINAL, AHEAD = "final", "authorisation"
SIGNATURE_HOLDS = {FINAL: 7 * DAY, AHEAD: 14 * DAY}
BOARD_HOLDS = 30 * DAY
VOTERS = ("product-owner", "engineering-lead", "operations")
CRITERIA = (
    ("pass-rate", "CI pipeline"),
    ("coverage", "coverage report"),
    ("p1-open", "issue tracker"),
    ("p2-open", "issue tracker"),
)
AGEING = ("pass-rate",)
NEEDED, REQUIRED = 2, "product-owner"
VERDICT, DECIDER = "qa-lead", "product-owner"
AUTHORITIES = ("cto", "product-manager")
GOES = ("go", "go-with-conditions")
FINE = ("met", "waived", "accepted", "ships")
RELIES_ON_LITTLE = WORD_OF = "operations"
"""This role's signature is carried over where only evidence, gates, waivers and acceptances changed."""


@dataclass
class Oracle:
    now: datetime
    opens_at: datetime
    closes_at: datetime
    seats: list = field(default_factory=list)
    state: str = "open"
    build: str = "4.3.0+17"
    artefact: str = ""
    revision: int = 0
    evidence: dict = field(
        default_factory=dict
    )  # method -> (number, is good, taken at, person who brought it, artefact)
    waivers: dict = field(default_factory=dict)  # key -> expiry; ended ones are taken away
    run: tuple | None = None  # what it was judged on, failing, until when it stands
    blockers: set = field(default_factory=set)
    signed: list = field(default_factory=list)
    poll: int = 0  # the number of the poll that is open
    polls: list = field(default_factory=list)  # the moment of each poll
    decisions: list = field(default_factory=list)
    override: dict | None = None
    edition: int = 1
    board: tuple | None = None  # what the board approved, and when
    known: Known = field(default_factory=Known)
    proofs: Proofs = field(default_factory=Proofs)

    # -- what lies on the table

    def inputs(self):
        kept = tuple(sorted((name, one[0]) for name, one in self.evidence.items()))
        waivers = tuple(sorted(self.waivers))
        return (self.edition, self.revision, self.artefact, self.build, kept, waivers, self.known.inputs())

    def always(self):
        """What every signature relies on, and what the board and an authorisation are about."""
        return (self.build, self.artefact, self.edition)

    def table(self):
        live = tuple(sorted(key for key, end in self.waivers.items() if end > self.now))
        kept = tuple(sorted((name, one[0]) for name, one in self.evidence.items()))
        known = (self.known.listed(self.now), self.known.shown(self.now))
        return (self.always(), known, kept, live, self.run and self.run[:2])

    def judge(self):
        """What was brought while another artefact was shipped is of that one; only a known number is waived.

        How old something is that is too old stands in words on the table, in whole days.
        """
        waiver = [end for end in self.waivers.values() if end > self.now]
        found, ends = {}, []
        for name, method in CRITERIA:
            _, good, taken, _, artefact = self.evidence[method]
            age = self.now - taken if name in AGEING else timedelta(0)
            stale = f"{age.days} days old" if age > EVIDENCE_HOLDS else ""
            stale = stale or ("stale" if artefact != self.artefact else "")
            found[name] = stale or ("met" if good else "missed")
            ends += [taken + EVIDENCE_HOLDS] if name in AGEING else []
        if found["coverage"] == "missed" and waiver:
            found["coverage"] = "waived"
            ends += waiver
        if self.known.is_open:
            self._judge_the_known(found, ends)
        until = min((one for one in ends if one > self.now), default=None)
        self.run = (self.inputs(), tuple(sorted(found.items())), until)

    def _judge_the_known(self, found, ends):
        found["SHOP-1"] = self.known.decision(self.now)
        if self.known.severity == "P1" and found["p1-open"] == "met":
            found["p1-open"] = "missed"
        ends += [self.known.acceptance.until] if found["SHOP-1"] == "accepted" else []

    def failing(self):
        return {name for name, status in self.run[1] if status not in FINE}

    def gate_stands(self):
        return self.run[0] == self.inputs() and (self.run[2] is None or self.run[2] > self.now)

    def gate_open(self):
        return self.gate_stands() and not self.failing()

    def against(self):
        now = {"SHOP-1"} if self.known.decision(self.now) == "blocks" else set()
        return {*self.failing(), *now, *self.blockers}

    # -- who may speak

    def holds(self, person, role):
        own = [one for one in self.seats if one.person == person and one.role == role]
        return any(one.through == "grant" and one.live(self.now) for one in own)

    def seats_of(self, person, role):
        """Own ones first, then as a deputy, then by delegation."""
        mine = [one for one in self.seats if (one.person, one.role) == (person, role) and one.live(self.now)]
        live = [one for one in mine if one.through == "grant" or self.holds(one.holder, role)]
        return sorted(live, key=lambda one: ("grant", "deputy", "delegation").index(one.through))

    def involved(self):
        return {"manager", *(one[3] for one in self.evidence.values() if one[3])}

    def separate(self, person, role):
        return bool(self.seats_of(person, role)) and not self.speaks(person, role) & self.involved()

    def speaks(self, person, role):
        """Whose word it would be if this person signed in this role."""
        seat = self.seats_of(person, role)[0]
        return {person, seat.holder} if seat.through == "delegation" else {person}

    def confirmable(self, conditions):
        """Somebody has the role that has to say a word, if only from tomorrow on."""
        holds = (one for one in self.seats if one.role == WORD_OF and one.through == "grant")
        return "word" not in conditions or any(one.end is None or one.end > self.now for one in holds)

    def eligible(self, one):
        return any(seat.holder == one.holder for seat in self.seats_of(one.person, one.role))

    # -- what was signed

    def live(self, act):
        found = [one for one in self.signed if one.act == act and not one.void]
        return found if act != "vote" else [one for one in found if self.poll in one.polls]

    def moment(self):
        return self.polls[self.poll - 1] if self.poll else FINAL

    def expired(self, one):
        return self.now - one.at > SIGNATURE_HOLDS[one.moment or self.moment()]

    def counts(self, one):
        return self.table() in one.counts_for and self.eligible(one) and not self.expired(one)

    def fate(self, one):
        """``void``, ``carry`` or nothing: what bringing the poll up to date does to a signature."""
        if not self.eligible(one) or self.expired(one):
            return "void"
        if self.table() in one.counts_for:
            return ""
        kept = one.role == RELIES_ON_LITTLE and self._relied_on(one.table) == self._relied_on(self.table())
        return "carry" if kept else "void"

    def _relied_on(self, table):
        return (table[0], table[1][0])

    def refresh(self):
        for one in [*self.live("vote"), *self.live("verdict")]:
            fate = self.fate(one)
            if fate == "void":
                one.void = True
            elif fate == "carry":
                one.counts_for.add(self.table())

    def sign(self, act, person, role, choice, conditions=()):
        seat = self.seats_of(person, role)[0]
        made = Signed(act, person, role, seat.holder, choice, self.now, self.table())
        made.lender = seat.holder if seat.through == "delegation" else ""
        made.conditions = tuple(conditions)
        if act == "vote":
            made.moment, made.polls = self.moment(), {self.poll}
        self.signed.append(made)

    # -- the acts

    def may_open(self):
        roles = {role: {one.person for one in self.seats if self.seats_of(one.person, role)} for role in
                 (*VOTERS, VERDICT)}  # fmt: skip
        left = {role: found - self.involved() for role, found in roles.items()}
        pairs = permutations(left[REQUIRED] | left[VERDICT], 2)
        each = any(owner in left[REQUIRED] and lead in left[VERDICT] for owner, lead in pairs)
        enough = sum(bool(left[role]) for role in VOTERS) >= NEEDED
        return self.state == "open" and self.gate_stands() and each and enough and not self.poll

    def open_poll(self, moment):
        """At the final poll the votes of a standing authorisation count on, where what they rely on is there."""
        self.polls.append(moment)
        self.poll = len(self.polls)
        ahead = [one for one in self.decisions if one.goes() and one.moment == AHEAD]
        if moment == FINAL and ahead:
            former = [one for one in self.signed if one.act == "vote" and ahead[-1].poll in one.polls]
            for one in [one for one in former if not one.void]:
                one.counts_for = {one.table}
                if self.fate(one) != "void":
                    one.polls.add(self.poll)
                    one.counts_for.add(self.table())

    def may_vote(self, person, role, seen, proved, changed=None, conditions=()):
        if role not in VOTERS or not self.poll or not self.separate(person, role):
            return False
        if not self.confirmable(conditions):
            return False
        standing = [one for one in self.live("vote") if one is not changed and self.fate(one) != "void"]
        verdict = [one for one in self.live("verdict") if self.fate(one) != "void"]
        mine = self.speaks(person, role)
        if any(one.speaks() & mine or one.role == role for one in standing):
            return False
        return not any(one.speaks() & mine for one in verdict) and seen == self.table() and proved

    def may_give_verdict(self, person, choice, seen, proved):
        if self.state != "open" or not self.separate(person, VERDICT):
            return False
        mine = self.speaks(person, VERDICT)
        if self.poll and any(one.speaks() & mine for one in self.live("vote")):
            return False
        stands = any(self.table() in one.counts_for and self.eligible(one) for one in self.live("verdict"))
        founded = choice == "no-go" or self.gate_open()
        return seen == self.table() and founded and not stands and proved

    def give_verdict(self, person, choice):
        for one in self.live("verdict"):
            one.void = True
        self.sign("verdict", person, VERDICT, choice)

    def counted(self):
        return [one for act in ("verdict", "vote") for one in self.live(act) if self.counts(one)]

    def may_go(self):
        """GO or CONDITIONAL GO, if either may be decided at all."""
        voices = self.counted()
        votes = [one for one in voices if one.act == "vote"]
        heard = {one.role for one in votes}
        agreed = len(heard) >= NEEDED and REQUIRED in heard and any(one.act == "verdict" for one in voices)
        people = [who for one in voices for who in one.speaks()]
        apart = len(set(people)) == len(people) and not set(people) & self.involved()
        willing = all(one.choice in GOES for one in voices)
        if not (self.gate_open() and agreed and apart and willing) or self.blockers:
            return ""
        if not self.board_stands():
            return ""
        bound = any(one.choice == "go-with-conditions" for one in voices)
        return "CONDITIONAL GO" if bound else "GO"

    def board_stands(self):
        """It approved what is there now, not too long ago, for a window that is not over."""
        if self.board is None or self.now >= self.closes_at:
            return False
        what, at = self.board
        return what == self.always() and self.now < at + BOARD_HOLDS

    def may_decide(self, person, outcome, seen, proved):
        if not self.poll or self.state != "open" or not self.separate(person, DECIDER):
            return False
        mine = self.speaks(person, DECIDER)
        if any(one.speaks() & mine and one.role != DECIDER for one in self.counted()):
            return False
        going = outcome not in ("NO-GO", "DEFERRED")
        if going and not self.confirmable([text for one in self.counted() for text in one.conditions]):
            return False
        end = self.opens_at if self.moment() == AHEAD else self.closes_at
        if going and (self.now >= end or outcome != self.may_go()):
            return False
        return seen == self.table() and proved

    def decide(self, outcome):
        ends = [self.now + SIGNATURE_HOLDS[self.moment()], self.closes_at]
        if self.moment() == FINAL and self.run[2] and self.run[2] > self.now:
            ends.append(self.run[2])
        said = {text for one in self.counted() for text in one.conditions}
        self._decided(outcome, min(ends), self.moment(), tuple(sorted(said)))

    def _decided(self, outcome, until, moment, conditions=(), named=frozenset()):
        made = Made(
            outcome, self.now, self.table(), self.always(), until, moment, self.poll, conditions, named
        )
        for one in self.decisions:
            if made.goes() and one.goes() and one.moment == moment:
                one.voided = True
        self.decisions.append(made)
        self.poll = 0
        if made.goes() and moment == FINAL:
            self.state = "decided"

    def stands(self, one):
        """Whether it can be relied on now: an authorisation where what it is about is the same."""
        if not one.goes() or self.now >= one.until:
            return False
        if one.moment == AHEAD:
            return one.always == self.always()
        return self.state == "decided" and one.table == self.table() and self.gate_stands()

    def sweep(self):
        """What does not stand is voided; what only grew old is left as it is."""
        for one in self.decisions:
            changed = one.always != self.always() if one.moment == AHEAD else one.table != self.table()
            if one.goes() and self.now < one.until and changed:
                one.voided = True
                self.state = "open" if one.moment == FINAL else self.state

    def reopen(self):
        for one in self.decisions:
            one.voided = one.voided or (one.goes() and one.moment == FINAL)
        self.state = "open"

    def last_final(self):
        """The decision that whoever deploys is told of: the one that stands, else the last one."""
        final = [one for one in self.decisions if one.moment == FINAL]
        return next((one for one in reversed(final) if not one.voided), final[-1] if final else None)

    def cleared(self, artefact, place):
        """On what word exactly this may go exactly there now; nothing where it may not."""
        one = self.last_final()
        if one is None or place != "prod" or artefact != self.artefact or not self.stands(one):
            return ""
        in_window = self.opens_at <= self.now < self.closes_at
        shown = all(self.proofs.holds(name, self.now, self.word_of(one)) for name in one.conditions)
        free = in_window and shown and not self.blockers - one.named and self.board_stands()
        return one.outcome if free else ""

    def word_of(self, decision):
        """A word counts for the decision that asked for it, while who gave it may speak for operations."""
        return lambda who, at: at >= decision.at and bool(self.seats_of(who, WORD_OF))

    # -- overrides

    def may_ask_override(self, person, accepts):
        standing = [one for one in self.decisions if not one.voided]
        said_no = bool(standing) and standing[-1].outcome == "NO-GO"
        allowed = any(self.seats_of(person, role) for role in (*AUTHORITIES, VERDICT))
        named = bool(accepts) and accepts == self.against() and self.gate_stands()
        return allowed and self.state == "open" and said_no and not self.override and named

    def ask_override(self, accepts):
        for one in self.live("override"):
            one.void = True
        of = [one for one in self.decisions if not one.voided][-1]
        self.override = {"table": self.table(), "named": accepts, "receipt": "", "asked": self.now,
                         "moment": of.moment}  # fmt: skip

    def may_confirm(self, person, role):
        live = self.override and self.override["table"] == self.table()
        return bool(live) and role in AUTHORITIES and bool(self.seats_of(person, role))

    def may_sign_override(self, person, role, choice, seen, proved):
        if not self.override or not seen == self.override["table"] == self.table() or not self.gate_stands():
            return False
        if role not in (VERDICT, *AUTHORITIES) or (role != VERDICT and choice != "agree"):
            return False
        given = self.live("override")
        if not self.separate(person, role):
            return False
        mine = self.speaks(person, role)
        if any(mine & one.speaks() or role == one.role for one in given):
            return False
        return proved and (role == VERDICT or self.override["receipt"] == person)

    def sign_override(self, person, role, choice):
        """Returns whether the second side makes it whole."""
        self.sign("override", person, role, choice)
        whole = [one for one in self.live("override") if self.eligible(one)]
        quality = {one.person for one in whole if one.role == VERDICT}
        authority = {one.person for one in whole if one.role != VERDICT}
        received = self.override["receipt"] in authority
        if not (quality and authority and received) or self.override["named"] != self.against():
            return False
        moment = self.override["moment"]
        until = min(self.now + SIGNATURE_HOLDS[moment], self.closes_at)
        self._decided("GO BY OVERRIDE", until, moment, named=frozenset(self.override["named"]))
        self.override = None
        return True
