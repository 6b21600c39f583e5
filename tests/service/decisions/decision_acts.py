"""The release that the decision machine is about, and what somebody has read of it."""

from __future__ import annotations

from flightrules.service.decisions import decisions
from flightrules.service.decisions.models import Poll
from flightrules.service.releases.models import Release
from people_stories import actor_of
from service.decisions.decision_asking import Asking
from service.decisions.decision_checks import Checks
from service.decisions.decision_oracle import Oracle, Seat
from service.decisions.decision_world import LOST, ROLES
from service.shop import DIGEST


class Acts(Checks, Asking):
    """One release and its people."""

    def __init__(self, world):
        oracle = Oracle(world.start, world.opens_at, world.closes_at, artefact=DIGEST)
        for name, roles in ROLES.items():
            oracle.seats += [Seat(name, role, name, "grant", world.start) for role in roles]
        super().__init__(world, oracle)
        self.number, self.tables, self.blockers, self.stand_ins = 0, {}, {}, {}
        self.here, self.seen_before, self.looked, self.change, self.answers = None, None, 0, "", {}

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

    def swept(self, act, refusal):
        swept = act is decisions.decide and refusal.code in LOST
        if swept and self.oracle.poll:
            self.oracle.refresh()
        return swept

    def seen(self, fresh):
        """What somebody has read: what lies there now, or what lay there before the last change."""
        if fresh or self.seen_before is None:
            return self.digest(), self.oracle.table()
        return self.seen_before
