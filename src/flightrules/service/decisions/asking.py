"""Who is asked about a release: its gates, the roles that vote, who signs the verdict, who decides.

All of it comes from the rulebook in force; where that says nothing, the QA lead gives the verdict and the
product owner authorises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from flightrules.engine.quorum import Ask
from flightrules.rules.authority import Act
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import ReleaseClass, Track
from flightrules.service.decisions.models import Moment
from flightrules.service.emergencies.queries import approvers
from flightrules.service.people.powers import role_key, stands_for
from flightrules.service.releases.queries import Release

__all__ = ["Asking", "asking_of", "is_high_stakes", "matching", "max_age", "required_gates", "voids_for"]

_VERDICT, _AUTHORISES = "qa_lead", "product_owner"
_MAX_AGE = {Moment.FINAL: timedelta(days=7), Moment.AUTHORISATION: timedelta(days=14)}
_ALWAYS = frozenset({"release", "target", "rulebook", "artefacts"})


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked, in the office's spelling of roles.

    Attributes:
        roles: who may vote; ``needed`` of them (None: all), ``required`` among them.
        verdict: who signs the quality verdict.
        decider: who takes the decision.
        gates: gates that must be open.
    """

    roles: tuple[str, ...]
    needed: int | None
    required: tuple[str, ...]
    distinct_people: bool
    verdict: str
    decider: str
    gates: tuple[str, ...]

    @property
    def ask(self) -> Ask:
        """The asking, as votes are counted."""
        return Ask(self.roles, self.needed, self.required, self.distinct_people)

    def asked(self, said: str) -> str:
        """The role that is asked under this name, ``sponsor`` for ``product-owner`` too; empty for none."""
        return matching(said, self.roles)

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the poll."""
        return {name: list(one) if isinstance(one, tuple) else one for name, one in asdict(self).items()}

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> Asking:
        """From what is kept with a poll."""
        found: dict[str, Any] = {
            name: tuple(one) if isinstance(one, list) else one for name, one in said.items()
        }
        return cls(**found)


def asking_of(book: Rulebook, release: Release) -> Asking:
    """Who is asked about a release by this rulebook.

    Signers of the act ``authorisation`` vote; sign-offs of the gates and approvers of the track must be among
    those who do. An emergency that was classified is approved, and decided, by who answers for emergencies.
    """
    gates = required_gates(book, release)
    verdict = _accountable(book.authority.act("verdict"), _VERDICT)
    signs = _keys(role for gate in gates if (one := book.gate(gate)) is not None for role in one.sign_off)
    emergency = approvers(release) if release.emergency else None
    if emergency is not None:
        required = _keys((*emergency.required, *signs))
        decider = _accountable(book.authority.act("emergency"), emergency.roles[0])
        roles = _keys((*emergency.roles, *signs))
        return Asking(roles, emergency.needed, required, True, verdict, decider, gates)
    authorises = book.authority.act("authorisation") or Act("authorisation")
    track = _track(book, release)
    required = _keys((*authorises.required, *signs, *(track.approver if track is not None else ())))
    return Asking(
        roles=_keys((*(authorises.signers or (_AUTHORISES,)), *required)),
        needed=authorises.quorum,
        required=required,
        distinct_people=True,
        verdict=verdict,
        decider=_accountable(authorises, _AUTHORISES),
        gates=gates,
    )


def required_gates(book: Rulebook, release: Release) -> tuple[str, ...]:
    """The gates that a release must pass: those of its track, else of its class, else the exit gate."""
    for one in (_track(book, release), _class(book, release)):
        if one is not None and one.gates:
            return tuple(one.gates)
    found = book.exit_gate()
    return () if found is None else (found.id,)


def is_high_stakes(book: Rulebook, release: Release) -> bool:
    """Whether the rulebook calls its releases so, or the release is of a class that the board approves."""
    found = _class(book, release)
    return book.release.high_stakes or (found is not None and found.approval == "cab")


def max_age(book: Rulebook, moment: str) -> timedelta:
    """How old a sign-off may be when it is counted.

    An authorisation is given as early as ``governance.decisions.authorise_earliest`` allows; 14 days where it
    says nothing. At the final poll it is ``governance.decisions.final_counts_for``, or 7 days.
    """
    times = book.governance.decisions
    stated = times.authorise_earliest if moment == Moment.AUTHORISATION else times.final_counts_for
    return _MAX_AGE[Moment(moment)] if stated is None else stated


def voids_for(role: str, changed: Iterable[str], book: Rulebook) -> frozenset[str]:
    """The changed parts of a dossier that void this role's signature; none where a rule carries it over."""
    known = next((one for one in book.authority.roles if role_key(one.id) == role), None)
    parts = frozenset(changed)
    return parts if known is None or not known.relies_on else parts & (_ALWAYS | frozenset(known.relies_on))


def matching(said: str, roles: Sequence[str]) -> str:
    """The one of these roles that is meant; empty for none."""
    return next((role for role in roles if stands_for(role, said)), "")


def _track(book: Rulebook, release: Release) -> Track | None:
    found: Track | None = _named(book.tracks, release.track)
    return found


def _class(book: Rulebook, release: Release) -> ReleaseClass | None:
    found: ReleaseClass | None = _named(book.classes, release.release_class)
    return found


def _named(known: Iterable[Any], said: str) -> Any:
    """By id or title, however it is spelt."""
    wanted = role_key(said)
    return next((one for one in known if wanted and wanted in (role_key(one.id), role_key(one.title))), None)


def _accountable(act: Act | None, usual: str) -> str:
    named = (act.accountable or act.signers) if act is not None else ()
    return role_key(named[0]) if named else role_key(usual)


def _keys(roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role_key(role) for role in roles))
