"""The rulebook: one versioned, digested agreement, loaded strictly from ``.flightrules.yml``."""

from __future__ import annotations

from functools import cached_property

from flightrules.errors import RulebookError
from flightrules.rules.authority import Authority
from flightrules.rules.criterion import Enforcement, Rule
from flightrules.rules.environments import Environment
from flightrules.rules.exception_files import Quarantine, WaiverPolicy
from flightrules.rules.gate import Gate
from flightrules.rules.governance import Governance
from flightrules.rules.indicator import Indicator
from flightrules.rules.node import Mapping, Node
from flightrules.rules.obligation import Obligation
from flightrules.rules.release_facts import Identity, Product, ReleaseFacts
from flightrules.rules.severity import SeverityPolicy
from flightrules.rules.severity_policy import shipped_policy
from flightrules.rules.shape import Collected, Removal
from flightrules.rules.source import EvidenceSource, Scope, name_key
from flightrules.rules.track import ReleaseClass, Track
from flightrules.rules.trigger import Rollback
from flightrules.rules.watch import Watch
from flightrules.values import field, frozen, replace

__all__ = ["Rulebook", "load_outline", "load_rulebook", "profile_rulebook"]

_OUTLINED = ("authority", "gates")


@frozen
class Rulebook:
    """What was promised before the release; profile and overrides already put together.

    ``mode`` is ``block`` or ``advise``; in advise mode nothing blocks and the verdict says what it would have
    been. ``removals`` are the profile's entries that were left out, with their reasons.
    """

    origin: str = ""
    mode: str = "block"
    extends: str = ""
    product: Product = field(default_factory=Product)
    identity: Identity = field(default_factory=Identity)
    rules: tuple[Rule, ...] = ()
    gates: tuple[Gate, ...] = ()
    severity: SeverityPolicy = field(default_factory=shipped_policy)
    quarantine: Quarantine = field(default_factory=Quarantine)
    sources: tuple[EvidenceSource, ...] = ()
    scopes: tuple[Scope, ...] = ()
    environments: tuple[Environment, ...] = ()
    classes: tuple[ReleaseClass, ...] = ()
    tracks: tuple[Track, ...] = ()
    authority: Authority = field(default_factory=Authority)
    rollback: Rollback = field(default_factory=Rollback)
    watch: Watch = field(default_factory=Watch)
    indicators: tuple[Indicator, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    waivers: WaiverPolicy = field(default_factory=WaiverPolicy)
    release: ReleaseFacts = field(default_factory=ReleaseFacts)
    governance: Governance = field(default_factory=Governance)
    removals: tuple[Removal, ...] = ()

    @cached_property
    def digest(self) -> str:
        """``sha256:`` and the digest over the meaning; see ``rules.digest``."""
        from flightrules.rules.digest import digest

        return digest(self)

    @property
    def advise(self) -> bool:
        """Nothing blocks; the verdict says what it would have been."""
        return self.mode == "advise"

    def rule(self, criterion: str) -> Rule | None:
        """The criterion of that id."""
        return self._rules_by_id.get(criterion)

    def gate(self, gate: str) -> Gate | None:
        """The gate of that id."""
        return next((one for one in self.gates if one.id == gate), None)

    def exit_gate(self) -> Gate | None:
        """The gate before sign-off: the first of kind exit."""
        return next((one for one in self.gates if one.kind == "exit"), None)

    def rules_of(self, gate: Gate) -> tuple[Rule, ...]:
        """The gate's criteria, in its order."""
        found = {rule.id: rule for rule in self.rules}
        return tuple(found[name] for name in gate.criteria if name in found)

    def source(self, method: str) -> EvidenceSource | None:
        """The evidence source that a sentence's method means."""
        return self._sources_by_key.get(name_key(method))

    @cached_property
    def _rules_by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in reversed(self.rules)}

    @cached_property
    def _sources_by_key(self) -> dict[str, EvidenceSource]:
        """The first source of a name is the one that it means."""
        return {
            name_key(name): source
            for source in reversed(self.sources)
            for name in (source.name, *source.also)
        }

    @cached_property
    def plans(self) -> dict[str, object]:
        """Room for what the engine works out once for each gate, by the gate's id."""
        return {}

    def scope(self, name: str) -> Scope | None:
        """The scope of that name; case and a leading article do not matter."""
        wanted = name_key(name)
        return next((scope for scope in self.scopes if name_key(scope.name) == wanted), None)

    def environment(self, name: str) -> Environment | None:
        """The environment of that id or further name."""
        wanted = name.casefold()
        for one in self.environments:
            if wanted in (one.id.casefold(), *(other.casefold() for other in one.also)):
                return one
        return None

    def blocking(self) -> tuple[Rule, ...]:
        """Criteria that can keep a gate shut."""
        return tuple(rule for rule in self.rules if rule.enforcement is not Enforcement.ADVISORY)


