"""How quarantined tests, waivers and acceptances are written, and the files that hold the latter two."""

from __future__ import annotations

from flightrules.errors import RulebookError
from flightrules.rules.evidence_sources import BINDINGS
from flightrules.rules.exceptions import Acceptance, Approval, Quarantined, Waiver
from flightrules.rules.record import Field, ListOf, Record
from flightrules.rules.secrets import refuse_secrets
from flightrules.rules.shape import Collected, Shape, Whole
from flightrules.rules.source import Binding
from flightrules.rules.strict_yaml import load
from flightrules.rules.texts import Pairs
from flightrules.rules.vocabulary import FLAG, ID, LINE, MOMENT, ROLE, TEXT
from flightrules.values import frozen

__all__ = [
    "QUARANTINE",
    "WAIVER_POLICY",
    "Quarantine",
    "WaiverPolicy",
    "load_acceptances",
    "load_bindings",
    "load_waivers",
]


@frozen
class Quarantine:
    """Tests excluded from rates by agreement; at most ``limit``, and fewer than ``previous`` where stated."""

    entries: tuple[Quarantined, ...] = ()
    limit: int = 5
    previous: int | None = None
    decreasing: bool = True

    @property
    def fault(self) -> str:
        """How the list breaks the rule that it stands under; empty when it does not."""
        size = len(self.entries)
        if size > self.limit:
            return f"{size} tests are quarantined; the limit is {self.limit}"
        if self.decreasing and self.previous is not None and size and size >= self.previous:
            return f"the quarantine list does not shrink: {self.previous} before, {size} now"
        return ""

    @property
    def tests(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(entry.test for entry in self.entries)


@frozen
class WaiverPolicy:
    """Whether waivers and acceptances must come signed, and by whose public keys."""

    require_signature: bool = False
    keys: tuple[tuple[str, str], ...] = ()


_QUARANTINED = Record(
    "a quarantined test",
    "A test left out of rates, with who answers for it and until when.",
    Quarantined,
    (
        Field("test", LINE, "The test's name as reports write it, or a glob.", required=True),
        Field("owner", LINE, "Who mends it.", required=True),
        Field("reason", TEXT, "Why it is left out.", required=True),
        Field("expires", MOMENT, "From this moment it counts again.", required=True, attribute="expires_at"),
        Field("since", MOMENT, "Since when it is left out.", default=None),
    ),
    origin=True,
)

QUARANTINE = Record(
    "the quarantine list",
    "Tests excluded from rates: counted and named in every report.",
    Quarantine,
    (
        Field("entries", ListOf(_QUARANTINED, most=1000, lone=False), "The tests.", default=()),
        Field("limit", Whole(least=0, most=1000), "How many at most; 5 as shipped.", default=5),
        Field("previous", Whole(least=0), "How many there were a sprint ago.", default=None),
        Field("decreasing", FLAG, "The list must be shorter than the previous one, or empty.", default=True),
    ),
    partial=True,
)

WAIVER_POLICY = Record(
    "the waiver policy",
    "What makes a waiver or acceptance credible.",
    WaiverPolicy,
    (
        Field("require_signature", FLAG, "Only waivers signed by the approver's key stand.", default=False),
        Field(
            "keys",
            Pairs("public keys by name"),
            "Public key, or the file that holds it, by approver.",
            default=(),
        ),
    ),
    partial=True,
)

_APPROVAL = Record(
    "an approval",
    "Who said yes.",
    Approval,
    (
        Field("name", LINE, "The person.", required=True),
        Field("role", ROLE, "The role in which they said it.", required=True),
        Field("at", MOMENT, "When, with zone.", required=True),
    ),
)
_APPROVALS = ListOf(_APPROVAL, least=1, most=50)

_WAIVER = Record(
    "a waiver",
    "A failed criterion set aside for a while.",
    Waiver,
    (
        Field("id", ID, "The waiver's own name.", required=True),
        Field("criterion", ID, "The criterion that it is for.", required=True),
        Field("reason", TEXT, "Why it is waived.", required=True),
        Field(
            "approved_by",
            _APPROVALS,
            "Who approved it, in which role, when.",
            required=True,
            attribute="approvals",
        ),
        Field("compensating_control", TEXT, "What stands in its place.", required=True),
        Field("expires", MOMENT, "From this moment it is void.", required=True, attribute="expires_at"),
        Field(
            "scope", LINE, "The release or version it is valid for, such as 4.2.1 or 4.2.*.", required=True
        ),
    ),
    origin=True,
)

_ACCEPTANCE = Record(
    "an acceptance",
    "A known defect shipped on purpose.",
    Acceptance,
    (
        Field("defect", LINE, "The tracker's id.", required=True),
        Field("title", LINE, "The defect's title.", required=True),
        Field("severity", LINE, "Its severity.", required=True),
        Field("affected_users", TEXT, "Who is affected, and how many.", required=True),
        Field("business_impact", TEXT, "What it costs.", required=True),
        Field("mitigation", TEXT, "What softens it.", required=True),
        Field("monitoring", TEXT, "How its effect is watched.", required=True),
        Field("resolution_target", LINE, "When it will be mended.", required=True),
        Field(
            "accepted_by",
            _APPROVALS,
            "Who accepted it, in which role, when.",
            required=True,
            attribute="approvals",
        ),
        Field("expires", MOMENT, "From this moment it is void.", default=None, attribute="expires_at"),
        Field("scope", LINE, "The release or version it is valid for.", default=""),
    ),
    origin=True,
)


def _file(title: str, doc: str, key: str, item: Record[object]) -> Record[tuple[object, ...]]:
    return Record(
        title, doc, lambda **values: values[key], (Field(key, ListOf(item, lone=False), doc, required=True),)
    )


WAIVERS_FILE = _file("a waivers file", "Waivers that stand beside the rulebook.", "waivers", _WAIVER)  # type: ignore[arg-type]  # a Record is read, never written to
ACCEPTANCES_FILE = _file("an acceptances file", "Known defects that are shipped.", "acceptances", _ACCEPTANCE)  # type: ignore[arg-type]  # as above


def load_waivers(data: bytes, name: str = ".flightrules/waivers.yml") -> tuple[Waiver, ...]:
    """The waivers of a file; one that lacks any of its fields is refused.

    Raises:
        RulebookError: with file, line and column.
    """
    waivers: tuple[Waiver, ...] = _read(WAIVERS_FILE, data, name)  # type: ignore[assignment]  # by declaration
    _refuse_twins([(waiver.id, waiver.origin) for waiver in waivers], "waiver")
    return waivers


def load_acceptances(data: bytes, name: str = ".flightrules/acceptances.yml") -> tuple[Acceptance, ...]:
    """The accepted defects of a file; a record that lacks any of its eight fields is refused.

    Raises:
        RulebookError: with file, line and column.
    """
    acceptances: tuple[Acceptance, ...] = _read(ACCEPTANCES_FILE, data, name)  # type: ignore[assignment]  # by declaration
    _refuse_twins(
        [(f"{one.defect} for {one.scope or 'any release'}", one.origin) for one in acceptances],
        "acceptance of",
    )
    return acceptances


def load_bindings(data: bytes, name: str = ".flightrules/evidence.yml") -> tuple[Binding, ...]:
    """What producers state about artefacts, by digest.

    Raises:
        RulebookError: with file, line and column; also when one digest is bound twice.
    """
    bindings: tuple[Binding, ...] = _read(BINDINGS, data, name)  # type: ignore[assignment]  # by declaration
    _refuse_twins([(binding.sha256, binding.origin) for binding in bindings], "binding of")
    return bindings


def _read(shape: Shape[tuple[object, ...]], data: bytes, name: str) -> tuple[object, ...]:
    node = load(data, name)
    refuse_secrets(node)
    return shape.read(node, Collected())


def _refuse_twins(found: list[tuple[str, str]], what: str) -> None:
    seen: dict[str, str] = {}
    for key, origin in found:
        if key in seen:
            file, _, line = origin.rpartition(":")
            raise RulebookError(
                "E_DUPLICATE_KEY",
                f"the {what} {key} stands twice; first in {seen[key]}",
                file=file,
                line=int(line),
                column=1,
                hint="keep one of the two",
            )
        seen[key] = origin
