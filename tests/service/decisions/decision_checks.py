"""What holds after every step of the decision machine, whatever was done."""

from __future__ import annotations

from hypothesis.stateful import invariant

from flightrules.engine.dossier import differences
from flightrules.service.decisions import standing
from flightrules.service.decisions.dossiers import dossier_of, keep, kept
from flightrules.service.decisions.hindrances import lacks
from flightrules.service.decisions.models import Decision, Poll, SignOff
from flightrules.service.decisions.situation import found_for

EACH = 5
"""Verifying is the dearest of the checks; a fault in a ledger stays there for the next one."""


class Checks:
    """Invariants; the machine that has them brings the release, the oracle and the moment."""

    @invariant()
    def the_service_and_the_oracle_agree(self):
        oracle, row = self.oracle, self.release()
        if oracle.run is None:
            return
        digest = self.digest_now(row)
        known = self.tables.setdefault(oracle.table(), digest)
        assert known == digest, ("the same table, another dossier", differences(kept(known), kept(digest)))
        assert list(self.tables.values()).count(digest) == 1, "another table, the same dossier"
        assert (lacks(row, self.at) == ()) == oracle.board_stands(), "the board"
        self.here = digest, oracle.table()
        assert (row.state == "decided") == (oracle.state == "decided"), (row.state, oracle.state)
        self.voices(row)
        self.decided()
        assert bool(self.asked()) == bool(oracle.override)
        self.step()

    def voices(self, row):
        oracle = self.oracle
        poll = Poll.objects.filter(release=row, closed_at__isnull=True).first()
        assert (poll is not None) == bool(oracle.poll)
        live = SignOff.objects.filter(release=row, voided_at__isnull=True)
        verdict = [(self.names[one.person], one.choice) for one in live.filter(act="verdict")]
        assert verdict == [(one.person, one.choice) for one in oracle.live("verdict")]
        if poll is None:
            return
        assert poll.moment == oracle.moment()
        brought = {
            one.pk: one for one in (*live.filter(poll=poll), *live.filter(act="vote", carried__poll=poll))
        }
        given = [(self.names[one.person], one.role, one.choice) for one in brought.values()]
        assert sorted(given) == sorted((one.person, one.role, one.choice) for one in oracle.live("vote"))
        assert len({who for who, _, _ in given}) == len({role for _, role, _ in given}) == len(given)
        found = found_for(poll, row, dossier_of(row, self.at), self.at)
        counted = sorted((self.names[one.person], one.role) for one in found.signed())
        assert counted == sorted((one.person, one.role) for one in oracle.counted())
        may = {str(one) for one in found.assessment.allowed} - {"NO-GO", "DEFERRED", "CANCELLED"}
        assert may == ({oracle.may_go()} - {""}), (may, oracle.may_go(), found.assessment.reasons)

    def decided(self):
        made = list(
            Decision.objects.filter(release=self.world.key).select_related("release__product").order_by("at")
        )
        foretold = self.oracle.decisions
        assert [(one.outcome, one.moment, one.voided_at is None) for one in made] == [
            (one.outcome, one.moment, not one.voided) for one in foretold
        ]
        for one, other in zip(made, foretold, strict=True):
            stands, why = standing.standing_of_decision(one, self.at)
            assert stands == self.oracle.stands(other), (one.outcome, why, other)
            if one.outcome == "GO BY OVERRIDE":
                signed = SignOff.objects.filter(override=one.override, voided_at__isnull=True)
                assert len({each.person for each in signed}) >= 2

    def digest_now(self, row):
        dossier = dossier_of(row, self.at)
        keep(dossier)
        return dossier.digest

    @invariant()
    def the_ledger_verifies_now_and_then(self):
        self.looked += 1
        self.world.steps += 1
        if self.looked % EACH == 0:
            self.verify()
