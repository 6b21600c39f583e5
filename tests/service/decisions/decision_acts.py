"""How the decision machine asks for an act: with a foretold answer, and with what is then on record."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from flightrules.service.decisions import decisions
from flightrules.service.decisions.models import Poll
from flightrules.service.door.refusals import RefusalError
from flightrules.service.records.models import Entry
from flightrules.service.releases.models import Release
from people_stories import actor_of
from service.decisions.decision_checks import Checks
from service.decisions.decision_oracle import Oracle, Seat
from service.decisions.decision_world import (
    DENIED,
    LOST,
    ON_RECORD,
    ROLES,
    rows,
)
from service.shop import DIGEST


class Acts(Checks):
    """One release, its people, and the two books that are compared: the office and the oracle."""

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
