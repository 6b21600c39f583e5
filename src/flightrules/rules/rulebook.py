"""The rulebook: one versioned, digested agreement."""

from __future__ import annotations

from functools import cached_property

from flightrules.rules.authority import Authority
from flightrules.rules.criterion import Enforcement, Rule
from flightrules.rules.environments import Environment
from flightrules.rules.exception_files import Quarantine, WaiverPolicy
from flightrules.rules.gate import Gate
from flightrules.rules.governance import Governance
from flightrules.rules.indicator import Indicator
from flightrules.rules.obligation import Obligation
from flightrules.rules.release_facts import Identity, Product, ReleaseFacts
from flightrules.rules.severity import SeverityPolicy
from flightrules.rules.severity_policy import shipped_policy
from flightrules.rules.shape import Removal
from flightrules.rules.source import EvidenceSource, Scope, name_key
from flightrules.rules.track import ReleaseClass, Track
from flightrules.rules.trigger import Rollback
from flightrules.rules.watch import Watch
from flightrules.values import field, frozen

__all__ = ["Rulebook"]


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
