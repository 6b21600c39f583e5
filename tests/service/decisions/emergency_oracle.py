"""A second opinion on emergencies, from the rules alone: it imports nothing of the product.

It knows of each hotfix whether it is classified, which paths its last diff changed, whose word was given on
which change, and what is owed; and what share of all releases one more emergency would be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROLES = {
    "manager": "release-manager", "cto": "cto", "vp": "cto", "pm": "product-manager", "qa": "qa-lead",
    "quinn": "qa-lead", "owner": "product-owner", "engineer": "engineer", "second": "engineer",
    "author": "engineer", "viewer": "viewer",
}  # fmt: skip
OPENER = "manager"
CLASSIFIER, MAY_LIFT, REVIEWERS = "cto", ("product-manager", "qa-lead"), ("engineer", "qa-lead")
GIVEN = ("unit-tests", "reviewed", "qa-agreed", "rollback-tested", "on-call", "review-scheduled", "extra-1")
"""Points that take somebody's word; the others are measured."""
DUE = {"verbal-sign-off": 24 * HOUR, "decision": 2 * HOUR, "emergency-release": 48 * HOUR}
OWNS = {"verbal-sign-off": "qa-lead", "decision": "release-manager", "emergency-release": "release-manager"}
LONGEST_ROLLBACK = 300
LIFT_HOLDS = DAY
LIMIT = Fraction(1, 10)


@dataclass
class Spoken:
    """A word that let an emergency go ahead: who gave it last, what is owed for it, and whether it was written."""

    by: str
    debt: object
    written: bool = False


@dataclass
class Hotfix:
    """One release; ``change`` counts what was done to it, and a word counts for the change it was given on."""

    author: str
    classified_by: str = ""
    lifted: bool = False
    inside: bool | None = None
    change: int = 0
    inputs: int = 0
    judged: tuple | None = None  # on which inputs, and whether its smoke run was good
    good: bool | None = None
    words: dict = field(default_factory=dict)  # point -> (change, value)
    reviewers: set = field(default_factory=set)
    spoken: Spoken | None = None  # the word under the classification that holds
    ever_spoken: list = field(default_factory=list)
    decided: datetime | None = None
    stopped: list = field(default_factory=list)

    def is_open(self):
        return self.decided is None


@dataclass
class Stopped:
    """A classification that the throttle stopped; a lifting lets one through, within a day."""

    by: str
    key: str
    lifted_by: str = ""
    until: datetime | None = None
    used: bool = False


@dataclass
class Debt:
    """What one release owes, and since when."""

    release: int
    event: str
    due: datetime
    paid: bool = False


@dataclass
class EmergencyOracle:
    now: datetime
    hotfixes: list
    others: list = field(default_factory=list)  # when releases that are no emergency went to production
    debts: list = field(default_factory=list)

    # -- may one more be let in

    def is_too_often(self, one):
        """The last 20 releases or those of 90 days, whichever are more; ten at least are counted."""
        gone = [(at, False) for at in self.others]
        rest = [each for each in self.hotfixes if each is not one and each.classified_by]
        gone = sorted(gone + [(each.decided, True) for each in rest if each.decided])
        recent = [each for each in gone if each[0] >= self.now - 90 * DAY]
        window = max(gone[-20:], recent, key=len)
        waiting = sum(
            each.is_open() and bool(each.classified_by) for each in self.hotfixes if each is not one
        )
        emergencies = sum(is_one for _, is_one in window) + waiting + 1
        return Fraction(emergencies, max(len(window) + waiting + 1, 10)) > LIMIT

    def late(self, one):
        """Whether other emergencies owe what was due."""
        number = self.hotfixes.index(one)
        return any(each.release != number and not each.paid and each.due < self.now for each in self.debts)

    def may_classify(self, one, who, reference, paths, proved):
        """All but the throttle."""
        said = reference == "CVE-2026-12345" and paths == ["src/pay/"]
        able = ROLES[who] == CLASSIFIER and who != one.author
        return able and said and one.is_open() and not one.classified_by and not self.late(one) and proved

    def lifting(self, one, who):
        live = [each for each in one.stopped if each.until and each.until > self.now and not each.used]
        return next((each for each in live if each.lifted_by not in (who, one.author)), None)

    def classify(self, one, who):
        if self.is_too_often(one):
            self.lifting(one, who).used = True
            one.lifted = True
        one.classified_by, one.inputs = who, one.inputs + 1

    def may_lift(self, stopped, who, proved):
        return ROLES[who] in MAY_LIFT and not stopped.lifted_by and proved

    def end(self, one):
        one.classified_by, one.lifted, one.words, one.reviewers = "", False, {}, set()
        one.spoken, one.inputs = None, one.inputs + 1

    # -- the list

    def may_say(self, one, who, point, proved):
        if point not in GIVEN or not one.classified_by or not one.is_open() or ROLES[who] == "viewer":
            return False
        if point == "reviewed" and (ROLES[who] not in REVIEWERS or who in (one.author, OPENER)):
            return False
        return proved

    def say(self, one, who, point, value):
        one.words[point] = (one.change, value)
        if point == "reviewed":
            one.reviewers.add((who, one.change))
        if point == "qa-agreed":
            speaker = who if ROLES[who] == "qa-lead" else "qa"
            if one.spoken is None:
                self.owe(one, "verbal-sign-off")
                one.spoken = Spoken(speaker, self.debts[-1])
                one.ever_spoken.append(one.spoken)
            one.spoken.by = speaker

    def lacking(self, one):
        """Points that are not met now; the first one is by the classification."""
        same = {point for point, (change, _) in one.words.items() if change == one.change}
        values = {point: value for point, (_, value) in one.words.items()}
        met = {"confirmed", *(same & {"unit-tests", "qa-agreed", "extra-1"})}
        met |= {"scope-locked"} if one.inside else set()
        met |= {"regression"} if one.judged == (one.inputs, True) else set()
        met |= {"reviewed"} if any(change == one.change for _, change in one.reviewers) else set()
        met |= {"rollback-tested"} & same if values.get("rollback-tested", 999) < LONGEST_ROLLBACK else set()
        met |= {"on-call"} if "on-call" in values and values["on-call"] >= self.now + 2 * HOUR else set()
        met |= {"review-scheduled"} & set(values)
        return {*GIVEN, "confirmed", "scope-locked", "regression"} - met

    def may_go(self, one):
        return bool(one.classified_by) and one.is_open() and not self.lacking(one)

    def go(self, one):
        one.decided = self.now
        for event in ("decision", "emergency-release"):
            self.owe(one, event)

    # -- what is owed

    def owe(self, one, event):
        self.debts.append(Debt(self.hotfixes.index(one), event, self.now + DUE[event]))

    def owed(self, one, event):
        number = self.hotfixes.index(one)
        return [
            each for each in self.debts if (each.release, each.event) == (number, event) and not each.paid
        ]

    def may_pay(self, event, who):
        """A word is written by a signature of its own, and not paid like other debts."""
        return event != "verbal-sign-off" and ROLES[who] == OWNS[event]

    def to_write(self, one, who):
        """The latest word of this person that was not written, of an emergency that was ended too."""
        mine = [each for each in one.ever_spoken if each.by == who and not each.written]
        return mine[-1] if mine else None

    def may_write(self, one, who, proved):
        return ROLES[who] == "qa-lead" and self.to_write(one, who) is not None and proved

    def write(self, one, who):
        spoken = self.to_write(one, who)
        spoken.written = spoken.debt.paid = True
