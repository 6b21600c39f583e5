"""What must hold between the parts of a rulebook: references, satisfiable gates, orders without a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flightrules.rules.environments import cycle, environment_named
from flightrules.rules.finding import own
from flightrules.rules.gate import Gate
from flightrules.rules.node import Mapping, Node, Sequence, Text, fault
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.shape import Collected, nearest
from flightrules.rules.source import name_key
from flightrules.values import frozen, replace

__all__ = ["check_references", "complete_gates", "own_names_win"]

_OVERRIDE_SIGNATURES = 2


def complete_gates(book: Rulebook, collected: Collected) -> Rulebook:
    """Gates as they stand: removed criteria leave them, criteria that no gate names join the exit gate.

    A rulebook without any gate has one: the exit gate with all criteria.
    """
    removed = {one.id for one in collected.removals if one.section == "criteria"}
    gates = [
        replace(gate, criteria=tuple(name for name in gate.criteria if name not in removed))
        for gate in book.gates
    ]
    named = {name for gate in gates for name in gate.criteria}
    rest = tuple(rule.id for rule in book.rules if rule.id not in named)
    if not gates and rest:
        gates = [Gate("exit", "Exit criteria", "exit", (), blocks="sign-off", origin=book.origin)]
    at = next((index for index, gate in enumerate(gates) if gate.kind == "exit"), None)
    if at is not None and rest:
        gates[at] = replace(gates[at], criteria=(*gates[at].criteria, *rest))
    return replace(book, gates=tuple(gates))


def own_names_win(book: Rulebook) -> Rulebook:
    """A source of the rulebook takes its names away from a profile's sources that answer to them."""
    taken = {name_key(n) for one in book.sources if own(one.origin) for n in (one.name, *one.also)}
    sources = [
        one
        if own(one.origin)
        else replace(one, also=tuple(name for name in one.also if name_key(name) not in taken))
        for one in book.sources
    ]
    return replace(book, sources=tuple(sources))


def check_references(book: Rulebook, merged: Mapping, collected: Collected) -> None:
    """Report what refers to nothing, cannot be satisfied or contradicts itself.

    Raises:
        RulebookError: E_REFERENCE, E_EMPTY_GATE, E_QUORUM_UNSATISFIABLE, E_CYCLE, E_ACCOUNTABLE or
            E_DUPLICATE_KEY, unless errors are collected.
    """
    places = _Places(merged)
    _refuse_stated_empty(book, places, collected)
    stated = merged.get("criteria")
    refused = (
        stated.entries.keys() - {rule.id for rule in book.rules} if isinstance(stated, Mapping) else set()
    )
    for check in (
        _gates,
        _gate_quorums,
        _acts,
        _activities,
        _environments,
        _separations,
        _roles,
        _parts,
        _methods,
        _severity,
    ):
        for problem in check(book):
            if problem.code == "E_REFERENCE" and problem.path[-1] in refused:
                continue  # the criterion is there and was refused itself
            node = places.of(*problem.path)
            collected.report(fault(problem.code, problem.message, node, problem.hint))


def _refuse_stated_empty(book: Rulebook, places: _Places, collected: Collected) -> None:
    """``criteria: []`` says that nothing is asked; criteria of no gate that would join it mend nothing."""
    for gate in book.gates:
        node = places.of("gates", gate.id, "criteria")
        if gate.criteria and isinstance(node, Sequence) and not node.items:
            hint = "name its criteria, or leave the key out: criteria that no gate names join the exit gate"
            collected.report(fault("E_EMPTY_GATE", f"the gate {gate.id!r} holds nothing", node, hint))


@frozen
class _Problem:
    code: str
    message: str
    path: tuple[str, ...]
    hint: str


class _Places:
    """Finds the node of a path of keys; a last step that is no key is looked for among list items."""

    def __init__(self, root: Mapping) -> None:
        self.root = root

    def of(self, *path: str) -> Node:
        node: Node = self.root
        for step in path:
            below = self._below(node, step)
            if below is None:
                break
            node = below
        return node

    @staticmethod
    def _below(node: Node, step: str) -> Node | None:
        if isinstance(node, Mapping):
            return node.get(step)
        items = node.items if isinstance(node, Sequence) else [node]
        return next((item for item in items if isinstance(item, Text) and item.value.strip() == step), None)


