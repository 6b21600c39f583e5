"""How a machine asks for an act: with a foretold answer, and with what is then on record."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from flightrules.service.door.refusals import RefusalError
from flightrules.service.records.models import Entry
from flightrules.service.records.signer import ledger_key
from flightrules.service.records.verification import verify_ledger
from people_stories import actor_of
from service.decisions.decision_world import DENIED, ON_RECORD, rows


class Asking:
    """Two books that are compared: the office, and the oracle that foretells what it answers."""

    def __init__(self, world, oracle):
        super().__init__()
        self.world, self.oracle = world, oracle
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.names = {caller.key: name for name, caller in world.people.items()}
        self.last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first()

    def teardown(self):
        try:
            self.verify()
        finally:
            self.roll_back()

    def roll_back(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def verify(self):
        reports = list(verify_ledger(keys=[ledger_key().public]))
        assert all(one.ok for one in reports), [one.faults for one in reports]

    @property
    def at(self):
        return self.oracle.now

    def step(self, minutes=1):
        self.oracle.now += timedelta(minutes=minutes)

    def by(self, name, proved=True):
        return actor_of(self.world.people[name], proved_at=self.at if proved else None)

    def entries(self):
        new = list(Entry.objects.filter(pk__gt=self.last).order_by("pk").values_list("pk", "tag"))
        self.last = new[-1][0] if new else self.last
        return [tag for _, tag in new]

    def ask(self, act, foretold, *tags, **said):
        """One act; asserts that it is answered as foretold, and that exactly this is on record."""
        before = rows()
        asked = f"{act.__name__} {said}"
        try:
            answer = act(**said, at=self.at)
        except RefusalError as refusal:
            assert not foretold, f"refused with {refusal.code} ({refusal.message}): {asked}"
            told = self.entries()
            beside = [tag for tag in told if tag != DENIED]
            assert told.count(DENIED) == int(isinstance(refusal, ON_RECORD)), (told, asked)
            if not self.swept(act, refusal):
                assert not beside, (told, asked)
                assert rows() == before, f"a refusal changed something: {asked}"
            self.world.seen[f"{act.__name__} refused"] += 1
            return None
        told = self.entries()
        assert foretold, f"accepted: {asked}"
        self.world.seen[act.__name__] += 1
        assert DENIED not in told, (told, asked)
        for tag in tags:
            assert told.count(tag) == 1, (tag, told, asked)
        return answer

    def swept(self, act, refusal):  # noqa: ARG002 -- machines that know such acts say so
        """Whether this refusal may leave something behind: what had fallen is swept away first."""
        return False