def load_rulebook(
    data: bytes, name: str = ".flightrules.yml", *, collect: list[RulebookError] | None = None
) -> Rulebook:
    """Read, merge with its profile, convert and check a rulebook.

    Args:
        data: the file's bytes.
        name: the file's name, for positions.
        collect: gets every error instead of the first being raised; the rulebook that comes back then lacks
            what was refused and is fit for lint alone.

    Raises:
        RulebookError: with a stable code, file, line, column and what to do.
    """
    from flightrules.rules.secrets import refuse_secrets
    from flightrules.rules.strict_yaml import load

    try:
        node = load(data, name)
        refuse_secrets(node)
        return _converted(node, name, Collected(collect))
    except RulebookError as error:
        if collect is None:
            raise
        collect.append(error)
        return Rulebook(origin=name)


def load_outline(data: bytes, name: str = ".flightrules.yml") -> Rulebook:
    """Who may do what and which gates there are, of a rulebook that was loaded whole before.

    No criterion is understood here, which is most of the work: with 10,000 of them it is an eighth. A gate
    holds the criteria that it names itself; nothing refers to anything that was looked for.

    Raises:
        RulebookError: as ``load_rulebook``, for the parts that are read.
    """
    from flightrules.rules.language import RULEBOOK
    from flightrules.rules.resolve import resolve
    from flightrules.rules.strict_yaml import load

    collected = Collected()
    merged = resolve(load(data, name), collected)
    values = {}
    for key in _OUTLINED:
        node = merged.get(key)
        if node is not None:
            section = RULEBOOK.by_key[key]
            values[section.argument] = section.shape.read(node, collected)
    values.setdefault("gates", ())
    gates = values["gates"] or (Gate("exit", "Exit criteria", "exit", (), blocks="sign-off", origin=name),)
    return Rulebook(origin=name, **{**values, "gates": gates})


def profile_rulebook(profile: str, *, mode: str = "advise") -> Rulebook:
    """A shipped profile as a rulebook of its own; what ``check`` uses where there is none.

    Raises:
        RulebookError: E_PROFILE when no profile has that name.
    """
    from flightrules.rules.resolve import profile_node

    node = profile_node(profile)
    return replace(_converted(node, f"profile {profile}", Collected()), mode=mode)


def _converted(node: Node, name: str, collected: Collected) -> Rulebook:
    from flightrules.rules.consistency import check_references, complete_gates, own_names_win
    from flightrules.rules.language import RULEBOOK
    from flightrules.rules.record import Reported
    from flightrules.rules.resolve import resolve

    merged: Mapping = resolve(node, collected)
    try:
        values = RULEBOOK.read_fields(merged, collected)
    except Reported:
        return Rulebook(origin=name)
    values.pop("language", None)
    book = Rulebook(origin=name, removals=tuple(collected.removals), **values)
    book = own_names_win(complete_gates(book, collected))
    check_references(book, merged, collected)
    return book