def _unknown(what: str, name: str, known: Iterable[str], path: tuple[str, ...]) -> _Problem:
    names = tuple(known)
    close = nearest(name, names)
    hint = f"did you mean {close!r}?" if close else f"known are: {', '.join(names[:12]) or 'none'}"
    return _Problem("E_REFERENCE", f"there is no {what} {name!r}", (*path, name), hint)


def _gates(book: Rulebook) -> Iterator[_Problem]:
    known = dict.fromkeys(rule.id for rule in book.rules)  # in order, and found at once among thousands
    for gate in book.gates:
        path = ("gates", gate.id)
        if not gate.criteria and not gate.sign_off:
            hint = "name its criteria or who signs, or remove the gate; an empty gate lets everything through"
            yield _Problem("E_EMPTY_GATE", f"the gate {gate.id!r} holds nothing", path, hint)
        for name in gate.criteria:
            if name not in known:
                yield _unknown("criterion", name, known, (*path, "criteria"))
        if gate.place and environment_named(book.environments, gate.place) is None:
            places = [one.id for one in book.environments]
            yield _unknown("environment", gate.place, places, (*path, "environment"))


def _gate_quorums(book: Rulebook) -> Iterator[_Problem]:
    for gate in book.gates:
        if gate.quorum is not None and gate.quorum > len(set(gate.sign_off)):
            yield _quorum(
                f"the gate {gate.id!r}", gate.quorum, len(set(gate.sign_off)), ("gates", gate.id, "quorum")
            )
    for track in book.tracks:
        if track.quorum is not None and track.quorum > len(set(track.approver)):
            yield _quorum(
                f"the track {track.id!r}",
                track.quorum,
                len(set(track.approver)),
                ("tracks", track.id, "quorum"),
            )


def _acts(book: Rulebook) -> Iterator[_Problem]:
    for act in book.authority.acts:
        path = ("authority", "acts", act.id)
        eligible = len(set(act.signers))
        if act.quorum is not None and act.quorum > eligible:
            yield _quorum(f"the act {act.id!r}", act.quorum, eligible, (*path, "quorum"))
        if len(act.accountable) > 1:
            yield _two_accountable(act.id, act.accountable, (*path, "accountable"))
        missing = [role for role in act.required if role not in act.signers]
        if missing or len(act.required) > act.needed:
            required = ", ".join(act.required)
            message = (
                f"the act {act.id!r} requires {required}, who cannot all be among its {act.needed} signers"
            )
            hint = "name the required roles among the signers and raise the quorum"
            yield _Problem("E_QUORUM_UNSATISFIABLE", message, (*path, "required"), hint)
        if act.id == "override" and act.needed < _OVERRIDE_SIGNATURES:
            message = f"an override with {act.needed} signature would let one person turn a no-go around"
            yield _Problem(
                "E_QUORUM",
                message,
                (*path, "quorum"),
                "ask for two signatures: the QA lead and the overriding authority",
            )


def _quorum(what: str, quorum: int, eligible: int, path: tuple[str, ...]) -> _Problem:
    message = f"{what} asks for {quorum} signatures and {eligible} may sign"
    return _Problem(
        "E_QUORUM_UNSATISFIABLE", message, path, f"lower the quorum to {eligible} or name more roles"
    )


def _two_accountable(what: str, roles: tuple[str, ...], path: tuple[str, ...]) -> _Problem:
    message = f"{what!r} has {len(roles)} accountable roles: {', '.join(roles)}"
    return _Problem("E_ACCOUNTABLE", message, path, "keep one; the others may be responsible")


def _separations(book: Rulebook) -> Iterator[_Problem]:
    for one in book.authority.separations:
        if one.first == one.second:
            path = ("authority", "separations", one.id, "second")
            message = f"{one.id!r} keeps a {one.first} apart from themselves"
            yield _Problem("E_CONTRADICTION", message, path, "name two different parts")


def _activities(book: Rulebook) -> Iterator[_Problem]:
    for activity in book.authority.activities:
        if len(activity.accountable) > 1:
            path = ("authority", "activities", activity.id, "accountable")
            yield _two_accountable(activity.id, activity.accountable, path)


def _environments(book: Rulebook) -> Iterator[_Problem]:
    known = [one.id for one in book.environments]
    for one in book.environments:
        for key in ("requires_pass_in", "parity_with"):
            for name in getattr(one, key):
                if name not in known:
                    yield _unknown("environment", name, known, ("environments", one.id, key))
    circle = cycle(book.environments)
    if circle:
        path = ("environments", circle[0], "requires_pass_in")
        yield _Problem(
            "E_CYCLE",
            f"environments wait for each other: {' -> '.join(circle)}",
            path,
            "take one requirement out",
        )


def _roles(book: Rulebook) -> Iterator[_Problem]:
    known = [role.id for role in book.authority.roles]
    for path, names in _role_mentions(book):
        for name in names:
            if name not in known:
                yield _unknown("role", name, known, path)


def _role_mentions(book: Rulebook) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for rule in book.rules:
        yield ("criteria", rule.id, "waivable_by"), rule.waivable_by
    for gate in book.gates:
        yield ("gates", gate.id, "sign_off"), gate.sign_off
    for level in book.severity.levels:
        yield ("severity", "levels", level.name, "waivable_by"), level.waivable_by
    for track in book.tracks:
        for key in ("classifier", "approver", "verbal_sign_off_by"):
            yield ("tracks", track.id, key), getattr(track, key)
    yield from _authority_mentions(book)
    for trigger in book.rollback.triggers:
        yield ("rollback", "triggers", trigger.id, "decided_by"), trigger.decided_by
    yield ("watch", "on_watch"), book.watch.on_watch
    for debt in book.obligations:
        for key in ("owner", "confirmed_by", "escalates_to"):
            yield ("obligations", debt.id, key), tuple(filter(None, [getattr(debt, key)]))
    for body in book.governance.bodies:
        yield ("governance", "bodies", body.id, "members"), body.members


def _authority_mentions(book: Rulebook) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for act in book.authority.acts:
        for key in ("accountable", "signers", "required"):
            yield ("authority", "acts", act.id, key), getattr(act, key)
    for activity in book.authority.activities:
        for key in ("responsible", "accountable", "supports", "consulted", "informed"):
            yield ("authority", "activities", activity.id, key), getattr(activity, key)
    yield ("authority", "negotiated_by"), book.authority.negotiated_by


def _parts(book: Rulebook) -> Iterator[_Problem]:
    gates = [gate.id for gate in book.gates]
    for section, parts in (("classes", book.classes), ("tracks", book.tracks)):
        for part in parts:
            for name in part.gates:
                if name not in gates:
                    yield _unknown("gate", name, gates, (section, part.id, "gates"))
    classes, tracks = [one.id for one in book.classes], [one.id for one in book.tracks]
    if book.release.release_class and book.release.release_class not in classes:
        yield _unknown("release class", book.release.release_class, classes, ("release", "class"))
    if book.release.track and book.release.track not in tracks:
        yield _unknown("track", book.release.track, tracks, ("release", "track"))


def _severity(book: Rulebook) -> Iterator[_Problem]:
    """Defects of the worst level never ship in silence; an override is a signed act of its own."""
    worst = book.severity.levels[0] if book.severity.levels else None
    if worst is not None and worst.decision in ("acknowledge", "ignore"):
        yield _Problem(
            "E_CONTRADICTION",
            f"{worst.name} is the worst level, and its open defects would ship without anybody's word",
            ("severity", "levels", worst.name, "decision"),
            "write `decision: override-only`, or `accept` with the roles of waivable_by",
        )


def _methods(book: Rulebook) -> Iterator[_Problem]:
    """A method name that two sources share would leave open which of them measures."""
    seen: dict[str, str] = {}
    for source in book.sources:
        for name in (source.name, *source.also):
            key = name_key(name)
            if seen.setdefault(key, source.name) != source.name:
                message = f"the method {name!r} is also a name of the source {seen[key]!r}"
                yield _Problem(
                    "E_DUPLICATE_KEY",
                    message,
                    ("evidence", source.name, "also", name),
                    "give each method its own name",
                )
